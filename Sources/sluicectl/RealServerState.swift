import Datapath
import Glibc
import Linux
import Wire

/// What `real-server setup` changed in this network namespace, so that `teardown` can restore it. Kept in a file that is
/// rewritten before each change: what is listed may not have happened yet, what has happened is listed.
struct RealServerState: Equatable {
    /// A kernel setting's name, with slashes, and its value before and after.
    struct Setting: Equatable {
        var name: String
        var before: String
        var after: String
    }

    var settings: [Setting] = []
    /// The VIPs that setup was asked for.
    var vips: Set<IPAddress> = []
    /// Those of them that setup added to lo.
    var added: Set<IPAddress> = []
    /// The interface that the decapsulator was attached to.
    var decapInterface: String?

    var isEmpty: Bool { self == RealServerState() }
}

extension RealServerState {
    private static let folder = "/run/sluice"

    /// Names the namespace by a number that is not used again, as the file name's is.
    private static func firstLine() throws(SystemError) -> String {
        "sluice real-server 1 \(try CallerNamespace.cookie())"
    }

    private static func path() throws(SystemError) -> String {
        "\(folder)/real-server-\(try CallerNamespace.inode())"
    }

    /// Reads the file of the calling thread's network namespace; empty if there is none, or it is an earlier namespace's.
    static func load() throws(RealServerError) -> RealServerState {
        do throws(SystemError) {
            let path = try path()
            guard access(path, F_OK) == 0 else { return RealServerState() }
            let text = try TextFile.read(path)
            let lines = text.split(separator: "\n").map(String.init)
            if let first = lines.first, first.hasPrefix("sluice real-server 1"), first != (try firstLine()) {
                return RealServerState()
            }
            guard lines.first == (try firstLine()), let state = RealServerState(lines: lines.dropFirst()) else {
                throw SystemError("read", errno: EINVAL, context: path, remedy: "it is damaged: remove it")
            }
            return state
        } catch {
            throw .system(error)
        }
    }

    /// Replaces the file; removes it if there is nothing to remember.
    func save() throws(RealServerError) {
        do throws(SystemError) {
            let path = try Self.path()
            if isEmpty {
                if unlink(path) != 0, errno != ENOENT { throw SystemError("unlink", context: path) }
                return
            }
            if mkdir(Self.folder, 0o755) != 0, errno != EEXIST { throw SystemError("mkdir", context: Self.folder) }
            let file = try FileDescriptor(path: path + ".new", flags: O_WRONLY | O_CREAT | O_TRUNC)
            try file.writeAll(Array(text(first: Self.firstLine()).utf8))
            try check("rename", path) { rename(path + ".new", path) }
        } catch {
            throw .system(error)
        }
    }

    private func text(first: String) -> String {
        var lines = [first]
        lines += settings.map { "setting \($0.name) \($0.before) \($0.after)" }
        lines += vips.sorted().map { "vip \($0)" }
        lines += added.sorted().map { "added \($0)" }
        if let decapInterface { lines.append("decap \(decapInterface)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// nil if the text is not what `text` makes.
    private init?(lines: some Sequence<String>) {
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            switch (words.first, words.count) {
            case ("setting", 4): settings.append(Setting(name: words[1], before: words[2], after: words[3]))
            case ("vip", 2):
                guard let address = IPAddress(words[1]) else { return nil }
                vips.insert(address)
            case ("added", 2):
                guard let address = IPAddress(words[1]) else { return nil }
                added.insert(address)
            case ("decap", 2): decapInterface = words[1]
            default: return nil
            }
        }
    }
}
