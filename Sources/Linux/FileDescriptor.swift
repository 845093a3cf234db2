import Glibc

/// A file descriptor with one owner; it is closed when the owner goes away.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The descriptor's number. Valid as long as this value lives.
    package let rawValue: Int32

    /// Takes ownership of an open descriptor.
    package init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is not negative: \(rawValue)")
        self.rawValue = rawValue
    }

    /// Opens a file, with `O_CLOEXEC`.
    ///
    /// - Parameters:
    ///   - flags: `O_RDONLY` and so on.
    ///   - mode: permissions of a file that the call creates.
    package init(path: String, flags: Int32 = O_RDONLY, mode: mode_t = 0o600) throws(SystemError) {
        rawValue = try retry("open", path) { open(path, flags | O_CLOEXEC, mode) }
    }

    deinit { close(rawValue) }

    /// Gives up ownership: the caller has to close the descriptor.
    package consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }

    /// A second descriptor for the same open file, with `O_CLOEXEC`.
    package func duplicate() throws(SystemError) -> FileDescriptor {
        let number = rawValue
        return FileDescriptor(owning: try check("dup", "\(number)") { fcntl(number, F_DUPFD_CLOEXEC, 0) })
    }

    /// Reads at most `count` bytes; none at the end of the file.
    package func read(upTo count: Int) throws(SystemError) -> [UInt8] {
        let number = rawValue
        var bytes = [UInt8](repeating: 0, count: count)
        let length = try retry("read", "\(number)") { Glibc.read(number, &bytes, count) }
        bytes.removeSubrange(length...)
        return bytes
    }

    /// Reads until the end of the file.
    package func readAll() throws(SystemError) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let chunk = try read(upTo: 4096)
            if chunk.isEmpty { return all }
            all += chunk
        }
    }

    /// Writes all of the bytes, in as many calls as it takes.
    package func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        let number = rawValue
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = try retry("write", "\(number)") {
                rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            }
            rest.removeFirst(length)
        }
    }
}
