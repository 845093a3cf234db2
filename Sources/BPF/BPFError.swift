import CShim
import Glibc
import Linux

/// An operation on BPF objects that failed. Its text is one line, followed by what libbpf and the verifier said, if anything.
package struct BPFError: Error, Hashable, Sendable {
    /// What was tried, e.g. `load program` or `bpf(BPF_MAP_LOOKUP_ELEM)`.
    package let operation: String
    /// The map, program, link, path or interface it was tried on.
    package let object: String
    /// The error number, positive.
    package let errno: Int32
    /// What the reader can do about it, if anything general can be said.
    package let remedy: String?
    /// libbpf's messages, the last lines of the verifier's log among them; oldest first.
    package let log: [String]

    package init(_ operation: String, _ object: String, errno: Int32, remedy: String? = nil, log: [String] = []) {
        self.operation = operation
        self.object = object
        self.errno = errno
        let byVerifier = log.contains { $0.contains("PROG LOAD LOG") }
        self.remedy = remedy ?? Self.usualRemedy(errno, byVerifier: byVerifier)
        // Of a missing privilege libbpf only guesses at the reason, in several lines.
        self.log = errno == EPERM && !byVerifier ? [] : log
    }

    private static func usualRemedy(_ errno: Int32, byVerifier: Bool) -> String? {
        switch errno {
        case EPERM:
            "run as root or grant CAP_BPF and CAP_NET_ADMIN; before kernel 5.11 raise the limit of locked memory"
        case EACCES where byVerifier: "the kernel's verifier refuses the program"
        case EACCES: "run as root"
        case ENOMEM: "not enough memory: make the map smaller"
        case ENOSYS: "this kernel has no BPF"
        case ENODEV: "no such network interface in this network namespace"
        case ENOENT: "it does not exist"
        default: nil
        }
    }
}

extension BPFError: CustomStringConvertible {
    /// The text's first line.
    package var summary: String {
        "\(operation) \(object): \(SystemError.text(errno))" + (remedy.map { " (\($0))" } ?? "")
    }

    package var description: String {
        // Who lacks the privilege learns nothing more from libbpf.
        let details = errno == EPERM ? [] : log
        return ([summary] + details.map { "  " + $0 }).joined(separator: "\n")
    }
}

/// libbpf's log, which belongs to a thread.
enum Log {
    /// How many of the last lines an error carries.
    static let keptLines = 40

    /// Runs a libbpf call and returns its result and what libbpf said meanwhile. `body` must save errno in its result.
    static func recording<Result>(_ body: () -> Result) -> (result: Result, lines: [String]) {
        cshim_bpf_log_begin()
        let result = body()
        let text = String(cString: cshim_bpf_log_end())
        return (result, Array(text.split(separator: "\n").suffix(keptLines).map(String.init)))
    }
}

/// Makes a libbpf call that reports failure as a negative error number (libbpf 1.0's convention).
@discardableResult
func call(
    _ operation: String, _ object: @autoclosure () -> String, remedy: (Int32) -> String? = { _ in nil },
    _ body: () -> Int32
) throws(BPFError) -> Int32 {
    let (result, lines) = Log.recording { () -> Int32 in
        let result = body()
        // Some calls say -1 and leave the number in errno, the others say the number itself.
        return result == -1 ? -errno : result
    }
    guard result < 0 else { return result }
    throw BPFError(operation, object(), errno: -result, remedy: remedy(-result), log: lines)
}
