import CSluiceABI
import Wire

/// Rule 11: ICMP errors follow the flow whose packet they quote.
extension Model {
    mutating func icmp(_ packet: ModelPacket) -> ModelResult {
        guard let quote = ModelQuote(packet) else { return untouched(.SLUICE_PASS_NOT_SERVICE, packet.frame) }
        guard role(ofVIP: packet.destination) != nil else { return icmpFromServer(packet, quote) }
        guard quote.key.source == packet.destination,
            let service = service(quote.key.source, quote.key.transport, quote.key.sourcePort)
        else { return untouched(.SLUICE_PASS_NOT_SERVICE, packet.frame) }
        guard service.hasRole else { return untouched(.SLUICE_PASS_BACKUP, packet.frame) }
        if packet.isLongerThanFrame { return untouched(.SLUICE_DROP_MALFORMED, packet.frame) }
        if Self.isImpossibleSource(packet.source) { return untouched(.SLUICE_DROP_SOURCE, packet.frame) }
        return icmpFromClient(packet, quote, service)
    }

    private mutating func icmpFromClient(
        _ packet: ModelPacket, _ quote: ModelQuote, _ service: ModelService
    ) -> ModelResult {
        let destination: ModelDestination
        if let id = flows.find(quote.key.reversed, now: tick), let known = flows.connections[id]?.destination,
            let found = destinations[known]
        {
            guard found.isAvailable else { return untouched(.SLUICE_DROP_SERVER_REMOVED, packet.frame) }
            destination = found
        } else {
            guard service.isActive else { return untouched(.SLUICE_PASS_BACKUP, packet.frame) }
            guard service.isHash else { return untouched(.SLUICE_DROP_NO_FLOW, packet.frame) }
            if service.ring.isEmpty { return untouched(.SLUICE_DROP_NO_SERVER, packet.frame) }
            let start = schedule(service, client: quote.key.destination, port: quote.key.destinationPort)
            guard let chosen = destinations[service.ring[start]] else {
                return untouched(.SLUICE_DROP_NO_SERVER, packet.frame)
            }
            guard chosen.mode != .SLUICE_MODE_NAT else { return untouched(.SLUICE_DROP_NO_FLOW, packet.frame) }
            destination = chosen
        }
        guard destination.isResolved else { return untouched(.SLUICE_DROP_NO_NEIGHBOUR, packet.frame) }
        if packet.ttl <= 1 { return untouched(.SLUICE_DROP_TTL, packet.frame) }
        if packet.ipLength + destination.overhead > destination.mtu {
            return untouched(.SLUICE_DROP_TOO_BIG, packet.frame)
        }
        var frame = packet.frame
        if destination.mode == .SLUICE_MODE_NAT {
            frame.translateError(
                packet, quote, outer: .destination, inner: .source, destination.address, destination.port)
        }
        return send(frame, packet, to: destination, .SLUICE_ICMP_FORWARDED)
    }

    /// NAT: an error about a packet from a client to a real server, sent by the server or a router before it.
    private mutating func icmpFromServer(_ packet: ModelPacket, _ quote: ModelQuote) -> ModelResult {
        guard hasNAT, quote.key.source == packet.destination,
            let id = flows.findReply(quote.key.reversed, now: tick), let known = flows.connections[id]?.destination,
            let destination = destinations[known]
        else { return untouched(.SLUICE_PASS_NOT_SERVICE, packet.frame) }
        if packet.isLongerThanFrame { return untouched(.SLUICE_DROP_MALFORMED, packet.frame) }
        if packet.ttl <= 1 { return untouched(.SLUICE_DROP_TTL, packet.frame) }
        let service = services[destination.service]
        var frame = packet.frame
        frame.translateError(packet, quote, outer: .source, inner: .destination, service.address, service.port)
        return sendBack(frame, packet, .SLUICE_ICMP_FORWARDED)
    }
}

/// The packet that an ICMP error quotes, as far as it is quoted.
struct ModelQuote {
    /// Where the inner IP header begins, and its upper layer.
    let ip: Int
    let upper: Int
    /// The inner packet's own 5-tuple.
    let key: ModelFlowKey

    /// nil if the packet is no error of a known type or quotes no TCP or UDP packet up to its ports.
    init?(_ packet: ModelPacket) {
        let frame = packet.frame
        guard packet.end - packet.upper >= 8 else { return nil }
        let isError: Bool
        switch packet.family {
        case .ipv4: isError = [3, 4, 11].contains(frame[packet.upper])
        case .ipv6: isError = (1...4).contains(frame[packet.upper])
        }
        ip = packet.upper + 8
        guard isError, let header = Self.header(frame, at: ip, end: packet.end, packet.family) else { return nil }
        upper = ip + header.length
        guard [IPProtocol.tcp, IPProtocol.udp].contains(header.transport), packet.end - upper >= 4 else { return nil }
        key = ModelFlowKey(
            source: header.source, sourcePort: frame.u16(at: upper), destination: header.destination,
            destinationPort: frame.u16(at: upper + 2), transport: header.transport)
    }

    private static func header(
        _ frame: [UInt8], at ip: Int, end: Int, _ family: IPAddress.Family
    ) -> (length: Int, transport: UInt8, source: IPAddress, destination: IPAddress)? {
        switch family {
        case .ipv4:
            guard let header = ModelIPv4(frame, at: ip, end: end), header.fragmentOffset == 0 else { return nil }
            return (header.length, header.protocolNumber, header.source, header.destination)
        case .ipv6:
            guard end - ip >= 40, frame[ip] >> 4 == 6 else { return nil }
            return (40, frame[ip + 6], frame.address(at: ip + 8, .ipv6), frame.address(at: ip + 24, .ipv6))
        }
    }
}

extension [UInt8] {
    /// Translates one address of the outer header, one address and port of the quoted packet, and the checksums of both
    /// IP headers and of ICMP. The quoted transport checksum stays. Port 0 leaves the port.
    fileprivate mutating func translateError(
        _ packet: ModelPacket, _ quote: ModelQuote, outer: ModelPacket.Side, inner: ModelPacket.Side,
        _ address: IPAddress, _ port: UInt16
    ) {
        let icmp = packet.upper + 2
        let isIPv4 = packet.family == .ipv4
        // Only ICMPv6 has a pseudo header.
        translate(packet.addressField(outer), to: address, packet, [isIPv4 ? nil : icmp])
        let field = packet.addressField(inner) - packet.ip + quote.ip
        if isIPv4 {
            // What the quoted header's address gains its checksum loses: ICMP's own sum stays.
            put(address.bytes, at: field, correcting: [quote.ip + 10])
        } else {
            put(address.bytes, at: field, correcting: [icmp])
        }
        guard port != 0 else { return }
        put(port.bytes, at: quote.upper + (inner == .source ? 0 : 2), correcting: [icmp])
    }
}
