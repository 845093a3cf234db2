import ArgumentParser
import Config
import Datapath
import Director
import Glibc
import Linux
import Wire

/// `sluicectl config`: what a configuration comes to.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a configuration comes to, and what a reload would change.",
        subcommands: [ConfigShow.self, ConfigDiff.self])
}

/// Reads configuration files for the commands, and complains on standard error.
private enum ConfigurationFile {
    /// - Throws: exit status 2 if the file is refused.
    static func read(_ path: String, configID: String?) throws -> Configuration {
        let read = ConfigurationReader.readDisk(path, configID: configID)
        let errors = read.diagnostics.filter { $0.severity == .error }
        for error in errors { complain(PlainText.clean(error.rendered(), keepsLines: true)) }
        guard let configuration = read.configuration else {
            complain("\(path): refused; `sluiced --check \(path)` says all there is to say")
            throw ExitCode(2)
        }
        return configuration
    }

    private static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}

/// How configuration files are read.
struct ConfigOptions: ParsableArguments {
    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp("Keep lines that begin with @ID; by default the host's name.", valueName: "id"))
    var configID: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false
}

/// `sluicectl config show`: the effective configuration.
struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print every setting in force, defaults filled in, and the line that each comes from.",
        discussion: """
            Reads the file; the controller need not run. What is printed is a configuration itself. Exit status: 0; 2 if \
            the file is refused.
            """)

    @Option(
        name: [.customShort("f"), .customLong("use-file")],
        help: ArgumentHelp("The configuration file.", valueName: "file"))
    var file: String?
    @Argument(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var named: String?
    @OptionGroup var options: ConfigOptions

    func validate() throws {
        if file != nil, named != nil { throw ValidationError("the file is named twice") }
    }

    func run() throws {
        let path = named ?? file ?? "/etc/keepalived/keepalived.conf"
        let settings = try ConfigurationFile.read(path, configID: options.configID).settings
        if options.json {
            let list = JSON.array(settings.filter(\.isSet).map(\.json))
            print(JSON.object([("file", .string(path)), ("settings", list)]).text)
        } else {
            for line in settings.flatMap({ $0.lines() }) { print(PlainText.clean(line)) }
        }
    }
}

/// `sluicectl config diff`: what a reload would change.
struct ConfigDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what a reload from OLD to NEW would change, and which established flows it would touch.",
        discussion: "Exit status, as diff's: 0 nothing differs; 1 something does; 2 a file is refused.")

    @Argument(help: "The configuration that runs.")
    var old: String
    @Argument(help: "The configuration to come.")
    var new: String
    @OptionGroup var options: ConfigOptions

    func run() throws {
        let before = try ConfigurationFile.read(old, configID: options.configID)
        let after = try ConfigurationFile.read(new, configID: options.configID)
        let changes = ConfigurationChange.changes(from: before, to: after)
        let effects = FlowEffect.effects(from: before, to: after)
        if options.json {
            let members = [("changes", JSON.array(changes.map(\.json))), ("flows", .array(effects.map(\.json)))]
            print(JSON.object(members).text)
        } else {
            for line in ConfigurationChange.lines(changes, effects) { print(PlainText.clean(line)) }
        }
        if !changes.isEmpty || !effects.isEmpty { throw ExitCode(1) }
    }
}
