internal import Config
import Glibc
internal import Linux
internal import VRRP

/// What the helper of the VRRP driver runs and reads, as the configuration says.
struct HelperPlan: Hashable, Sendable {
    var scripts: [CheckScript] = []
    var files: [WatchedFile] = []

    /// A `vrrp_script`.
    struct CheckScript: Hashable, Sendable {
        var name: String
        var call: ScriptCall
        var settings: ScriptTracker.Settings
    }

    /// A `track_file`.
    struct WatchedFile: Hashable, Sendable {
        var name: String
        var path: String
        var initial: TrackFile.Initial?
    }

    init() {}

    /// Of a configuration that was checked.
    init(_ configuration: Configuration) {
        let owner = configuration.global.scripts.scriptUser
        scripts = configuration.vrrpScripts.filter { !$0.command.isEmpty }.map { script in
            var settings = ScriptTracker.Settings()
            settings.interval = .seconds(script.intervalSeconds)
            settings.timeout = script.timeoutSeconds.map { .seconds($0) }
            settings.rise = script.rise
            settings.fall = script.fall
            settings.initFails = script.startsFailed
            return CheckScript(
                name: script.name, call: ScriptCall(command: script.command, owner: script.user ?? owner),
                settings: settings)
        }
        files = configuration.trackFiles.compactMap { file in
            file.path.map { WatchedFile(name: file.name, path: $0, initial: file.initial) }
        }
    }
}

/// A program to start, and as whom.
struct ScriptCall: Hashable, Sendable {
    /// Path and arguments, not empty.
    var command: [String]
    /// nil: keepalived_script if there is such a user, else root.
    var owner: UserAndGroup?

    /// Starts it.
    ///
    /// - Throws: `SystemError`, also for an owner that there is not.
    func start() throws(SystemError) -> ChildProcess {
        var user: ChildProcess.User?
        if let owner {
            user = ChildProcess.User(user: owner.user, group: owner.group)
            if user == nil {
                throw SystemError(
                    "getpwnam", errno: ENOENT, context: owner.user, remedy: "make the user, or name another")
            }
        } else {
            user = ChildProcess.User(user: "keepalived_script")
        }
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return try ChildProcess(command, environment: [path], as: user)
    }
}
