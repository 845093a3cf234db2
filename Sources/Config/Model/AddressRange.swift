import Wire

/// The addresses of one line of a virtual_server_group, in order.
package struct AddressRange: Hashable, Sendable {
    /// The lowest one.
    package var first: IPAddress
    /// At least 1; Int.max stands for any number that does not fit.
    package var count: Int

    /// Parses `ADDRESS`, `A.B.C.D-E` (for IPv6 E is hexadecimal), `ADDRESS-ADDRESS` and `ADDRESS/LENGTH`.
    package init?(_ text: String) {
        if let address = IPAddress(text) {
            self.init(from: address, to: address)
        } else if let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")) {
            guard let first = IPAddress(text[..<dash]) else { return nil }
            let end = text[text.index(after: dash)...]
            guard let last = IPAddress(end) ?? Self.replacingLastPart(of: first, with: end) else { return nil }
            self.init(from: first, to: last)
        } else if let slash = text.utf8.firstIndex(of: .slash) {
            guard let address = IPAddress(text[..<slash]) else { return nil }
            self.init(prefixOf: address, length: String(text[text.index(after: slash)...]))
        } else {
            return nil
        }
    }

    private init?(from first: IPAddress, to last: IPAddress) {
        self.first = first
        switch (first, last) {
        case (.v4(let low), .v4(let high)):
            guard low <= high else { return nil }
            count = Int(high.rawValue - low.rawValue) + 1
        case (.v6(let low), .v6(let high)):
            guard low <= high else { return nil }
            let distance = high.low &- low.low
            let isFar = high.high - low.high > (high.low < low.low ? 1 : 0) || distance >= UInt64(Int.max)
            count = isFar ? .max : Int(distance) + 1
        case (.v4, .v6), (.v6, .v4): return nil
        }
    }

    private init?(prefixOf address: IPAddress, length text: String) {
        switch address {
        case .v4(let address):
            guard let length = Wording.number(text, in: 0...32) else { return nil }
            let hosts = length == 0 ? UInt32.max : (1 << (32 - UInt32(length))) - 1
            first = .v4(IPv4Address(rawValue: address.rawValue & ~hosts))
            count = Int(hosts) + 1
        case .v6(let address):
            guard let length = Wording.number(text, in: 0...128) else { return nil }
            let high = length >= 64 ? 0 : UInt64.max >> UInt64(length)
            let low = length <= 64 ? UInt64.max : length == 128 ? 0 : UInt64.max >> UInt64(length - 64)
            first = .v6(IPv6Address(high: address.high & ~high, low: address.low & ~low))
            count = high > 0 || low >= UInt64(Int.max) ? .max : Int(low) + 1
        }
    }

    /// The last byte (IPv4, decimal) or group (IPv6, hexadecimal) replaced.
    private static func replacingLastPart(of address: IPAddress, with text: Substring) -> IPAddress? {
        switch address {
        case .v4(let address):
            guard let byte = Wording.number(String(text), in: 0...255) else { return nil }
            return .v4(IPv4Address(rawValue: address.rawValue & ~0xff | UInt32(byte)))
        case .v6(let address):
            guard (1...4).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "+"),
                let group = UInt16(text, radix: 16)
            else { return nil }
            return .v6(IPv6Address(high: address.high, low: address.low & ~0xffff | UInt64(group)))
        }
    }

    /// The first `limit` addresses, or all if there are fewer.
    func addresses(limit: Int) -> [IPAddress] { (0..<min(count, limit)).map(address(at:)) }

    private func address(at offset: Int) -> IPAddress {
        switch first {
        case .v4(let address): return .v4(IPv4Address(rawValue: address.rawValue &+ UInt32(offset)))
        case .v6(let address):
            let (low, carry) = address.low.addingReportingOverflow(UInt64(offset))
            return .v6(IPv6Address(high: address.high &+ (carry ? 1 : 0), low: low))
        }
    }
}

extension AddressRange: CustomStringConvertible {
    /// `FIRST`, or `FIRST-LAST`; a count that does not fit is left out.
    package var description: String {
        guard count > 1, count < Int.max else { return "\(first)" }
        return "\(first)-\(address(at: count - 1))"
    }
}
