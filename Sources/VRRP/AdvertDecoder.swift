import Wire

/// What surrounds a received advert.
package struct AdvertEnvelope: Hashable, Sendable {
    /// Of the IP packet.
    package var source: IPAddress
    /// Of the IP packet.
    package var destination: IPAddress
    /// TTL or hop limit; nil if the kernel didn't say.
    package var ttl: UInt8?
    /// Where the message lies in the bytes given.
    package var message: Range<Int>
    /// Where the authentication header lies, if there is one.
    package var authenticationHeader: Range<Int>?

    /// Over IPv6 the raw socket gives the message only; addresses and hop limit come beside it. `length` is the
    /// message's, which starts at the first byte.
    package init(source: IPAddress, destination: IPAddress, hopLimit: UInt8?, length: Int) {
        self.source = source
        self.destination = destination
        ttl = hopLimit
        message = 0..<max(length, 0)
    }

    /// Of an IPv4 packet as a raw socket gives it, header included. What lies behind its total length is padding of
    /// the link layer.
    package init(ipv4 packet: Span<UInt8>) throws(AdvertFailure) {
        guard packet.count >= AdvertWire.ipv4Length, packet[0] >> 4 == 4 else { throw .packetLength }
        let header = Int(packet[0] & 0xf) * 4
        let total = Int(packet.bigEndian16(at: 2))
        guard header >= AdvertWire.ipv4Length, total <= packet.count, header <= total else { throw .packetLength }
        source = .v4(IPv4Address(rawValue: packet.bigEndian32(at: 12)))
        destination = .v4(IPv4Address(rawValue: packet.bigEndian32(at: 16)))
        ttl = packet[8]
        guard packet[9] == AdvertWire.authenticationHeader else {
            message = header..<total
            return
        }
        let end = header + AdvertWire.authenticationHeaderLength
        guard end <= total, packet[header] == IPProtocol.vrrp, Int(packet[header + 1]) == 4 else { throw .packetLength }
        authenticationHeader = header..<end
        message = end..<total
    }

    /// The VRID, to find the virtual router by; nil if the message is too short to have one.
    package func routerID(in packet: Span<UInt8>) -> UInt8? {
        guard message.count >= AdvertWire.headerLength, message.upperBound <= packet.count else { return nil }
        return packet[message.lowerBound + 1]
    }
}

/// An advert that may be given to the machine.
package struct DecodedAdvert: Hashable, Sendable {
    /// For `VirtualRouter.Event.advert`.
    package var advert: ReceivedAdvert
    /// The address list is not ours; the caller counts `AdvertFailure.addressList` (requirement 14).
    package var hasOtherAddresses: Bool
    /// How its checksum was computed; nil where there is only one way.
    package var checksumReading: ChecksumReading?
}

extension AdvertCodec {
    /// Checks a packet (requirements 6 to 19) and reads it. `own` is our source address: what comes from it is our own
    /// packet, looped back; nil leaves that to the machine, which warns of another router with our address too. Never
    /// traps, whatever the bytes are.
    package mutating func decode(
        _ packet: Span<UInt8>, _ envelope: AdvertEnvelope, own: IPAddress?
    ) throws(AdvertFailure) -> DecodedAdvert {
        guard envelope.source != own else { throw .own }
        guard envelope.message.upperBound <= packet.count else { throw .packetLength }
        try checkPath(envelope)
        let start = envelope.message.lowerBound
        guard envelope.message.count >= AdvertWire.headerLength else { throw .packetLength }
        guard packet[start] >> 4 == format.version.rawValue else { throw .version }
        guard packet[start] & 0xf == AdvertWire.advertisement else { throw .type }
        guard packet[start + 1] == format.routerID else { throw .routerID }
        let count = Int(packet[start + 3])
        let body = AdvertWire.headerLength + count * format.addressLength
        guard envelope.message.count == body + format.trailerLength else { throw .packetLength }
        guard count > 0 || format.addresses.isEmpty else { throw .packetLength }
        let reading = try checkChecksum(packet, envelope)
        let interval = try checkInterval(packet, start)
        try authenticate(packet, envelope)
        let priority = packet[start + 2]
        let isOther = try checkAddresses(packet, start, count: count, priority: priority, sender: envelope.source)
        let advert = ReceivedAdvert(sender: envelope.source, priority: priority, interval: interval)
        return DecodedAdvert(advert: advert, hasOtherAddresses: isOther, checksumReading: reading)
    }

    /// Requirements 6 and 19.
    private func checkPath(_ envelope: AdvertEnvelope) throws(AdvertFailure) {
        guard envelope.source.family == format.family else { throw .destination }
        guard !format.peers.isEmpty else {
            // Any group that the socket joined: `mcast_dst_ip` may name another one.
            guard envelope.destination.isMulticast else { throw .destination }
            guard envelope.ttl == AdvertWire.ttl else { throw .ttl }
            return
        }
        guard !envelope.destination.isMulticast else { throw .destination }
        guard let peer = format.peers.first(where: { $0.address == envelope.source }) else {
            if format.checksUnicastSource { throw .unknownPeer }
            return
        }
        if let ttl = envelope.ttl, !peer.ttl.contains(ttl) { throw .ttl }
    }

    /// Requirements 3 and 10: the reading that this peer used last is tried first.
    private mutating func checkChecksum(
        _ packet: Span<UInt8>, _ envelope: AdvertEnvelope
    ) throws(AdvertFailure) -> ChecksumReading? {
        guard format.family == .ipv4, format.version == .v3 else {
            let hasPseudo = format.hasPseudoHeader(.pseudoHeader)
            guard Self.fits(packet, envelope, hasPseudo ? .pseudoHeader : .messageOnly) else { throw .checksum }
            return nil
        }
        let known = reading(of: envelope.source) ?? .pseudoHeader
        if Self.fits(packet, envelope, known) {
            remember(known, of: envelope.source)
            return known
        }
        for other in ChecksumReading.allReadings where other != known && accepts(other) {
            guard Self.fits(packet, envelope, other) else { continue }
            remember(other, of: envelope.source)
            return other
        }
        throw .checksum
    }

    private func accepts(_ reading: ChecksumReading) -> Bool {
        reading != .groupPseudoHeader || !format.peers.isEmpty && !format.refusesOldUnicastChecksum
    }

    private static func fits(_ packet: Span<UInt8>, _ envelope: AdvertEnvelope, _ reading: ChecksumReading) -> Bool {
        var sum = ChecksumSum()
        if let destination = reading.pseudoDestination(envelope.destination) {
            sum.addPseudoHeader(source: envelope.source, destination: destination, length: envelope.message.count)
        }
        sum.add(packet, envelope.message)
        return sum.value == 0
    }

    /// Requirements 12, 17 and 24: reserved bits are ignored, an interval of zero is none.
    private func checkInterval(_ packet: Span<UInt8>, _ start: Int) throws(AdvertFailure) -> Duration {
        switch format.version {
        case .v2:
            guard UInt16(packet[start + 5]) == format.intervalField else { throw .advertInterval }
            return .seconds(Int64(packet[start + 5]))
        case .v3:
            let centiseconds = packet.bigEndian16(at: start + 4) & 0xfff
            guard centiseconds > 0 else { throw .advertInterval }
            return .milliseconds(10 * Int64(centiseconds))
        }
    }

    /// Requirement 13; v3 and IPv6 have nothing to check.
    private mutating func authenticate(
        _ packet: Span<UInt8>, _ envelope: AdvertEnvelope
    ) throws(AdvertFailure) {
        guard format.version == .v2, format.family == .ipv4 else { return }
        let type = packet[envelope.message.lowerBound + 4]
        guard type <= 2 else { throw .invalidAuthType }
        guard type == format.authentication.type else { throw .authTypeMismatch }
        switch format.authentication {
        case .none: return
        case .password(let secret):
            let start = envelope.message.upperBound - AdvertWire.authenticationLength
            var difference: UInt8 = 0
            for index in 0..<AdvertWire.authenticationLength {
                difference |= packet[start + index] ^ (index < secret.count ? secret[index] : 0)
            }
            guard difference == 0 else { throw .authFailure }
        case .header(let secret): try verifyDigest(packet, envelope, key: Authentication.padded(secret))
        }
    }

    /// The digest first: before it fits, no field can be believed. Then the SPI is the source address, and the
    /// sequence number is a new one.
    private mutating func verifyDigest(
        _ packet: Span<UInt8>, _ envelope: AdvertEnvelope, key: [UInt8]
    ) throws(AdvertFailure) {
        guard let digest, let header = envelope.authenticationHeader else { throw .authFailure }
        // keepalived writes no IP options, and neither may anybody whose digest it is to accept.
        guard header.lowerBound == AdvertWire.ipv4Length else { throw .authFailure }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(envelope.message.upperBound)
        for index in 0..<envelope.message.upperBound { bytes.append(packet[index]) }
        let expected = digest(key, Self.authenticated(bytes, isUnicast: !format.peers.isEmpty))
        guard expected.count >= 12 else { throw .authFailure }
        var difference: UInt8 = 0
        for index in 0..<12 { difference |= packet[header.lowerBound + 12 + index] ^ expected[index] }
        guard difference == 0 else { throw .authFailure }
        guard case .v4(let source) = envelope.source, packet.bigEndian32(at: header.lowerBound + 4) == source.rawValue
        else { throw .authFailure }
        guard accept(sequence: packet.bigEndian32(at: header.lowerBound + 8)) else { throw .authFailure }
    }

    /// Requirement 14: every address of ours is in the list, and it is as long. True if it is another list.
    private mutating func checkAddresses(
        _ packet: Span<UInt8>, _ start: Int, count: Int, priority: UInt8, sender: IPAddress
    ) throws(AdvertFailure) -> Bool {
        if format.skipsKnownAddressLists, checkedSender == sender { return false }
        let list = start + AdvertWire.headerLength
        var isSame = count == format.addresses.count
        for index in format.addresses.indices where isSame {
            isSame = packet.contains(format.addresses[index], from: list, count: count)
        }
        checkedSender = isSame ? sender : nil
        if !isSame, format.dropsOtherAddressLists, priority != 255 { throw .addressList }
        return !isSame
    }
}

extension IPAddress {
    /// 224.0.0.0/4 or ff00::/8.
    var isMulticast: Bool {
        switch self {
        case .v4(let address): address.rawValue >> 28 == 0xe
        case .v6(let address): address.high >> 56 == 0xff
        }
    }
}

extension Span<UInt8> {
    /// Network order; both bytes must be there.
    func bigEndian16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

    /// Network order; all four bytes must be there.
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian16(at: offset)) << 16 | UInt32(bigEndian16(at: offset + 2))
    }

    /// Whether one of `count` addresses from an offset on is this one.
    func contains(_ address: IPAddress, from offset: Int, count: Int) -> Bool {
        switch address {
        case .v4(let address):
            for index in 0..<count where bigEndian32(at: offset + 4 * index) == address.rawValue { return true }
        case .v6(let address):
            for index in 0..<count {
                let at = offset + 16 * index
                let high = UInt64(bigEndian32(at: at)) << 32 | UInt64(bigEndian32(at: at + 4))
                let low = UInt64(bigEndian32(at: at + 8)) << 32 | UInt64(bigEndian32(at: at + 12))
                if high == address.high, low == address.low { return true }
            }
        }
        return false
    }
}
