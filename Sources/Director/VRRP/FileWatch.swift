internal import Config
import Glibc
internal import Linux
internal import VRRP

/// Files that hold a number, read when they change: inotify(7) on their folders, so that a file may come, go and be
/// replaced.
struct FileWatch {
    private let inotify: Int32
    private var files: [HelperPlan.WatchedFile] = []
    private var values: [String: PriorityLedger.Verdict] = [:]
    private var folders: [String: Int32] = [:]

    /// The descriptor is the process', for as long as it lives.
    init() throws(SystemError) {
        inotify = try check("inotify_init1") { inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC)) }
    }

    /// Readable when something may have changed.
    var descriptor: Int32 { inotify }

    /// From now on these; those whose value is news, by the name that they are tracked by.
    mutating func watch(_ new: [HelperPlan.WatchedFile]) -> [(name: String, value: PriorityLedger.Verdict)] {
        for file in new where !files.contains(file) { Self.initialize(file) }
        files = new
        values = values.filter { value in new.contains { $0.name == value.key } }
        let wanted = Set(new.map { Self.folder(of: $0.path) })
        for (folder, watch) in folders where !wanted.contains(folder) {
            inotify_rm_watch(inotify, watch)
            folders[folder] = nil
        }
        let events = UInt32(IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE)
        for folder in wanted where folders[folder] == nil {
            let watch = inotify_add_watch(inotify, folder, events)
            if watch >= 0 { folders[folder] = watch }
        }
        return changes()
    }

    /// Those whose value is another now.
    mutating func changes() -> [(name: String, value: PriorityLedger.Verdict)] {
        var events = [UInt8](repeating: 0, count: 4_096)
        while read(inotify, &events, events.count) > 0 {}
        var news: [(name: String, value: PriorityLedger.Verdict)] = []
        for file in files {
            let value = FileTracker.value(of: Self.contents(of: file.path))
            if values.updateValue(value, forKey: file.name) != value { news.append((file.name, value)) }
        }
        return news
    }

    /// `init_file`. Not through a link, which may lead to any file.
    private static func initialize(_ file: HelperPlan.WatchedFile) {
        guard let initial = file.initial else { return }
        let flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (initial.overwrites ? 0 : O_EXCL)
        guard let opened = try? FileDescriptor(path: file.path, flags: flags, mode: 0o644), isFile(opened),
            ftruncate(opened.rawValue, 0) == 0
        else { return }
        try? opened.writeAll(Array("\(initial.value)\n".utf8))
    }

    /// As much as a value may have; nothing of what is no file. A pipe is not waited for.
    private static func contents(of path: String) -> [UInt8] {
        guard let opened = try? FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY), isFile(opened)
        else { return [] }
        return (try? opened.read(upTo: FileTracker.sizeLimit)) ?? []
    }

    private static func isFile(_ opened: borrowing FileDescriptor) -> Bool {
        var information = stat()
        return fstat(opened.rawValue, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
