import CSluiceABI
import Wire

/// The forwarding decision, written from its specification alone: what the XDP program must do with each packet. It
/// knows no maps, no limits of the flow table and no CPUs; it is slow and plain on purpose.
struct Model {
    var services: [ModelService]
    /// By index.
    var destinations: [UInt32: ModelDestination]
    var interfaces: [ModelInterface]
    /// The interface by which packets arrive.
    var ingressIfindex: UInt32
    /// The time, in ticks.
    var tick: UInt32
    var flows = ModelFlows()
    /// How many packets each service has scheduled, by slot.
    var cursors: [Int: UInt32] = [:]
    /// NAT: by which way each client's packets came last.
    var hops: [IPAddress: ModelHop] = [:]
    var events: [sluice_event: Int] = [:]

    struct ModelHop: Equatable {
        var mac: [UInt8]
        var ifindex: UInt32
    }

    init(
        services: [ModelService], destinations: [ModelDestination], interfaces: [ModelInterface],
        ingressIfindex: UInt32, tick: UInt32 = 0
    ) {
        self.services = services
        self.destinations = Dictionary(uniqueKeysWithValues: destinations.map { ($0.index, $0) })
        self.interfaces = interfaces
        self.ingressIfindex = ingressIfindex
        self.tick = tick
    }

    /// Some real server is NAT.
    var hasNAT: Bool { destinations.values.contains { $0.mode == .SLUICE_MODE_NAT } }

    mutating func process(_ frame: [UInt8]) -> ModelResult {
        switch ModelPacket.parse(frame) {
        case .verdict(let verdict): return untouched(verdict, frame)
        case .packet(let packet): return process(packet)
        }
    }

    /// Rules 3 to 6 and 11.
    private mutating func process(_ packet: ModelPacket) -> ModelResult {
        guard let own = mac(of: ingressIfindex), packet.destinationMAC == own else {
            return untouched(.SLUICE_PASS_OTHER_HOST, packet.frame)
        }
        if packet.isFragment { return fragment(packet) }
        if packet.isExtensionCutOff { return dropIfVIP(.SLUICE_DROP_MALFORMED, packet) }
        if packet.hasTooManyExtensions {
            return dropIfVIP(packet.isLongerThanFrame ? .SLUICE_DROP_MALFORMED : .SLUICE_DROP_EXTENSIONS, packet)
        }
        switch (packet.protocolNumber, packet.family) {
        case (IPProtocol.tcp, _), (IPProtocol.udp, _): return transport(packet)
        case (IPProtocol.icmp, .ipv4), (IPProtocol.icmpv6, .ipv6): return icmp(packet)
        default: return untouched(.SLUICE_PASS_NOT_SERVICE, packet.frame)
        }
    }

    // MARK: - Verdicts

    /// A packet that goes to the kernel or nowhere.
    func untouched(_ verdict: sluice_verdict, _ frame: [UInt8]) -> ModelResult {
        switch verdict {
        case .SLUICE_PASS_NOT_IP, .SLUICE_PASS_TRUNCATED, .SLUICE_PASS_OTHER_HOST, .SLUICE_PASS_NOT_SERVICE,
            .SLUICE_PASS_BACKUP:
            ModelResult(verdict: verdict, action: .pass, frame: frame)
        case .SLUICE_FORWARDED, .SLUICE_REPLIED, .SLUICE_ICMP_FORWARDED, .SLUICE_TOO_BIG_ANSWERED,
            .SLUICE_TTL_ANSWERED, .SLUICE_VERDICT_COUNT:
            preconditionFailure("\(verdict.name) changes the packet")
        case .SLUICE_DROP_MALFORMED, .SLUICE_DROP_SOURCE, .SLUICE_DROP_FRAGMENT, .SLUICE_DROP_EXTENSIONS,
            .SLUICE_DROP_NO_SERVER, .SLUICE_DROP_NO_NEIGHBOUR, .SLUICE_DROP_NO_FLOW, .SLUICE_DROP_SERVER_REMOVED,
            .SLUICE_DROP_TTL, .SLUICE_DROP_TOO_BIG, .SLUICE_DROP_REPLY_TAKEN, .SLUICE_DROP_NO_ROUTE,
            .SLUICE_DROP_HEADROOM, .SLUICE_DROP_NOT_ACCEPTED:
            ModelResult(verdict: verdict, action: .drop, frame: frame)
        }
    }

    /// Whether some service of a VIP has its role on; nil if the address is no VIP.
    func role(ofVIP address: IPAddress) -> Bool? {
        let services = services.filter { $0.address == address }
        return services.isEmpty ? nil : services.contains(where: \.hasRole)
    }

    /// For a packet whose service can't be known: the VIP's role decides.
    func dropIfVIP(_ verdict: sluice_verdict, _ packet: ModelPacket) -> ModelResult {
        guard let role = role(ofVIP: packet.destination) else {
            return untouched(.SLUICE_PASS_NOT_SERVICE, packet.frame)
        }
        return untouched(role ? verdict : .SLUICE_PASS_BACKUP, packet.frame)
    }

    /// Rule 5.
    private func fragment(_ packet: ModelPacket) -> ModelResult {
        let isFromServer = destinations.values.contains {
            $0.mode == .SLUICE_MODE_NAT && $0.address == packet.source
        }
        if role(ofVIP: packet.destination) == nil, isFromServer {
            return untouched(.SLUICE_DROP_FRAGMENT, packet.frame)
        }
        return dropIfVIP(.SLUICE_DROP_FRAGMENT, packet)
    }

    // MARK: - Look-ups

    func mac(of ifindex: UInt32) -> [UInt8]? { interfaces.first { $0.ifindex == ifindex }?.mac.bytes }

    func service(_ address: IPAddress, _ transport: UInt8, _ port: UInt16) -> ModelService? {
        let candidates = services.filter { $0.address == address && $0.transport == transport }
        return candidates.first { $0.port == port } ?? candidates.first { $0.port == 0 }
    }

    func action(to ifindex: UInt32) -> ModelAction {
        ifindex == ingressIfindex ? .transmit : .redirect(ifindex: ifindex)
    }

    mutating func count(_ event: sluice_event, _ times: Int = 1) { events[event, default: 0] += times }
}
