import CSluiceABI
import Wire

/// The packets of a scenario, before any damage.
extension ModelScenario {
    mutating func frame(of kind: Kind) -> [UInt8] {
        switch kind {
        case .client: return clientPacket(newFlow())
        case .followUp: return clientPacket(sent.isEmpty ? newFlow() : random.of(sent))
        case .reply: return translated.isEmpty ? clientPacket(newFlow()) : reply(to: random.of(translated))
        case .errorFromClient: return errorFromClient(sent.isEmpty || random.chance(15) ? newFlow() : random.of(sent))
        case .errorFromServer:
            return translated.isEmpty ? clientPacket(newFlow()) : errorFromServer(random.of(translated))
        case .fragment: return fragment()
        case .stray: return stray()
        }
    }

    // MARK: - Layers

    private var ownMAC: MACAddress { model.interfaces[0].mac }

    /// The same hop for a client's every packet: the way back to it is where its packets came from.
    private func hopMAC(_ client: IPAddress) -> MACAddress {
        ModelTableMaker.mac(0xc1, Int(client.folded & 3))
    }

    /// Ethernet and tags.
    private mutating func link(from source: MACAddress) -> [any PacketLayer] {
        let tags = random.weighted([(70, 0), (18, 1), (10, 2), (2, 3)])
        return [Ethernet(source: source, destination: ownMAC)]
            + (0..<tags).map { _ in
                VLAN(
                    id: UInt16(random.below(4096)), priority: UInt8(random.below(8)),
                    tag: random.chance(50) ? EtherType.vlan : EtherType.serviceVLAN)
            }
    }

    /// An IP header and now and then options, extension headers, an odd TTL, lengths that lie.
    private mutating func internet(_ source: IPAddress, _ destination: IPAddress) -> [any PacketLayer] {
        let ttl = UInt8(random.weighted([(90, random.within(3...255)), (3, 2), (5, 1), (2, 0)]))
        let tos = UInt8(random.chance(50) ? 0 : random.below(256))
        switch (source, destination) {
        case (.v4(let source), .v4(let destination)):
            let options = random.chance(8) ? random.within(1...10) * 4 : 0
            return [
                IPv4(
                    source: source, destination: destination, ttl: ttl, tos: tos,
                    identification: UInt16(random.below(65536)), dontFragment: random.chance(60),
                    options: [UInt8](repeating: 1, count: options))
            ]
        case (.v6(let source), .v6(let destination)):
            let header = IPv6(
                source: source, destination: destination, hopLimit: ttl, trafficClass: tos,
                flowLabel: UInt32(random.below(1 << 20)))
            guard random.chance(12) else { return [header] }
            let count = random.weighted([(8, random.within(1...3)), (2, 6), (2, 7), (1, 9)])
            return [header]
                + (0..<count).map { _ in
                    IPv6Extension(
                        random.of(IPv6Extension.Kind.allCases), body: [UInt8](repeating: 0, count: random.below(24)))
                }
        case (.v4, .v6), (.v6, .v4): preconditionFailure("a packet's addresses are of one family")
        }
    }

    private mutating func transport(
        _ number: UInt8, _ source: UInt16, _ destination: UInt16, _ flags: TCP.Flags
    ) -> any PacketLayer {
        guard number == IPProtocol.tcp else {
            return UDP(source: source, destination: destination, checksum: random.chance(10) ? 0 : nil)
        }
        return TCP(
            source: source, destination: destination, flags: flags, sequence: UInt32(random.below(1 << 32)),
            acknowledgment: UInt32(random.below(1 << 32)), window: UInt16(random.below(65536)),
            options: random.chance(30) ? random.bytes(random.within(1...10) * 4) : [])
    }

    private mutating func payload() -> Payload {
        let near = random.of([60, 250, 576, 1280, 1500]) - random.within(-20...100)
        let size = random.weighted([(70, random.below(120)), (10, 0), (20, max(0, near))])
        return Payload(random.bytes(min(size, 1400)))
    }

    private mutating func clientFlags() -> TCP.Flags {
        random.weighted([
            (35, [.syn]), (25, [.ack]), (12, [.psh, .ack]), (10, [.fin, .ack]), (7, [.rst]), (3, [.rst, .ack]),
            (2, [.syn, .ack]), (2, [.syn, .fin]), (2, [.fin]), (2, []),
        ])
    }

    // MARK: - To a service

    private mutating func newFlow() -> Sent {
        let index = random.below(model.services.count)
        let service = model.services[index]
        let clients = clients.filter { $0.family == service.address.family }
        let any = random.weighted([(3, UInt16(80)), (3, 443), (3, 53), (1, 9999)])
        var flow = Sent(
            client: random.chance(3) ? impossibleSource(service.address.family) : random.of(clients),
            port: UInt16(random.chance(70) ? 1024 + random.below(6) : random.below(65536)), service: index,
            servicePort: service.port == 0 ? any : service.port)
        // Now and then what a NAT server already answers to, by way of another service.
        if random.chance(25), let met = translated.last, met.client.family == flow.client.family {
            flow.client = met.client
            flow.port = met.clientPort
        }
        sent.append(flow)
        if sent.count > 40 { sent.removeFirst() }
        return flow
    }

    private mutating func impossibleSource(_ family: IPAddress.Family) -> IPAddress {
        let texts: [String]
        switch family {
        case .ipv4: texts = ["0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255", "223.255.255.255"]
        case .ipv6: texts = ["::", "::1", "::2", "ff02::1", "::ffff:192.0.2.1", "::fffe:0:0", "fe80::1"]
        }
        return IPAddress(random.of(texts))!
    }

    private mutating func clientPacket(_ flow: Sent) -> [UInt8] {
        let service = model.services[flow.service]
        var layers = link(from: hopMAC(flow.client)) + internet(flow.client, service.address)
        layers.append(transport(service.transport, flow.port, flow.servicePort, clientFlags()))
        layers.append(payload())
        if random.chance(10) { layers.append(Padding([UInt8](repeating: 0, count: random.within(1...30)))) }
        return Packet(layers).bytes
    }

    // MARK: - From a NAT server

    private mutating func reply(to flow: Translated) -> [UInt8] {
        let flags: TCP.Flags = random.weighted([
            (40, [.syn, .ack]), (30, [.ack]), (15, [.fin, .ack]), (8, [.rst]), (4, [.syn]), (3, []),
        ])
        var layers = link(from: ModelTableMaker.mac(0x5e, 9)) + internet(flow.server, flow.client)
        let port = random.chance(5) ? flow.serverPort &+ 1 : flow.serverPort
        layers.append(transport(flow.transport, port, flow.clientPort, flags))
        return Packet(layers + [payload()]).bytes
    }

    // MARK: - ICMP errors

    /// About a packet from `server` to `client` or the other way, cut as routers cut.
    private mutating func error(
        quoting source: (IPAddress, UInt16), _ destination: (IPAddress, UInt16), _ number: UInt8
    ) -> [any PacketLayer] {
        var inner = Packet([])
        switch (source.0, destination.0) {
        case (.v4(let from), .v4(let to)):
            inner.layers = [
                IPv4(
                    source: from, destination: to, ttl: UInt8(random.below(256)),
                    fragmentOffset: random.chance(3) ? 5 : 0, options: random.chance(8) ? [1, 1, 1, 1] : [])
            ]
        case (.v6(let from), .v6(let to)): inner.layers = [IPv6(source: from, destination: to)]
        case (.v4, .v6), (.v6, .v4): preconditionFailure("a packet's addresses are of one family")
        }
        inner.layers += [transport(number, source.1, destination.1, [.ack]), Payload(random.bytes(random.below(80)))]
        let bytes = inner.bytes
        let header = source.0.family == .ipv4 ? 20 : 40
        let cut = random.weighted([
            (40, bytes.count), (40, header + 8), (10, header + 18), (5, header + 4), (5, random.below(header + 8)),
        ])
        let rest = UInt32(random.chance(50) ? 1400 : 0)
        let code = UInt8(random.below(5))
        let header4 = ICMPv4(
            type: random.weighted([(8, 3), (3, 11), (1, 4), (1, 5), (1, 12), (1, 8)]), code: code, rest: rest)
        let header6 = ICMPv6(
            type: random.weighted([(4, 1), (6, 2), (3, 3), (2, 4), (1, 0), (1, 5), (1, 128)]), code: code, rest: rest)
        return [source.0.family == .ipv4 ? header4 : header6, Payload(bytes.prefix(cut))]
    }

    private mutating func errorFromClient(_ flow: Sent) -> [UInt8] {
        let service = model.services[flow.service]
        let router = random.chance(50) ? flow.client : random.of(clients.filter { $0.family == flow.client.family })
        let error = error(
            quoting: (service.address, flow.servicePort), (flow.client, flow.port), service.transport)
        return Packet(link(from: hopMAC(flow.client)) + internet(router, service.address) + error).bytes
    }

    private mutating func errorFromServer(_ flow: Translated) -> [UInt8] {
        let error = error(quoting: (flow.client, flow.clientPort), (flow.server, flow.serverPort), flow.transport)
        return Packet(link(from: ModelTableMaker.mac(0x5e, 9)) + internet(flow.server, flow.client) + error).bytes
    }

    // MARK: - Others

    /// A fragment to a VIP, from a NAT server, or between strangers.
    private mutating func fragment() -> [UInt8] {
        let flow = newFlow()
        let service = model.services[flow.service]
        var ends = (flow.client, service.address)
        if random.chance(40), let reply = translated.last { ends = (reply.server, reply.client) }
        if random.chance(15) { ends = (flow.client, flow.client) }
        var layers = link(from: hopMAC(flow.client)) + internet(ends.0, ends.1)
        let offset = UInt16(random.chance(50) ? 0 : random.below(100))
        if var header = layers[layers.count - 1] as? IPv4 {
            header.fragmentOffset = offset
            header.moreFragments = offset == 0 || random.chance(50)
            header.protocolNumber = offset == 0 ? nil : service.transport
            layers[layers.count - 1] = header
        } else {
            layers.append(IPv6Fragment(offset: offset, moreFragments: random.chance(50)))
        }
        return Packet(layers + [transport(service.transport, flow.port, flow.servicePort, .syn), payload()]).bytes
    }

    /// Not for a service in one way or another.
    private mutating func stray() -> [UInt8] {
        let flow = newFlow()
        let service = model.services[flow.service]
        let segment = transport(service.transport, flow.port, flow.servicePort, .syn)
        let hop = hopMAC(flow.client)
        switch random.below(5) {
        case 0:
            let broadcast = MACAddress("ff:ff:ff:ff:ff:ff")!
            let to = random.of([broadcast, MACAddress("01:00:5e:00:00:12")!, ModelTableMaker.mac(0x99, 1)])
            return Packet(
                [Ethernet(source: hop, destination: to)] + internet(flow.client, service.address) + [segment]
            ).bytes
        case 1:
            return Packet([Ethernet(source: hop, destination: ownMAC, type: EtherType.arp), payload()]).bytes
        case 2:
            return Packet(link(from: hop) + internet(flow.client, flow.client) + [segment]).bytes
        case 3:
            let other = transport(service.transport, flow.port, 7, .syn)
            return Packet(link(from: hop) + internet(flow.client, service.address) + [other]).bytes
        default:
            let echo: any PacketLayer =
                service.address.family == .ipv4 ? ICMPv4(type: 8, rest: 7) : ICMPv6(type: 128, rest: 7)
            return Packet(link(from: hop) + internet(flow.client, service.address) + [echo, payload()]).bytes
        }
    }
}
