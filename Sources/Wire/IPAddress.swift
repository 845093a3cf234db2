/// An IPv4 address. `rawValue` is in host byte order: 192.0.2.1 is 0xC0000201.
package struct IPv4Address: Hashable, Comparable, Sendable {
    /// Host byte order.
    package var rawValue: UInt32

    /// From a number in host byte order.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Parses dotted-quad text, four decimal numbers without leading zeros (RFC 6943 section 3.1.1); nil if it is
    /// anything else.
    package init?(_ text: some StringProtocol) {
        var value: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39 where digits == 0 || part > 0:
                part = part * 10 + UInt32(byte - 0x30)
                digits += 1
                if part > 255 { return nil }
            case 0x2e where digits > 0 && dots < 3:
                value = value << 8 | part
                (part, digits, dots) = (0, 0, dots + 1)
            default: return nil
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        value = value << 8 | part
        rawValue = value
    }

    /// By number.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension IPv4Address: CustomStringConvertible {
    package var description: String {
        "\(rawValue >> 24).\(rawValue >> 16 & 0xff).\(rawValue >> 8 & 0xff).\(rawValue & 0xff)"
    }
}

/// An IPv6 address, as eight 16-bit groups in host byte order, the first group first.
package struct IPv6Address: Hashable, Comparable, Sendable {
    /// The first 64 bits and the last, host byte order.
    package var high: UInt64
    /// The last 64 bits, host byte order.
    package var low: UInt64

    /// From both halves in host byte order.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Parses the text forms of RFC 4291 section 2.2, also with a trailing dotted quad; no zone; nil if it is anything
    /// else.
    package init?(_ text: some StringProtocol) {
        let halves = text.components(separatedBy: "::")
        guard halves.count <= 2, let head = Self.groups(halves[0], mayEndInQuad: halves.count == 1)
        else { return nil }
        var groups = head
        if halves.count == 2 {
            guard let tail = Self.groups(halves[1], mayEndInQuad: true), head.count + tail.count < 8 else { return nil }
            groups += [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
        }
        guard groups.count == 8 else { return nil }
        high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
        low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
    }

    private static func groups(_ text: Substring, mayEndInQuad: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInQuad, index == parts.count - 1, let quad = IPv4Address(part) {
                groups += [UInt16(quad.rawValue >> 16), UInt16(quad.rawValue & 0xffff)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    /// The eight groups, host byte order.
    package var groups: [UInt16] {
        (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * UInt64($0 % 4))) }
    }

    /// By number.
    package static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension IPv6Address: CustomStringConvertible {
    /// The canonical text of RFC 5952: lower case, the longest run of zero groups (two or more) shortened.
    package var description: String {
        let groups = groups
        var best = 0..<0
        var start = 0
        while start < 8 {
            guard groups[start] == 0 else {
                start += 1
                continue
            }
            let end = groups[start...].firstIndex { $0 != 0 } ?? 8
            if end - start > best.count { best = start..<end }
            start = end
        }
        let hex = groups.map { String($0, radix: 16) }
        if high == 0, low >> 32 == 0xffff { return "::ffff:\(IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)))" }
        guard best.count >= 2 else { return hex.joined(separator: ":") }
        return hex[..<best.lowerBound].joined(separator: ":") + "::" + hex[best.upperBound...].joined(separator: ":")
    }
}

/// An address of either family.
package enum IPAddress: Hashable, Sendable {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// Parses either family's text; nil if it is neither.
    package init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// 4 or 6.
    package var family: Family {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }

    /// The address family; the raw value is the IP version.
    package enum Family: UInt8, Sendable, CaseIterable {
        case ipv4 = 4
        case ipv6 = 6
    }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by number.
    package static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.v4(let a), .v4(let b)): a < b
        case (.v6(let a), .v6(let b)): a < b
        case (.v4, .v6): true
        case (.v6, .v4): false
        }
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}

extension IPAddress {
    /// `ADDRESS:PORT`, with the brackets of RFC 3986 section 3.2.2 around an IPv6 address.
    package func text(withPort port: UInt16) -> String {
        switch self {
        case .v4(let address): "\(address):\(port)"
        case .v6(let address): "[\(address)]:\(port)"
        }
    }

    /// The address' bytes in network order, 4 or 16.
    package var bytes: [UInt8] {
        switch self {
        case .v4(let address): withUnsafeBytes(of: address.rawValue.bigEndian, Array.init)
        case .v6(let address):
            withUnsafeBytes(of: address.high.bigEndian, Array.init)
                + withUnsafeBytes(of: address.low.bigEndian, Array.init)
        }
    }

    /// From 4 or 16 bytes in network order; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(IPv4Address(rawValue: bytes.reduce(0) { $0 << 8 | UInt32($1) }))
        case 16:
            self = .v6(
                IPv6Address(
                    high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                    low: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }))
        default: return nil
        }
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}

extension StringProtocol {
    /// Splits at each occurrence of a two-character separator; the standard library alone has no such split.
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
