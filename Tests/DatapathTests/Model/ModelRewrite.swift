import CSluiceABI
import Wire

/// Rule 9: what leaves towards a real server, and the answers to packets that can't be sent on.
extension Model {
    /// A client's packet whose flow is known by now, and whose destination is resolved.
    mutating func forward(_ segment: ModelSegment, to destination: ModelDestination) -> ModelResult {
        let packet = segment.packet
        if packet.ttl <= 1 {
            return packet.hasOptions
                ? untouched(.SLUICE_DROP_TTL, packet.frame)
                : answer(packet, .SLUICE_TTL_ANSWERED, orElse: .SLUICE_DROP_TTL, mtu: nil)
        }
        if packet.ipLength + destination.overhead > destination.mtu {
            // IPv6 knows no smaller one.
            let mtu = max(destination.mtu - destination.overhead, packet.source.family == .ipv6 ? 1_280 : 0)
            return answer(packet, .SLUICE_TOO_BIG_ANSWERED, orElse: .SLUICE_DROP_TOO_BIG, mtu: mtu)
        }
        var frame = packet.frame
        if destination.mode == .SLUICE_MODE_NAT {
            let checksum = frame.transportChecksum(segment.key.transport, at: packet.upper, end: packet.end)
            frame.translate(packet.addressField(.destination), to: destination.address, packet, [checksum])
            if destination.port != 0 {
                frame.put(destination.port.bytes, at: packet.upper + 2, correcting: [checksum].compactMap { $0 })
            }
            frame.avoidZero(checksum, segment.key.transport)
        }
        return send(frame, packet, to: destination, .SLUICE_FORWARDED)
    }

    /// Decrements the TTL, encapsulates if need be, and sets the MAC addresses.
    func send(
        _ frame: [UInt8], _ packet: ModelPacket, to destination: ModelDestination, _ verdict: sluice_verdict
    ) -> ModelResult {
        var frame = frame
        frame.decrementTTL(packet)
        if destination.mode == .SLUICE_MODE_TUN { frame.encapsulate(packet, to: destination) }
        frame.put(destination.destinationMAC.bytes + destination.sourceMAC.bytes, at: 0)
        return ModelResult(verdict: verdict, action: action(to: destination.ifindex), frame: frame)
    }

    /// An ICMP error to the sender; a given MTU makes it "too big", else it is "time exceeded".
    func answer(
        _ packet: ModelPacket, _ verdict: sluice_verdict, orElse drop: sluice_verdict, mtu: Int?
    ) -> ModelResult {
        let quote: Int
        switch packet.family {
        case .ipv4: quote = mtu == nil ? 28 : 68
        case .ipv6: quote = mtu == nil ? 48 : 128
        }
        guard packet.ipLength >= quote else { return untouched(drop, packet.frame) }
        let quoted = Payload(packet.frame[packet.ip..<packet.ip + quote])
        var layers: [any PacketLayer] = [
            Payload(packet.sourceMAC + packet.destinationMAC + packet.frame[12..<packet.ip])
        ]
        let rest = UInt32(mtu ?? 0)
        switch (packet.destination, packet.source) {
        case (.v4(let vip), .v4(let sender)):
            layers.append(IPv4(source: vip, destination: sender, tos: 0xc0))
            layers.append(mtu == nil ? ICMPv4(type: 11) : ICMPv4(type: 3, code: 4, rest: rest & 0xffff))
        case (.v6(let vip), .v6(let sender)):
            layers.append(IPv6(source: vip, destination: sender))
            layers.append(mtu == nil ? ICMPv6(type: 3) : ICMPv6(type: 2, rest: rest))
        case (.v4, .v6), (.v6, .v4): preconditionFailure("a packet's addresses are of one family")
        }
        return ModelResult(verdict: verdict, action: .transmit, frame: Packet(layers + [quoted]).bytes)
    }
}

extension ModelPacket {
    enum Side {
        case source
        case destination
    }

    /// Where an address of the IP header lies.
    func addressField(_ side: Side) -> Int {
        switch (family, side) {
        case (.ipv4, .source): ip + 12
        case (.ipv4, .destination): ip + 16
        case (.ipv6, .source): ip + 8
        case (.ipv6, .destination): ip + 24
        }
    }
}

extension [UInt8] {
    /// Overwrites an address of the packet's IP header; corrects the header's checksum (IPv4) and others.
    mutating func translate(_ offset: Int, to address: IPAddress, _ packet: ModelPacket, _ others: [Int?]) {
        let header = packet.family == .ipv4 ? packet.ip + 10 : nil
        put(address.bytes, at: offset, correcting: ([header] + others).compactMap { $0 })
    }

    /// Where a TCP or UDP checksum lies; nil if it is cut off, or UDP without a checksum.
    func transportChecksum(_ transport: UInt8, at offset: Int, end: Int) -> Int? {
        let field = offset + (transport == IPProtocol.tcp ? 16 : 6)
        guard field + 2 <= end else { return nil }
        return transport == IPProtocol.udp && u16(at: field) == 0 ? nil : field
    }

    /// A UDP checksum that came out as zero is stored as its other form (RFC 768).
    mutating func avoidZero(_ checksum: Int?, _ transport: UInt8) {
        if let checksum, transport == IPProtocol.udp, u16(at: checksum) == 0 { put(word: 0xffff, at: checksum) }
    }

    mutating func decrementTTL(_ packet: ModelPacket) {
        switch packet.family {
        case .ipv4:
            let word = u16(at: packet.ip + 8) - 0x100
            put(word.bytes, at: packet.ip + 8, correcting: [packet.ip + 10])
        case .ipv6: self[packet.ip + 7] -= 1
        }
    }

    /// Puts the outer header in front of an IP packet whose TTL is decremented.
    mutating func encapsulate(_ packet: ModelPacket, to destination: ModelDestination) {
        let isIPv4 = packet.family == .ipv4
        let trafficClass = isIPv4 ? self[packet.ip + 1] : UInt8(u16(at: packet.ip) >> 4 & 0xff)
        let ttl = self[packet.ip + (isIPv4 ? 8 : 7)]
        let inner = isIPv4 ? IPProtocol.ipip : IPProtocol.ipv6
        let outer: any PacketLayer
        switch (destination.source, destination.address) {
        case (.v4(let source), .v4(let address)):
            outer = IPv4(
                source: source, destination: address, ttl: ttl, tos: trafficClass,
                identification: isIPv4 ? u16(at: packet.ip + 4) : 0,
                dontFragment: isIPv4 ? u16(at: packet.ip + 6) & 0x4000 != 0 : true,
                totalLength: UInt16(packet.ipLength + 20), protocolNumber: inner)
        case (.v6(let source), .v6(let address)):
            outer = IPv6(
                source: source, destination: address, hopLimit: ttl, trafficClass: trafficClass,
                payloadLength: UInt16(packet.ipLength), nextHeader: inner)
        case (.v4, .v6), (.v6, .v4): preconditionFailure("a tunnel's ends are of one family")
        }
        replaceSubrange(packet.ip..<packet.ip, with: Packet([outer]).bytes)
        put(word: outer.etherType ?? 0, at: packet.ip - 2)
    }
}
