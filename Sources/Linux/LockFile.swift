import Glibc

/// A file whose lock is held as long as this value lives, and no longer than the process: `flock`. The file stays.
package struct LockFile: ~Copyable {
    private let file: FileDescriptor

    /// Takes the lock, or says at once that another has it.
    ///
    /// - Parameter path: created, mode 0600, if it does not exist; the holder's process id is written to it.
    /// - Throws: `SystemError`; `EWOULDBLOCK` with the holder's process id if it is taken.
    package init(path: String) throws(SystemError) {
        let file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT)
        let number = file.rawValue
        do {
            try retry("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
        } catch  where error.errno == EWOULDBLOCK {
            throw SystemError(
                "flock", errno: EWOULDBLOCK, context: path, remedy: "held by process \(Self.holder(path))")
        }
        try check("ftruncate", path) { ftruncate(number, 0) }
        try file.writeAll(Array("\(getpid())\n".utf8))
        self.file = file
    }

    private static func holder(_ path: String) -> String { lastHolder(path).map { "\($0)" } ?? "unknown" }

    /// The process that took the lock last; it may be gone.
    package static func lastHolder(_ path: String) -> pid_t? { (try? TextFile.read(path)).flatMap { pid_t($0) } }
}
