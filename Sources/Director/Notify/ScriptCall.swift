internal import Config
import Glibc
internal import Linux

/// A program to start, and as whom.
struct ScriptCall: Hashable, Sendable {
    /// Path and arguments, not empty.
    var command: [String]
    /// nil: keepalived_script if there is such a user, else root.
    var owner: UserAndGroup?
    /// `enable_script_security`: as root only what nobody else can write to, and never as root by default.
    var isGuarded: Bool
    /// `set_supplementary_groups`.
    var hasOtherGroups = false
    /// `use_symlink_paths`: started by the path as written, not by the one that its links lead to.
    var keepsLinks = false
    /// How long it may take before it is ended; nil: as long as it likes.
    var limit: Duration?

    /// The user that scripts without one of their own run as, if there is one.
    private static let defaultUser = "keepalived_script"

    /// As the file says; what it leaves open is as in `global_defs`.
    init(_ command: [String], owner: UserAndGroup?, in scripts: GlobalScriptSettings) {
        self.command = command
        self.owner = owner ?? scripts.scriptUser
        isGuarded = scripts.enableScriptSecurity
        hasOtherGroups = scripts.setSupplementaryGroups
        keepsLinks = scripts.useSymlinkPaths
    }

    /// Of a `notify` and the like.
    init(_ script: Script, in scripts: GlobalScriptSettings) {
        self.init(script.command, owner: script.owner, in: scripts)
    }

    /// Starts it.
    ///
    /// - Throws: `SystemError`, also for an owner that there is not, and for what script security forbids.
    func start() throws(SystemError) -> ChildProcess {
        let user = try user()
        var words = command
        if !keepsLinks, let resolved = Self.resolved(command[0]) { words[0] = resolved }
        if isGuarded { try guardRoot(user, words[0]) }
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return try ChildProcess(words, environment: [path], as: user)
    }

    private func user() throws(SystemError) -> ChildProcess.User? {
        guard let owner else {
            let user = ChildProcess.User(user: Self.defaultUser)
            return hasOtherGroups ? user?.withOthers(of: Self.defaultUser) : user
        }
        guard let user = ChildProcess.User(user: owner.user, group: owner.group) else {
            throw SystemError(
                "getpwnam", errno: ENOENT, context: owner.user, remedy: "make the user, or name another")
        }
        return hasOtherGroups ? user.withOthers(of: owner.user) : user
    }

    private func guardRoot(_ user: ChildProcess.User?, _ path: String) throws(SystemError) {
        guard user.map({ $0.isRoot || $0.group == 0 }) ?? true || Self.becomesRoot(path) else { return }
        if user == nil, owner == nil {
            throw SystemError(
                "enable_script_security", errno: EPERM, context: path,
                remedy: "make the user \(Self.defaultUser), or name another by script_user")
        }
        // The links on the way as well as what they lead to.
        for place in path == command[0] ? [path] : [command[0], path] {
            guard let problem = MachineSite().scriptProblem(place) else { continue }
            throw SystemError(
                "enable_script_security", errno: EPERM, context: "\(place): \(problem)",
                remedy: "let nobody but root write there, or name another user")
        }
    }

    /// A program that runs as root, or in root's group, whoever starts it.
    private static func becomesRoot(_ path: String) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0 else { return false }
        let mode = information.st_mode
        return information.st_uid == 0 && mode & S_ISUID != 0 || information.st_gid == 0 && mode & S_ISGID != 0
    }

    /// Without links; nil if there is no such file.
    private static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
