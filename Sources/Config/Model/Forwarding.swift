/// What `lb_kind` and `lvs_method` say.
package enum WrittenForwarding: Hashable, Sendable {
    /// NAT, DR, or TUN over IPIP.
    case mode(ForwardingMode)
    /// TUN of another type, which has no counterpart here yet.
    case tunnel(TunnelType)
}

/// How TUN encapsulates, where it is not IPIP.
package enum TunnelType: Hashable, Sendable {
    /// Generic UDP encapsulation to a port, 1 to 65535, host byte order.
    case gue(port: UInt16, TunnelChecksum?)
    case gre(TunnelChecksum?)
}

/// What a tunnel's options say of checksums.
package enum TunnelChecksum: String, Sendable, CaseIterable {
    case none = "nocsum"
    case local = "csum"
    case remote = "remcsum"
}

extension TunnelType: CustomStringConvertible {
    /// As in the file.
    package var description: String { words.joined(separator: " ") }

    /// As in the file, after TUN.
    var words: [String] {
        switch self {
        case .gue(let port, let checksum):
            ["type", "gue", "port", "\(port)"] + (checksum.map { [$0.rawValue] } ?? [])
        case .gre(let checksum): ["type", "gre"] + (checksum.map { [$0.rawValue] } ?? [])
        }
    }
}
