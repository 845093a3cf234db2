import ArgumentParser
import Datapath
import Director
import Linux
import Wire

/// `sluicectl vrrp`: who has the VIPs, and why.
struct VRRPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vrrp", abstract: "Look at the virtual routers, and hand their role over.",
        subcommands: [VRRPShow.self, VRRPRelease.self, VRRPReclaim.self], defaultSubcommand: VRRPShow.self)
}

/// `sluicectl vrrp [--json]`.
struct VRRPShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print state, priority and its account, peers, transitions and statistics.",
        discussion: "Exit status 1 if no controller runs.")

    @Option(name: .long, help: ArgumentHelp("The forwarder's name, as given to sluiced.", valueName: "name"))
    var instance = "default"
    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() throws {
        let words = json ? "vrrp" : "vrrp text"
        let answer = try ControlClient.ask(words, path: Instance(name: instance).controlSocket)
        print(answer)
    }
}

/// `sluicectl vrrp release`.
struct VRRPRelease: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Hand the role over to another director, without a gap; it is kept if nobody takes it.",
        discussion: """
            With its whole sync group, if it is in one. The instance does not preempt until its successor is gone, or \
            until `sluicectl vrrp reclaim`. Exit status 1 if there is no such instance.
            """)

    @Argument(help: "The VRRP instance or sync group; all, if none is named.")
    var name: String?
    @Option(name: .long, help: ArgumentHelp("The forwarder's name, as given to sluiced.", valueName: "name"))
    var instance = "default"

    func run() throws { try askVRRP("release", name, instance) }
}

/// `sluicectl vrrp reclaim`.
struct VRRPReclaim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reclaim", abstract: "Undo `release`: preempt again as configured.")

    @Argument(help: "The VRRP instance or sync group; all, if none is named.")
    var name: String?
    @Option(name: .long, help: ArgumentHelp("The forwarder's name, as given to sluiced.", valueName: "name"))
    var instance = "default"

    func run() throws { try askVRRP("reclaim", name, instance) }
}

private func askVRRP(_ verb: String, _ name: String?, _ instance: String) throws {
    let words = ["vrrp", verb] + (name.map { [$0] } ?? [])
    let answer = try ControlClient.ask(words.joined(separator: " "), path: Instance(name: instance).controlSocket)
    print(answer)
    if !answer.contains("\"ok\":true") { throw ExitCode(1) }
}
