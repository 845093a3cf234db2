import ArgumentParser
import Datapath

/// The tool to look into a forwarder and to set up real servers.
@main
struct Sluicectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluicectl", abstract: "Look into Sluice, and set real servers up.",
        discussion: """
            services, connections and stats read the pinned maps: they work while the controller is down. status, \
            reload and vrrp ask the controller. config reads configuration files. real-server runs on a real server of DR or TUN.
            """,
        version: "sluicectl 0.1.0",
        subcommands: [
            Services.self, Connections.self, Stats.self, Status.self, Reload.self, VRRPCommand.self,
            Config.self, RealServer.self,
        ])
}

/// Which forwarder is meant, and how to print.
struct ViewOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The forwarder's name, as given to sluiced.", valueName: "name"))
    var instance = "default"

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func view() throws -> ForwarderView { try ForwarderView(Instance(name: instance)) }
}
