import ArgumentParser

@main
struct Sluicectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluicectl", abstract: "Look into Sluice, and set real servers up.", subcommands: [RealServer.self])
}
