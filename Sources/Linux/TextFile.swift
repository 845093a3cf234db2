import Glibc

/// Small text files, such as those in /proc and /sys.
package enum TextFile {
    /// The text without white space at its end.
    package static func read(_ path: String) throws(SystemError) -> String {
        var bytes = try FileDescriptor(path: path).readAll()
        while let last = bytes.last, last == 0x20 || last == 0x0a { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes to a file that exists, in place.
    package static func write(_ text: String, to path: String) throws(SystemError) {
        let file = try FileDescriptor(path: path, flags: O_WRONLY)
        do {
            try file.writeAll(Array(text.utf8))
        } catch {
            throw SystemError(error.call, errno: error.errno, context: path, remedy: error.remedy)
        }
    }
}

/// Kernel settings under /proc/sys. Those below `net` are of the calling thread's network namespace.
package enum Sysctl {
    /// - Parameter name: with slashes, since an interface's name may have a dot: `net/ipv4/conf/eth0.5/arp_ignore`.
    package static func read(_ name: String) throws(SystemError) -> String { try TextFile.read("/proc/sys/\(name)") }

    /// - Parameter name: as for `read`.
    package static func write(_ value: String, to name: String) throws(SystemError) {
        try TextFile.write(value, to: "/proc/sys/\(name)")
    }
}
