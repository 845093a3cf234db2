import CSluiceABI
import Wire

/// A TCP or UDP packet whose header is whole.
struct ModelSegment {
    let packet: ModelPacket
    let key: ModelFlowKey
    /// Empty for UDP.
    let flags: TCP.Flags

    var isTCP: Bool { key.transport == IPProtocol.tcp }
    /// SYN without ACK, RST, FIN.
    var isSYN: Bool { flags.contains(.syn) && flags.isDisjoint(with: [.ack, .rst, .fin]) }

    /// nil if the header is not inside both the IP packet and the frame.
    init?(_ packet: ModelPacket) {
        let available = packet.end - packet.upper
        let isTCP = packet.protocolNumber == IPProtocol.tcp
        guard available >= (isTCP ? 20 : 8) else { return nil }
        if isTCP {
            let length = Int(packet.frame[packet.upper + 12] >> 4) * 4
            guard length >= 20, length <= available else { return nil }
        }
        self.packet = packet
        flags = isTCP ? TCP.Flags(rawValue: packet.frame[packet.upper + 13]) : []
        key = ModelFlowKey(
            source: packet.source, sourcePort: packet.frame.u16(at: packet.upper), destination: packet.destination,
            destinationPort: packet.frame.u16(at: packet.upper + 2), transport: packet.protocolNumber)
    }

    /// UDP's own length is at least its header and at most what IP carries; always true for TCP.
    var isLengthRight: Bool {
        guard !isTCP else { return true }
        let length = Int(packet.frame.u16(at: packet.upper + 4))
        return length >= 8 && length <= packet.upperLength
    }
}

extension Model {
    /// Rule 6.
    mutating func transport(_ packet: ModelPacket) -> ModelResult {
        guard let segment = ModelSegment(packet) else { return dropIfVIP(.SLUICE_DROP_MALFORMED, packet) }
        let key = segment.key
        guard let service = service(key.destination, key.transport, key.destinationPort) else {
            if hasNAT, let id = flows.findReply(key, now: tick) {
                if packet.isLongerThanFrame || !segment.isLengthRight {
                    return untouched(.SLUICE_DROP_MALFORMED, packet.frame)
                }
                return reply(segment, id)
            }
            return untouched(.SLUICE_PASS_NOT_SERVICE, packet.frame)
        }
        guard service.hasRole else { return untouched(.SLUICE_PASS_BACKUP, packet.frame) }
        if packet.isLongerThanFrame || !segment.isLengthRight {
            return untouched(.SLUICE_DROP_MALFORMED, packet.frame)
        }
        if Self.isImpossibleSource(packet.source) { return untouched(.SLUICE_DROP_SOURCE, packet.frame) }
        return flow(segment, of: service)
    }

    static func isImpossibleSource(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let address): [0, 127].contains(address.rawValue >> 24) || address.rawValue >> 24 >= 224
        case .v6(let address):
            address.high >> 56 == 0xff
                || address.high == 0 && (address.low <= 1 || address.low >> 32 == 0xffff)
        }
    }

    /// Rule 7.
    private mutating func flow(_ segment: ModelSegment, of service: ModelService) -> ModelResult {
        guard let id = flows.find(segment.key, now: tick), let connection = flows.connections[id],
            let destination = destinations[connection.destination]
        else { return miss(segment, of: service) }
        let over: [sluice_flow_state] =
            [.SLUICE_TCP_TIME_WAIT, .SLUICE_TCP_CLOSE] + (destination.isAvailable ? [] : [.SLUICE_TCP_FIN_WAIT])
        if segment.isSYN, over.contains(connection.state) { return miss(afterRemoving: id, segment, of: service) }
        if !destination.isAvailable {
            guard service.reschedules else {
                return untouched(.SLUICE_DROP_SERVER_REMOVED, segment.packet.frame)
            }
            return miss(afterRemoving: id, segment, of: service)
        }
        let row: ModelStateRow = destination.mode == .SLUICE_MODE_NAT ? .input : .inputOnly
        let isNews = flows.touch(id, flags: segment.flags, row: row, now: tick)
        // The way back is noted when a flow is opened, and again where its state or its age changes, once it is no more half-open:
        // a forged source gets no further than that.
        if isNews, destination.mode == .SLUICE_MODE_NAT, flows.connections[id]?.state.isHalfOpen == false {
            learnHop(segment.packet)
        }
        guard destination.isResolved else { return untouched(.SLUICE_DROP_NO_NEIGHBOUR, segment.packet.frame) }
        return forward(segment, to: destination)
    }

    private mutating func miss(
        afterRemoving id: Int, _ segment: ModelSegment, of service: ModelService
    ) -> ModelResult {
        flows.remove(id)
        count(.SLUICE_FLOW_RESCHEDULED)
        return miss(segment, of: service)
    }

    /// Rule 8.
    private mutating func miss(_ segment: ModelSegment, of service: ModelService) -> ModelResult {
        let frame = segment.packet.frame
        // A VIP sends nothing to a VIP.
        if services.contains(where: { $0.address == segment.key.source }) {
            return untouched(.SLUICE_DROP_SOURCE, frame)
        }
        guard service.isActive else { return untouched(.SLUICE_PASS_BACKUP, frame) }
        let isMidstream = segment.isTCP && !segment.isSYN
        if isMidstream, !service.picksUp || segment.flags.contains(.rst) {
            return untouched(.SLUICE_DROP_NO_FLOW, frame)
        }
        if service.ring.isEmpty { return untouched(.SLUICE_DROP_NO_SERVER, frame) }
        let start = schedule(service, client: segment.key.source, port: segment.key.sourcePort)
        switch open(segment, from: start, of: service) {
        case .failure(let failure): return untouched(failure.verdict, frame)
        case .success(let destination):
            if isMidstream { count(.SLUICE_FLOW_PICKED_UP) }
            if destination.mode == .SLUICE_MODE_NAT, hops[segment.packet.source] == nil { learnHop(segment.packet) }
            return forward(segment, to: destination)
        }
    }

    struct Refusal: Error { let verdict: sluice_verdict }

    /// Records the flow with the first destination, from a ring entry on, whose reply key is free.
    private mutating func open(
        _ segment: ModelSegment, from start: Int, of service: ModelService
    ) -> Result<ModelDestination, Refusal> {
        for step in 0..<8 {
            guard case let entry = service.ring[(start + step) % service.ring.count],
                entry != SLUICE_RING_NONE, let destination = destinations[entry]
            else { return .failure(Refusal(verdict: .SLUICE_DROP_NO_SERVER)) }
            guard destination.isResolved else { return .failure(Refusal(verdict: .SLUICE_DROP_NO_NEIGHBOUR)) }
            let replyKey = replyKey(of: segment.key, at: destination)
            if let replyKey, flows.isTaken(replyKey, for: entry, now: tick) { continue }
            let state: sluice_flow_state =
                !segment.isTCP ? .SLUICE_UDP_NEW : segment.isSYN ? .SLUICE_TCP_SYN_RECV : .SLUICE_TCP_PICKED_UP
            flows.insert(
                ModelConnection(
                    destination: entry, state: state, seen: tick, forwardKey: segment.key, replyKey: replyKey))
            count(.SLUICE_FLOW_INSERTED, replyKey == nil ? 1 : 2)
            return .success(destination)
        }
        return .failure(Refusal(verdict: .SLUICE_DROP_REPLY_TAKEN))
    }

    /// The 5-tuple of what the real server will answer; nil without NAT.
    private func replyKey(of key: ModelFlowKey, at destination: ModelDestination) -> ModelFlowKey? {
        guard destination.mode == .SLUICE_MODE_NAT else { return nil }
        return ModelFlowKey(
            source: destination.address,
            sourcePort: destination.port == 0 ? key.destinationPort : destination.port, destination: key.source,
            destinationPort: key.sourcePort, transport: key.transport)
    }

    /// The ring entry to begin with, of a ring that is not empty. Moves the cursor of rr and wrr.
    mutating func schedule(_ service: ModelService, client: IPAddress, port: UInt16) -> Int {
        let size = UInt32(service.ring.count)
        let port = service.hashesPort ? port : 0
        let folded = client.folded
        switch service.scheduler {
        case .SLUICE_SCHEDULER_RR, .SLUICE_SCHEDULER_WRR:
            let cursor = cursors[service.slot, default: 0]
            cursors[service.slot] = cursor &+ 1
            return Int(cursor % size)
        case .SLUICE_SCHEDULER_SH: return Int(sluice_sh_bucket(folded, port) % size)
        case .SLUICE_SCHEDULER_MH: return Int(sluice_ring_index(sluice_source_hash(folded, port), size))
        }
    }
}

extension ModelService {
    var isHash: Bool {
        switch scheduler {
        case .SLUICE_SCHEDULER_RR, .SLUICE_SCHEDULER_WRR: false
        case .SLUICE_SCHEDULER_SH, .SLUICE_SCHEDULER_MH: true
        }
    }

    /// Whether a TCP packet that is no SYN may open a flow.
    var picksUp: Bool { isHash && !dropsMidstream }
}

extension IPAddress {
    /// The XOR of the address' 32-bit words, host order.
    var folded: UInt32 {
        let bytes = bytes
        return stride(from: 0, to: bytes.count, by: 4).reduce(0) {
            $0 ^ (UInt32(bytes.u16(at: $1)) << 16 | UInt32(bytes.u16(at: $1 + 2)))
        }
    }
}
