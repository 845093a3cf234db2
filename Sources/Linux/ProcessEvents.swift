import CShim
import Glibc

/// The kernel's news of processes (proc connector).
package final class ProcessEvents {
    /// What happened; threads don't count.
    package enum Event: Hashable, Sendable {
        case fork(parent: Int32, child: Int32)
        /// It is another program now, or has another name.
        case changed(Int32)
        case exit(Int32)
    }

    private let file: FileDescriptor

    /// Hears from now on.
    ///
    /// - Throws: `SystemError`: without CAP_NET_ADMIN (EPERM), and outside the machine's first network namespace or
    ///   with a kernel without CONFIG_PROC_EVENTS (EPROTONOSUPPORT).
    package init() throws(SystemError) {
        file = FileDescriptor(
            owning: try check(
                "socket", "proc connector", remedy: "needs root, and the machine's first network namespace"
            ) {
                cshim_process_events_open()
            })
    }

    /// Readable when there is news.
    package var descriptor: Int32 { file.rawValue }

    /// What has come, at most 64 events; empty: nothing more. nil: the kernel has dropped some, so all is to be looked at
    /// anew.
    package func next() -> [Event]? {
        var buffer = [cshim_process_event](repeating: cshim_process_event(), count: 64)
        let count = cshim_process_events_read(file.rawValue, &buffer, Int32(buffer.count))
        guard count >= 0 else { return errno == EINTR ? [] : nil }
        return buffer.prefix(Int(count)).compactMap { event in
            switch event.kind {
            case CSHIM_PROCESS_FORK.rawValue: .fork(parent: event.parent, child: event.pid)
            case CSHIM_PROCESS_EXEC.rawValue, CSHIM_PROCESS_NAME.rawValue: .changed(event.pid)
            case CSHIM_PROCESS_EXIT.rawValue: .exit(event.pid)
            default: nil
            }
        }
    }
}

/// A process, as /proc shows it.
package struct ProcessEntry: Hashable, Sendable {
    /// What the kernel calls it, at most 15 bytes.
    package var comm: [UInt8]
    /// The beginning of its command line, each word ended by a zero byte.
    package var commandLine: [UInt8]

    /// Numbers of all processes, in no order. Empty if /proc can't be read.
    package static func all() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let number = Int32(name), number > 0 { found.append(number) }
        }
        return found
    }

    /// nil if there is no such process, or none any more: a zombie counts for none.
    ///
    /// - Parameter length: how much of the command line; 0 leaves it alone, since reading it may bring swapped memory in.
    package init?(_ process: Int32, commandLine length: Int) {
        guard let text = try? FileDescriptor(path: "/proc/\(process)/stat").read(upTo: 512),
            let open = text.firstIndex(of: UInt8(ascii: "(")), let close = text.lastIndex(of: UInt8(ascii: ")")),
            open < close, close + 2 < text.count, text[close + 2] != UInt8(ascii: "Z"),
            text[close + 2] != UInt8(ascii: "X")
        else { return nil }
        comm = Array(text[(open + 1)..<close])
        commandLine = []
        guard length > 0 else { return }
        guard let line = try? FileDescriptor(path: "/proc/\(process)/cmdline").read(upTo: length) else { return nil }
        commandLine = line
    }
}
