/// A number that iproute2's files give names to: a routing table, a protocol, a scope.
package enum RoutingName: Hashable, Sendable {
    /// Written so, or by a name that means the same on every system.
    case number(UInt32)
    /// Another name: to be looked up on the machine.
    case name(String)
}

extension RoutingName: CustomStringConvertible {
    /// As in the file.
    package var description: String {
        switch self {
        case .number(let number): String(number)
        case .name(let name): name
        }
    }
}

extension RoutingName {
    /// A number as C writes it, one of the names that are known, or another name; nil if it is too great or neither.
    init?(_ word: String, in range: ClosedRange<UInt32>, names: [String: UInt32] = [:]) {
        if let number = names[word] {
            guard range.contains(number) else { return nil }
            self = .number(number)
        } else if let first = word.utf8.first, first.isDigit {
            guard let number: UInt32 = Self.number(word), range.contains(number) else { return nil }
            self = .number(number)
        } else {
            guard let first = word.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else {
                return nil
            }
            self = .name(word)
        }
    }

    /// Digits: hexadecimal after 0x, octal after 0, else decimal.
    static func number<Number: FixedWidthInteger>(_ word: String) -> Number? {
        guard let first = word.utf8.first, first.isDigit else { return nil }
        if word.hasPrefix("0x") || word.hasPrefix("0X") {
            guard word.utf8.dropFirst(2).first != UInt8(ascii: "+") else { return nil }
            return Number(word.dropFirst(2), radix: 16)
        }
        return first == UInt8(ascii: "0") ? Number(word, radix: 8) : Number(word)
    }

    /// rt_tables of every system.
    static let tables: [String: UInt32] = ["unspec": 0, "default": 253, "main": 254, "local": 255]

    /// rt_protos of every system.
    static let protocols: [String: UInt32] = [
        "unspec": 0, "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10, "zebra": 11,
        "bird": 12, "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "keepalived": 18, "babel": 42, "bgp": 186,
        "isis": 187, "ospf": 188, "rip": 189, "eigrp": 192,
    ]

    /// rt_scopes of every system.
    static let scopes: [String: UInt32] = [
        "global": 0, "universe": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255,
    ]

    /// The code points that have names (RFC 2474, 2597, 3246), as the byte of the header.
    static let codePoints: [String: UInt32] = {
        var names: [String: UInt32] = ["default": 0, "EF": 46 << 2]
        for level in UInt32(0)...7 { names["CS\(level)"] = level << 5 }
        for level in UInt32(1)...4 {
            for drop in UInt32(1)...3 { names["AF\(level)\(drop)"] = (level << 3 | drop << 1) << 2 }
        }
        return names
    }()

    /// A TOS by number or by the name of its code point, as this table has it or the machine.
    package static func codePoint(_ word: String) -> RoutingName {
        RoutingName(word, in: 0...255, names: codePoints) ?? .name(word)
    }

    /// Protocols above IP.
    static let ipProtocols: [String: UInt32] = [
        "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "esp": 50, "ah": 51, "ipv6-icmp": 58,
        "vrrp": 112, "sctp": 132, "udplite": 136,
    ]
}
