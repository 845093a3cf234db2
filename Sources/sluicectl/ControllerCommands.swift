import ArgumentParser
import Datapath
import Director
import Linux

/// `sluicectl status`: is the controller there, and what does it do?
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the controller how it is; exit status 1 if none runs.",
        discussion: "Prints JSON, one object on a line.")

    @Option(name: .long, help: ArgumentHelp("The forwarder's name, as given to sluiced.", valueName: "name"))
    var instance = "default"
    @Flag(name: .long, help: "Print JSON (it always does).")
    var json = false

    func run() throws {
        print(try ControlClient.ask("status", path: Instance(name: instance).controlSocket))
    }
}

/// `sluicectl reload`: as SIGHUP, with an answer.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have the controller read its file again; exit status 1, and nothing changed, if it is refused.",
        discussion: "Prints the controller's answer as JSON, remarks about the file included.")

    @Option(name: .long, help: ArgumentHelp("The forwarder's name, as given to sluiced.", valueName: "name"))
    var instance = "default"
    @Flag(name: .long, help: "Print JSON (it always does).")
    var json = false

    func run() throws {
        let answer = try ControlClient.ask("reload", path: Instance(name: instance).controlSocket)
        print(answer)
        if !answer.contains("\"ok\":true") { throw ExitCode(1) }
    }
}
