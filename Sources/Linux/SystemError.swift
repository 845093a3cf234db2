import Glibc

/// A system call that failed: which call, on what, why, and what to do about it.
///
/// Its text is one line, e.g. `open /sys/fs/bpf/sluice: Permission denied (run as root)`.
package struct SystemError: Error, Hashable, Sendable {
    /// The call's name as its manual page has it, e.g. `open` or `bpf(BPF_LINK_CREATE)`.
    package let call: String
    /// The error number, positive, e.g. `EPERM`.
    package let errno: Int32
    /// What the call was about: a path, an interface, a map's name. May be empty.
    package let context: String
    /// What the reader can do about it; nil where nothing general can be said.
    package let remedy: String?

    /// - Parameters:
    ///   - errno: positive; the calling thread's last error number unless given.
    ///   - remedy: replaces the general advice for this error number.
    package init(_ call: String, errno: Int32 = Glibc.errno, context: String = "", remedy: String? = nil) {
        self.call = call
        self.errno = errno
        self.context = context
        self.remedy = remedy ?? Self.usualRemedy(errno)
    }

    /// The C library's text for the error number, e.g. `Permission denied`.
    package var reason: String { Self.text(errno) }

    /// The C library's text for an error number.
    package static func text(_ errno: Int32) -> String {
        String(cString: strerror(errno))
    }

    private static func usualRemedy(_ errno: Int32) -> String? {
        switch errno {
        case EPERM, EACCES: "run as root"
        case EMFILE: "raise the limit of open files (ulimit -n)"
        case ENFILE: "raise the sysctl fs.file-max"
        case ENOSPC: "free space, or raise the limit that is exhausted"
        default: nil
        }
    }
}

extension SystemError: CustomStringConvertible {
    package var description: String {
        let subject = context.isEmpty ? call : "\(call) \(context)"
        return "\(subject): \(reason)" + (remedy.map { " (\($0))" } ?? "")
    }
}

/// Makes a system call that reports failure as a negative result with `errno` set.
///
/// - Parameters:
///   - call: the call's name, for the error.
///   - context: what it is about, for the error; made only when the call fails.
/// - Returns: the call's result, zero or positive.
/// - Throws: a `SystemError` with the thread's error number.
@discardableResult
package func check<Result: SignedInteger>(
    _ call: String, _ context: @autoclosure () -> String = "", remedy: String? = nil, _ body: () -> Result
) throws(SystemError) -> Result {
    let result = body()
    guard result < 0 else { return result }
    let code = errno
    throw SystemError(call, errno: code, context: context(), remedy: remedy)
}

/// As `check`, but a call that a signal interrupted (`EINTR`) is made again.
@discardableResult
package func retry<Result: SignedInteger>(
    _ call: String, _ context: @autoclosure () -> String = "", remedy: String? = nil, _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SystemError(call, errno: code, context: context(), remedy: remedy) }
    }
}
