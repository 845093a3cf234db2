import Wire

extension AdvertCodec {
    /// Why an advert can't be written.
    package enum EncodingFailure: Error, Hashable, Sendable {
        /// Source, destination or an address is of another family than the format's.
        case family
        /// `Authentication.header` without a digest function.
        case noDigest
    }

    /// Replaces `buffer` by one advert. Over IPv4 it is a whole IP packet, for a socket with `IP_HDRINCL` (and with the
    /// authentication header if there is one); over IPv6 it is the message, as raw IPv6 sockets take it, with the
    /// checksum in place. `destination` is the group or a peer. Nothing is allocated once the buffer is large enough,
    /// but for the authentication header's digest.
    package mutating func encode(
        priority: UInt8, source: IPAddress, destination: IPAddress, into buffer: inout [UInt8]
    ) throws(EncodingFailure) {
        guard source.family == format.family, destination.family == format.family else { throw .family }
        for index in format.addresses.indices where format.addresses[index].family != format.family { throw .family }
        buffer.removeAll(keepingCapacity: true)
        switch format.family {
        case .ipv4: try encodeIPv4(priority, source, destination, into: &buffer)
        case .ipv6:
            appendMessage(priority, to: &buffer)
            storeChecksum(source, destination, at: 0, in: &buffer)
        }
    }

    private mutating func encodeIPv4(
        _ priority: UInt8, _ source: IPAddress, _ destination: IPAddress, into buffer: inout [UInt8]
    ) throws(EncodingFailure) {
        guard case .v4(let from) = source, case .v4(let to) = destination else { throw .family }
        var key: [UInt8]?
        if format.version == .v2, case .header(let secret) = format.authentication {
            guard digest != nil else { throw .noDigest }
            key = Authentication.padded(secret)
        }
        appendIPv4Header(from: from, to: to, hasAuthenticationHeader: key != nil, to: &buffer)
        if key != nil { appendAuthenticationHeader(from: from, to: &buffer) }
        let start = buffer.count
        appendMessage(priority, to: &buffer)
        store(UInt16(buffer.count), at: 2, in: &buffer)
        storeChecksum(source, destination, at: start, in: &buffer)
        var sum = ChecksumSum()
        sum.add(buffer.span, 0..<AdvertWire.ipv4Length)
        store(sum.value, at: 10, in: &buffer)
        if let key, let digest { seal(&buffer, key: key, digest: digest) }
    }

    /// RFC 791, without options; length and checksum are zero as yet. DF is clear, as keepalived's (requirement 1).
    private mutating func appendIPv4Header(
        from: IPv4Address, to: IPv4Address, hasAuthenticationHeader: Bool, to buffer: inout [UInt8]
    ) {
        buffer.append(0x45)
        buffer.append(AdvertWire.typeOfService)
        append(UInt16(0), to: &buffer)
        append(nextIdentification(), to: &buffer)
        append(UInt16(0), to: &buffer)
        buffer.append(format.sentTTL)
        buffer.append(hasAuthenticationHeader ? AdvertWire.authenticationHeader : IPProtocol.vrrp)
        append(UInt16(0), to: &buffer)
        append(from.rawValue, to: &buffer)
        append(to.rawValue, to: &buffer)
    }

    /// RFC 2402 section 2: next header, length in words less 2, reserved, SPI (the source address), sequence, digest.
    private mutating func appendAuthenticationHeader(from: IPv4Address, to buffer: inout [UInt8]) {
        buffer.append(IPProtocol.vrrp)
        buffer.append(UInt8(AdvertWire.authenticationHeaderLength / 4 - 2))
        append(UInt16(0), to: &buffer)
        append(from.rawValue, to: &buffer)
        append(nextSequence(), to: &buffer)
        for _ in 0..<12 { buffer.append(0) }
    }

    private func seal(_ buffer: inout [UInt8], key: [UInt8], digest: MessageDigest) {
        let value = digest(key, Self.authenticated(buffer, isUnicast: !format.peers.isEmpty))
        let start = AdvertWire.ipv4Length + 12
        for (index, byte) in value.prefix(12).enumerated() { buffer[start + index] = byte }
    }

    /// What the digest covers: the packet with its mutable fields zero (RFC 2402 section 3.3.3.1.1). keepalived takes
    /// the TTL for mutable only between unicast peers.
    static func authenticated(_ packet: [UInt8], isUnicast: Bool) -> [UInt8] {
        var packet = packet
        packet[1] = 0
        packet[6] = 0
        packet[7] = 0
        if isUnicast { packet[8] = 0 }
        packet[10] = 0
        packet[11] = 0
        for index in 0..<12 { packet[AdvertWire.ipv4Length + 12 + index] = 0 }
        return packet
    }

    private func appendMessage(_ priority: UInt8, to buffer: inout [UInt8]) {
        buffer.append(format.version.rawValue << 4 | AdvertWire.advertisement)
        buffer.append(format.routerID)
        buffer.append(priority)
        let count = min(format.addresses.count, AdvertWire.addressLimit)
        buffer.append(UInt8(count))
        switch format.version {
        case .v2:
            buffer.append(format.family == .ipv4 ? format.authentication.type : 0)
            buffer.append(UInt8(truncatingIfNeeded: format.intervalField))
        case .v3: append(format.intervalField, to: &buffer)
        }
        append(UInt16(0), to: &buffer)
        for index in 0..<count { append(format.addresses[index], to: &buffer) }
        guard format.trailerLength > 0 else { return }
        let end = buffer.count + format.trailerLength
        if case .password(let secret) = format.authentication {
            for byte in secret.prefix(format.trailerLength) { buffer.append(byte) }
        }
        while buffer.count < end { buffer.append(0) }
    }

    private func storeChecksum(
        _ source: IPAddress, _ destination: IPAddress, at start: Int, in buffer: inout [UInt8]
    ) {
        var sum = ChecksumSum()
        let reading = sentReading(to: destination)
        if format.hasPseudoHeader(reading), let named = reading.pseudoDestination(destination) {
            sum.addPseudoHeader(source: source, destination: named, length: buffer.count - start)
        }
        sum.add(buffer.span, start..<buffer.count)
        store(sum.value, at: start + 6, in: &buffer)
    }

    /// A peer that was heard to use keepalived's old unicast checksum is sent it too, as keepalived does.
    private func sentReading(to destination: IPAddress) -> ChecksumReading {
        guard format.family == .ipv4, format.version == .v3 else { return .pseudoHeader }
        guard !format.peers.isEmpty else {
            return format.checksumReading == .groupPseudoHeader ? .pseudoHeader : format.checksumReading
        }
        return reading(of: destination) == .groupPseudoHeader ? .groupPseudoHeader : format.checksumReading
    }

    private func append(_ value: UInt16, to buffer: inout [UInt8]) {
        buffer.append(UInt8(value >> 8))
        buffer.append(UInt8(truncatingIfNeeded: value))
    }

    private func append(_ value: UInt32, to buffer: inout [UInt8]) {
        append(UInt16(value >> 16), to: &buffer)
        append(UInt16(truncatingIfNeeded: value), to: &buffer)
    }

    private func append(_ address: IPAddress, to buffer: inout [UInt8]) {
        switch address {
        case .v4(let address): append(address.rawValue, to: &buffer)
        case .v6(let address):
            append(UInt32(truncatingIfNeeded: address.high >> 32), to: &buffer)
            append(UInt32(truncatingIfNeeded: address.high), to: &buffer)
            append(UInt32(truncatingIfNeeded: address.low >> 32), to: &buffer)
            append(UInt32(truncatingIfNeeded: address.low), to: &buffer)
        }
    }

    private func store(_ value: UInt16, at offset: Int, in buffer: inout [UInt8]) {
        buffer[offset] = UInt8(value >> 8)
        buffer[offset + 1] = UInt8(truncatingIfNeeded: value)
    }
}

extension ChecksumReading {
    /// The likeliest first; a stored array, so that nothing is allocated to go through it.
    static let allReadings: [ChecksumReading] = [.pseudoHeader, .messageOnly, .groupPseudoHeader]

    /// The destination that the pseudo header names for a packet to this one; nil: there is none.
    func pseudoDestination(_ destination: IPAddress) -> IPAddress? {
        switch self {
        case .pseudoHeader: destination
        case .messageOnly: nil
        case .groupPseudoHeader: AdvertWire.ipv4Group
        }
    }
}

extension AdvertFormat {
    /// Requirement 3.
    func hasPseudoHeader(_ reading: ChecksumReading) -> Bool {
        switch (family, version) {
        case (.ipv6, _): true
        case (.ipv4, .v2): false
        case (.ipv4, .v3): reading != .messageOnly
        }
    }
}
