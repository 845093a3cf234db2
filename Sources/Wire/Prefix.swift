/// An address and how many of its leading bits count: `192.0.2.0/24`. Bits beyond the length are kept as given.
package struct Prefix: Hashable, Sendable {
    /// The address as it was written, host bits included.
    package let address: IPAddress
    /// How many leading bits count: 0...32 for IPv4, 0...128 for IPv6.
    package let length: Int

    /// nil if the length is out of the family's range.
    package init?(_ address: IPAddress, length: Int) {
        guard (0...address.family.bits).contains(length) else { return nil }
        self.address = address
        self.length = length
    }

    /// Parses `ADDRESS/LENGTH`, or `ADDRESS` alone with the whole address as the length; nil if it is anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(address, length: address.family.bits)
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    /// Whether an address lies in the prefix; never for one of the other family.
    package func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.masked(to: length) == address.masked(to: length)
    }

    /// The prefix's first address: all host bits zero.
    package var network: IPAddress { address.masked(to: length) }
}

extension Prefix: CustomStringConvertible {
    package var description: String { "\(address)/\(length)" }
}

extension IPAddress.Family {
    /// Bits of an address: 32 or 128.
    package var bits: Int {
        switch self {
        case .ipv4: 32
        case .ipv6: 128
        }
    }
}

extension IPAddress {
    /// The address with all but its first `length` bits cleared; `length` is within the family's range.
    package func masked(to length: Int) -> IPAddress {
        switch self {
        case .v4(let address):
            .v4(IPv4Address(rawValue: address.rawValue & ~(UInt32.max >> UInt32(length))))
        case .v6(let address):
            .v6(
                IPv6Address(
                    high: address.high & ~(UInt64.max >> UInt64(min(length, 64))),
                    low: address.low & ~(UInt64.max >> UInt64(max(length - 64, 0)))))
        }
    }
}
