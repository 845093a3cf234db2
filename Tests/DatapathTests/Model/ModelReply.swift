import CSluiceABI
import Wire

/// Rule 10: from a NAT real server back to its client.
extension Model {
    mutating func reply(_ segment: ModelSegment, _ id: Int) -> ModelResult {
        let packet = segment.packet
        guard let connection = flows.connections[id], let destination = destinations[connection.destination] else {
            preconditionFailure("a flow that was found has a connection, and that a destination")
        }
        flows.touch(id, flags: segment.flags, row: .output, now: tick)
        let service = services[destination.service]
        if packet.ttl <= 1 { return untouched(.SLUICE_DROP_TTL, packet.frame) }
        if packet.ipLength > Self.interfaceMTU {
            return answer(packet, .SLUICE_TOO_BIG_ANSWERED, orElse: .SLUICE_DROP_TOO_BIG, mtu: Self.interfaceMTU)
        }
        var frame = packet.frame
        let checksum = frame.transportChecksum(segment.key.transport, at: packet.upper, end: packet.end)
        frame.translate(packet.addressField(.source), to: service.address, packet, [checksum])
        if service.port != 0 {
            frame.put(service.port.bytes, at: packet.upper, correcting: [checksum].compactMap { $0 })
        }
        frame.avoidZero(checksum, segment.key.transport)
        return sendBack(frame, packet, .SLUICE_REPLIED)
    }

    /// Bytes of IP packet that every interface of a scenario takes.
    static let interfaceMTU = 1_500

    /// Notes by which way a client's packet came.
    mutating func learnHop(_ packet: ModelPacket) {
        hops[packet.source] = ModelHop(mac: packet.sourceMAC, ifindex: ingressIfindex)
    }

    /// Decrements the TTL and sends to the hop that the client's packets came from.
    func sendBack(_ frame: [UInt8], _ packet: ModelPacket, _ verdict: sluice_verdict) -> ModelResult {
        guard let hop = hops[packet.destination], let own = mac(of: hop.ifindex) else {
            return untouched(.SLUICE_DROP_NO_ROUTE, packet.frame)
        }
        var frame = frame
        frame.decrementTTL(packet)
        frame.put(hop.mac + own, at: 0)
        return ModelResult(verdict: verdict, action: action(to: hop.ifindex), frame: frame)
    }
}
