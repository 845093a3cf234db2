import ArgumentParser
import Config
import Datapath
import Director
import Glibc
import Linux
import Logging
import Wire

/// The controller.
@main
struct Sluiced: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluiced",
        abstract: "Forward packets for virtual services with XDP, as a keepalived.conf describes them.",
        discussion: """
            Reads keepalived.conf, loads the XDP forwarder, fills its maps and follows the neighbours. It runs in the \
            foreground and logs to standard error (with priorities under systemd).

            Signals: SIGHUP reloads the file and applies the difference; SIGTERM and SIGINT stop: known flows are \
            forwarded until they are idle or sluice_drain seconds (5) have passed, then the programs are detached.

            Exit status: 0 stopped as asked; 1 it could not run; 2 the configuration is refused. Of --check: 0 clean, \
            1 warnings with --strict, 2 refused. Of --config-test, as keepalived's: 0 clean, 5 faults with which it runs, \
            6 a script that is not safe, 2 refused.
            """,
        version: "sluiced 0.1.0")

    @Option(
        name: [.customShort("f"), .customLong("use-file")],
        help: ArgumentHelp(
            "The configuration file. (default: /etc/keepalived/keepalived.conf)", valueName: "file"))
    var file: String?

    @Option(
        name: .long,
        help: ArgumentHelp("What pins, lock file and control socket are named after.", valueName: "name"))
    var instance = "default"

    @Flag(name: .long, help: "Check the configuration file, report, and exit; touch nothing.")
    var check = false

    @Flag(name: .long, help: "With --check: print the report as JSON.")
    var json = false

    @Flag(name: .long, help: "Take warnings for errors: with --check, or at the start.")
    var strict = false

    @Flag(
        name: [.customShort("t"), .long],
        help: "Check as keepalived does, with its exit statuses; -tLOG or --config-test=LOG writes the report to LOG.")
    var configTest = false

    @Flag(
        name: [
            .customShort("n"), .customLong("dont-fork"), .customShort("l"), .customLong("log-console"),
            .customShort("D"), .customLong("log-detail"),
        ],
        help: "Taken for keepalived's sake: sluiced never forks, and logs to standard error.")
    var asKeepalived: Int

    @Option(name: .long, help: .hidden)
    var configTestLog: String?

    @Option(
        name: [.customShort("i"), .long],
        help: ArgumentHelp("Keep lines that begin with @ID; by default the host's name.", valueName: "id"))
    var configID: String?

    @Flag(name: .long, help: "At a stop, leave programs, links and maps in place: they go on forwarding.")
    var keepForwarding = false

    /// Of the controller that this process is to stand in for.
    @Option(name: .long, help: .hidden)
    var standIn: Int32?

    @Option(name: .long, help: ArgumentHelp("debug, info, notice, warning or error.", valueName: "level"))
    var logLevel: LogLevel = .notice

    /// The file to check: `--check FILE` as well as `--check -f FILE`.
    @Argument(help: ArgumentHelp("With --check or --config-test: the configuration file.", valueName: "file"))
    var checked: String?

    static func main() { main(KeepalivedSpelling.translated(Array(CommandLine.arguments.dropFirst()))) }

    func validate() throws {
        if checked != nil, !check, !configTest {
            throw ValidationError("unexpected argument: a file is named by -f FILE")
        }
        if checked != nil, file != nil { throw ValidationError("the file is named twice: -f FILE, or the argument") }
        if check, configTest { throw ValidationError("--check or --config-test, not both") }
        if json, !check { throw ValidationError("--json goes with --check") }
    }

    func run() throws {
        let path = checked ?? file ?? "/etc/keepalived/keepalived.conf"
        if configTest { throw ExitCode(try testAsKeepalived(path)) }
        if check {
            let report = CheckReport(path: path, configID: configID)
            print(json ? report.json.text + "\n" : report.text, terminator: "")
            throw ExitCode(report.status(strict: strict))
        }
        throw ExitCode(serve(path))
    }

    private func testAsKeepalived(_ path: String) throws -> Int32 {
        let report = CheckReport(path: path, configID: configID)
        let bytes = Array(report.text.utf8)
        do throws(SystemError) {
            guard let configTestLog else { throw SystemError("write", errno: 0, context: "") }
            let flags = O_WRONLY | O_CREAT | O_APPEND
            try FileDescriptor(path: configTestLog, flags: flags, mode: 0o644).writeAll(bytes)
        } catch {
            let reason = configTestLog.map { "sluiced: \($0): \(error.reason): the report comes here\n" } ?? ""
            let all = Array(reason.utf8) + bytes
            _ = write(STDERR_FILENO, all, all.count)
        }
        return report.keepalivedStatus
    }

    private func serve(_ path: String) -> Int32 {
        // A client of the control socket may go before its answer.
        signal(SIGPIPE, SIG_IGN)
        if standIn != nil { signal(SIGHUP, SIG_IGN) }
        let level = logLevel.level
        LoggingSystem.bootstrap { _ in StandardErrorLog(level: level) }
        let log = Logger(label: "sluiced")
        do {
            // Before any thread, since threads inherit it.
            let signals = try SignalDescriptor(standIn == nil ? [SIGTERM, SIGINT, SIGHUP] : [SIGTERM, SIGINT])
            let instance = try Instance(name: instance)
            if let standIn {
                let options = DirectorOptions(instance: instance, path: path, keepsForwarding: true, configID: configID)
                try StandIn(options, controller: standIn, log: log).run(signals: signals)
                return 0
            }
            let read = ConfigurationReader.readDisk(path, configID: configID)
            for diagnostic in read.diagnostics { log.log(diagnostic) }
            guard let configuration = read.configuration, !(strict && read.hasWarnings) else {
                log.error("\(path): refused\(read.configuration == nil ? "" : " by --strict"), nothing is started")
                return 2
            }
            let lock = try instance.lock()
            let options = DirectorOptions(
                instance: instance, path: path, keepsForwarding: keepForwarding, isStrict: strict, configID: configID)
            let director: Director
            do {
                director = try Director(configuration, options: options, log: log)
            } catch {
                instance.removeEmptyFolders()
                throw error
            }
            try director.run(signals: signals)
            _ = consume lock
            return 0
        } catch {
            log.critical("\(error)")
            return 1
        }
    }
}

/// swift-log's levels under the names that people write.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case debug, info, notice, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
