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
            let call = ScriptCall(
                command: script.command, owner: script.user ?? owner,
                isGuarded: configuration.global.scripts.enableScriptSecurity)
            return CheckScript(name: script.name, call: call, settings: settings)
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
    /// `enable_script_security`: as root only what nobody else can write to, and never as root by default.
    var isGuarded: Bool

    /// Starts it.
    ///
    /// - Throws: `SystemError`, also for an owner that there is not, and for what script security forbids.
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
        try guardRoot(user)
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return try ChildProcess(command, environment: [path], as: user)
    }

    private func guardRoot(_ user: ChildProcess.User?) throws(SystemError) {
        guard isGuarded, user?.isRoot ?? true else { return }
        let path = command[0]
        if user == nil, owner == nil {
            throw SystemError(
                "enable_script_security", errno: EPERM, context: path,
                remedy: "make the user keepalived_script, or name another by script_user")
        }
        if let problem = MachineSite().scriptProblem(path) {
            throw SystemError("enable_script_security", errno: EPERM, context: "\(path): \(problem)")
        }
    }
}
