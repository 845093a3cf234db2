import Glibc
internal import Linux
internal import VRRP
internal import Wire

/// What lines in pipes are about.
enum EventTopic: Hashable, Sendable, CaseIterable {
    /// `INSTANCE` and `GROUP`.
    case vrrp
    /// `VS` and `RS`.
    case services
}

/// A named pipe that lines are written to, as the configuration says.
struct PipePlan: Hashable, Sendable {
    /// `notify_fifo`, `vrrp_notify_fifo`.
    var keyword: String
    var path: String
    /// Whose the pipe is if it has to be made.
    var owner: UserAndGroupName?
    /// Permissions of one that is made.
    var mode: UInt32
    var topics: Set<EventTopic>
    /// Started with the path as its last argument, and anew with each reload.
    var script: ScriptCall?
}

/// A user and a group by name; nil stands for this process' own.
struct UserAndGroupName: Hashable, Sendable {
    var user: String
    var group: String?
}

/// One pipe, and the script that reads it. Nothing waits for a reader: keepalived's way, the pipe is open for reading too,
/// so that it takes 64 KiB without one, and lines beyond that are lost.
final class EventPipe {
    private(set) var plan: PipePlan
    private let file: FileDescriptor
    private let wasMade: Bool
    /// The reader.
    private(set) var child: ChildProcess?
    /// Lines that found no room.
    private(set) var lost = 0

    /// Writes up to this length are whole or not at all.
    static let lineLimit = 4_096

    /// Opens the pipe; makes it first if it is not there.
    ///
    /// - Throws: `SystemError`, also if the path is something else or a link.
    init(_ plan: PipePlan) throws(SystemError) {
        self.plan = plan
        wasMade = mkfifo(plan.path, 0o600) == 0
        if !wasMade, errno != EEXIST { throw SystemError("mkfifo", context: plan.path) }
        do throws(SystemError) {
            file = try FileDescriptor(path: plan.path, flags: O_RDWR | O_NONBLOCK | O_NOFOLLOW)
        } catch {
            if wasMade { unlink(plan.path) }
            throw error
        }
        var information = stat()
        guard fstat(file.rawValue, &information) == 0, information.st_mode & S_IFMT == S_IFIFO else {
            throw SystemError(
                "open", errno: EEXIST, context: "\(plan.keyword) \(plan.path)",
                remedy: "it is there and no pipe: remove it, or name another path")
        }
        guard wasMade else { return }
        do throws(SystemError) {
            try makeTheirs()
        } catch {
            unlink(plan.path)
            throw error
        }
    }

    private func makeTheirs() throws(SystemError) {
        fchmod(file.rawValue, mode_t(plan.mode))
        guard let owner = plan.owner else { return }
        guard let user = ChildProcess.User(user: owner.user, group: owner.group) else {
            throw SystemError("getpwnam", errno: ENOENT, context: owner.user, remedy: "make the user, or name another")
        }
        try check("fchown", plan.path) { fchown(file.rawValue, user.user, user.group) }
    }

    /// A reload: the pipe stays, its reader is started anew as keepalived does. The one before was taken away.
    func restart(_ new: PipePlan) throws(SystemError) {
        plan = new
        try startReader()
    }

    /// Starts the script, if there is one.
    func startReader() throws(SystemError) {
        guard var call = plan.script else { return }
        call.command.append(plan.path)
        child = try call.start()
    }

    /// Takes in that the reader has ended, which then is not there until the next reload.
    func reap() -> Int? {
        guard let status = child?.reap() else { return nil }
        child = nil
        return status
    }

    /// Writes a line, if there is room for it.
    ///
    /// - Returns: what to say about it: once when lines begin to be lost, once when there is room again.
    func write(_ line: String) -> String? {
        let bytes = Array(line.utf8.prefix(Self.lineLimit - 1)) + [UInt8(ascii: "\n")]
        guard Glibc.write(file.rawValue, bytes, bytes.count) == bytes.count else {
            lost += 1
            return lost == 1 ? "\(plan.keyword) \(plan.path): nobody reads it, or too slowly: lines are lost" : nil
        }
        defer { lost = 0 }
        return lost > 0 ? "\(plan.keyword) \(plan.path): is read again, \(lost) lines were lost" : nil
    }

    /// Gives up the reader, which the caller has to end and to reap: it has no more to read.
    func takeReader() -> ChildProcess? {
        defer { child = nil }
        return child
    }

    /// The pipe's name goes, if it was made here. To be done before its reader is ended, so that one that opens it again
    /// finds none.
    func remove() {
        if wasMade { unlink(plan.path) }
    }
}
