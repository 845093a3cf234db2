import CSluiceABI
package import Wire

/// Four 32-bit words in network byte order, as the maps hold an address.
package typealias AddressWords = (UInt32, UInt32, UInt32, UInt32)

extension IPAddress {
    /// As in the maps: IPv4 in the last word, the others zero.
    var words: AddressWords {
        switch self {
        case .v4(let address): (0, 0, 0, address.rawValue.bigEndian)
        case .v6(let address):
            (
                UInt32(truncatingIfNeeded: address.high >> 32).bigEndian,
                UInt32(truncatingIfNeeded: address.high).bigEndian,
                UInt32(truncatingIfNeeded: address.low >> 32).bigEndian,
                UInt32(truncatingIfNeeded: address.low).bigEndian
            )
        }
    }

    /// From the words of a map; nil for a family other than 4 and 6.
    package init?(words: AddressWords, family: UInt8) {
        switch Family(rawValue: family) {
        case .ipv4: self = .v4(IPv4Address(rawValue: UInt32(bigEndian: words.3)))
        case .ipv6:
            self = .v6(
                IPv6Address(
                    high: UInt64(UInt32(bigEndian: words.0)) << 32 | UInt64(UInt32(bigEndian: words.1)),
                    low: UInt64(UInt32(bigEndian: words.2)) << 32 | UInt64(UInt32(bigEndian: words.3))))
        case nil: return nil
        }
    }
}

extension MACAddress {
    /// As in the maps: six bytes in the order of the wire.
    var tuple: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) {
        (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5])
    }
}

/// Whether two values are the same bytes. The structs of the maps have no padding.
func sameBytes<Value: BitwiseCopyable>(_ left: Value, _ right: Value) -> Bool {
    withUnsafeBytes(of: left) { left in withUnsafeBytes(of: right) { left.elementsEqual($0) } }
}

/// A ones-complement sum of 16-bit words as a little-endian machine loads them from the bytes of a packet.
struct WordSum {
    private var sum: UInt32 = 0

    /// Adds two bytes of a packet.
    mutating func add(_ first: UInt8, _ second: UInt8) {
        add(word: UInt16(first) | UInt16(second) << 8)
    }

    /// Adds an address' bytes.
    mutating func add(_ address: IPAddress) {
        for word in Self.words(of: address) { add(word: word) }
    }

    /// Adds a port, given in host byte order.
    mutating func add(port: UInt16) {
        add(UInt8(port >> 8), UInt8(truncatingIfNeeded: port))
    }

    mutating func subtract(_ address: IPAddress) {
        for word in Self.words(of: address) { add(word: ~word) }
    }

    mutating func subtract(port: UInt16) {
        add(word: ~port.byteSwapped)
    }

    /// Folded to 16 bits, not inverted.
    var folded: UInt16 {
        var sum = sum
        while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
        return UInt16(sum)
    }

    private mutating func add(word: UInt16) { sum += UInt32(word) }

    private static func words(of address: IPAddress) -> [UInt16] {
        let bytes = address.bytes
        return stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    }
}
