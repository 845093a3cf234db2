/// The Internet checksum (RFC 1071): the one's complement of the one's complement sum of 16-bit words.
package struct InternetChecksum: Sendable {
    private var sum: UInt32 = 0
    private var isOdd = false

    /// An empty sum.
    package init() {}

    /// Adds a run of bytes; runs follow each other as if they were one, also after an odd count.
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            add(UInt32(byte) << (isOdd ? 0 : 8))
            isOdd.toggle()
        }
    }

    /// Adds one 16-bit word in host byte order.
    package mutating func add(word: UInt16) { add(UInt32(word)) }

    private mutating func add(_ value: UInt32) {
        sum += value
        sum = (sum & 0xffff) + (sum >> 16)
    }

    /// The checksum to store, in host byte order.
    package var value: UInt16 { ~UInt16((sum & 0xffff) + (sum >> 16)) }

    /// The checksum of some bytes, host byte order.
    package static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var checksum = InternetChecksum()
        checksum.add(bytes)
        return checksum.value
    }

    /// The checksum of an upper layer's header and payload behind its pseudo header, host byte order.
    package static func of(_ bytes: some Collection<UInt8>, behind pseudo: PseudoHeader) -> UInt16 {
        var checksum = InternetChecksum()
        checksum.add(pseudo.bytes)
        checksum.add(bytes)
        return checksum.value
    }

    /// What a stored checksum becomes when one 16-bit word changes: HC' = ~(~HC + ~m + m') (RFC 1624 section 3).
    package static func updated(_ checksum: UInt16, replacing old: UInt16, with new: UInt16) -> UInt16 {
        var updated = InternetChecksum()
        updated.add(word: ~checksum)
        updated.add(word: ~old)
        updated.add(word: new)
        return updated.value
    }

    /// The same for a run of bytes at an even offset; both runs have the same, even length.
    package static func updated(_ checksum: UInt16, replacing old: [UInt8], with new: [UInt8]) -> UInt16 {
        precondition(old.count == new.count && old.count.isMultiple(of: 2), "RFC 1624 replaces whole words by as many")
        var updated = InternetChecksum()
        updated.add(word: ~checksum)
        updated.add(old.map { ~$0 })
        updated.add(new)
        return updated.value
    }
}

/// What an upper layer's checksum covers of the IP header (RFC 9293 section 3.1, RFC 8200 section 8.1).
package struct PseudoHeader: Hashable, Sendable {
    /// Both addresses are of one family.
    package var source: IPAddress
    /// Of the same family as `source`.
    package var destination: IPAddress
    /// The upper layer's protocol number, not that of an extension header before it.
    package var protocolNumber: UInt8
    /// Bytes of the upper layer's header and payload.
    package var length: Int

    /// `length` counts the upper layer's header and payload, in bytes.
    package init(source: IPAddress, destination: IPAddress, protocolNumber: UInt8, length: Int) {
        self.source = source
        self.destination = destination
        self.protocolNumber = protocolNumber
        self.length = length
    }

    /// 12 or 40 bytes, as they are summed.
    package var bytes: [UInt8] {
        var bytes = source.bytes + destination.bytes
        switch destination.family {
        case .ipv4:
            bytes += [0, protocolNumber]
            bytes.append(bigEndian: UInt16(truncatingIfNeeded: length))
        case .ipv6:
            bytes.append(bigEndian: UInt32(truncatingIfNeeded: length))
            bytes += [0, 0, 0, protocolNumber]
        }
        return bytes
    }
}
