import Wire

extension Announcement {
    /// Which address a frame announces to all: a gratuitous ARP packet's sender address, which is its target's too (a
    /// request or a reply), or the target of an unsolicited neighbour advertisement to all nodes that overrides. nil for
    /// any other frame: a cut one, an ARP probe, a question that is asked with the address for its sender (a real server
    /// that has it may do that), and an answer to one machine. Never traps, whatever the bytes are.
    package static func address(in frame: Span<UInt8>) -> IPAddress? {
        guard frame.count >= 42 else { return nil }
        switch frame.bigEndian16(at: 12) {
        case EtherType.arp:
            // Ethernet and IPv4, lengths 6 and 4 (RFC 826).
            guard frame.bigEndian16(at: 14) == 1, frame.bigEndian16(at: 16) == EtherType.ipv4,
                frame.bigEndian16(at: 18) == 0x0604
            else { return nil }
            let sender = frame.bigEndian32(at: 28)
            return sender == 0 || sender != frame.bigEndian32(at: 38) ? nil : .v4(IPv4Address(rawValue: sender))
        case EtherType.ipv6:
            // RFC 4861 section 4.4, directly behind the IPv6 header; hop limit 255 (section 7.1.2).
            guard frame.count >= 78, frame[20] == 58, frame[21] == 255, frame[54] == 136, isToAllNodes(frame),
                frame[58] & (solicited | override) == override
            else { return nil }
            let high = UInt64(frame.bigEndian32(at: 62)) << 32 | UInt64(frame.bigEndian32(at: 66))
            let low = UInt64(frame.bigEndian32(at: 70)) << 32 | UInt64(frame.bigEndian32(at: 74))
            return .v6(IPv6Address(high: high, low: low))
        default: return nil
        }
    }

    /// Flags of a neighbour advertisement.
    private static let solicited: UInt8 = 0x40
    private static let override: UInt8 = 0x20

    /// Whether an IPv6 packet's destination is ff02::1.
    private static func isToAllNodes(_ frame: Span<UInt8>) -> Bool {
        frame.bigEndian32(at: 38) == 0xff02_0000 && frame.bigEndian32(at: 42) == 0 && frame.bigEndian32(at: 46) == 0
            && frame.bigEndian32(at: 50) == 1
    }
}
