import Glibc

/// Why the kernel's tables could not be read or changed. The description names the thing, the place and a remedy.
package enum NetlinkError: Error, Equatable, Sendable {
    /// No interface of this name (or `#INDEX`) in the namespace of the caller.
    case noSuchInterface(String)
    /// The process lacks CAP_NET_ADMIN. `operation` is what was tried, as in "adding 192.0.2.1/32 to lo".
    case notPermitted(operation: String)
    /// No route leads to the address; `reason` is the kernel's.
    case noRoute(to: String, reason: String)
    /// IPv6 is switched off on this interface (or altogether).
    case ipv6Disabled(operation: String)
    /// Anything else: the operation, `errno`, and the kernel's or libnl's words.
    case failed(operation: String, errno: Int32, reason: String)
}

extension NetlinkError: CustomStringConvertible {
    /// One line: thing, place, reason, remedy.
    package var description: String {
        switch self {
        case .noSuchInterface(let name):
            "there is no interface \(name): `ip link` lists those there are"
        case .notPermitted(let operation):
            "\(operation) is not permitted: run as root, or with CAP_NET_ADMIN"
        case .noRoute(let destination, let reason):
            "no route to \(destination) (\(reason)): `ip route get \(destination)` should name one; add it"
        case .ipv6Disabled(let operation):
            "\(operation): IPv6 is switched off: set net.ipv6.conf.*.disable_ipv6 to 0 for the interface"
        case .failed(let operation, let errno, let reason):
            "\(operation): \(reason) (error \(errno))"
        }
    }
}

extension NetlinkError {
    /// The error for what the kernel answered (`errno`, positive) to an operation, with its own words where it had some.
    static func answer(_ errno: Int32, _ words: String?, _ operation: String) -> NetlinkError {
        let reason = words ?? String(cString: strerror(errno))
        switch errno {
        case EPERM: return .notPermitted(operation: operation)
        case EACCES where words == nil || words?.contains("IPv6") == true: return .ipv6Disabled(operation: operation)
        default: return .failed(operation: operation, errno: errno, reason: reason)
        }
    }
}
