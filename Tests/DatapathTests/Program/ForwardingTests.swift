import CSluiceABI
import Config
import Testing
import Wire

@testable import Datapath

/// Tags in front of the IP header.
enum Tags: CaseIterable {
    case none, one, two

    var layers: [any PacketLayer] {
        switch self {
        case .none: []
        case .one: [VLAN(id: 5, priority: 3)]
        case .two: [VLAN(id: 4000, dropEligible: true, tag: EtherType.serviceVLAN), VLAN(id: 7)]
        }
    }
}

/// A forwarding mode with the families of the VIP and of the real server.
enum Way: CaseIterable {
    case dr4, dr6, tun44, tun46, tun64, tun66, nat4, nat6

    var mode: ForwardingMode {
        switch self {
        case .dr4, .dr6: .dr
        case .tun44, .tun46, .tun64, .tun66: .tun
        case .nat4, .nat6: .nat
        }
    }

    var family: IPAddress.Family {
        switch self {
        case .dr4, .tun44, .tun46, .nat4: .ipv4
        case .dr6, .tun64, .tun66, .nat6: .ipv6
        }
    }

    var serverFamily: IPAddress.Family {
        switch self {
        case .dr4, .tun44, .tun64, .nat4: .ipv4
        case .dr6, .tun46, .tun66, .nat6: .ipv6
        }
    }

    /// The outer header around a packet of `Bench.ip` whose TTL is `ttl` already.
    func outer(ttl: UInt8) -> any PacketLayer {
        switch serverFamily {
        case .ipv4:
            IPv4(
                source: W.server(200), destination: W.server(1), ttl: ttl, tos: 0x28,
                identification: family == .ipv4 ? 77 : 0, dontFragment: true)
        case .ipv6:
            IPv6(source: W.server6(200), destination: W.server6(1), hopLimit: ttl, trafficClass: 0x28)
        }
    }
}

/// Every mode, family, tag and protocol: verdict, counter and whole packet.
@Suite struct ForwardingTests {
    private func transport(_ transport: TransportProtocol, _ source: UInt16, _ destination: UInt16, _ flags: TCP.Flags)
        -> any PacketLayer
    {
        switch transport {
        case .tcp:
            TCP(
                source: source, destination: destination, flags: flags, sequence: 7, acknowledgment: 9,
                options: [1, 1, 1, 0])
        case .udp: UDP(source: source, destination: destination)
        }
    }

    private func bench(_ way: Way, _ protocolNumber: TransportProtocol) throws -> Bench {
        let port: UInt16 = way.mode == .nat ? 8080 : 80
        return try Bench(
            Bench.service(way.family, protocolNumber, .rr, [Bench.server(1, way.mode, way.serverFamily, port: port)]))
    }

    @Test(arguments: Way.allCases, TransportProtocol.allCases)
    func towardsTheRealServer(_ way: Way, _ number: TransportProtocol) throws {
        let bench = try bench(way, number)
        let (client, vip) = (Bench.client(way.family), Bench.vip(way.family))
        var bytes: UInt64 = 0
        for (round, tags) in Tags.allCases.enumerated() {
            for (step, flags) in ([[.syn], [.ack], [.psh, .ack]] as [TCP.Flags]).enumerated() {
                let payload = Payload([UInt8](repeating: 0xa5, count: step * 101))
                let source = UInt16(40_000 + round)
                let inner: [any PacketLayer] = [Bench.ip(client, vip), transport(number, source, 80, flags), payload]
                var output: [any PacketLayer] = [Ethernet(source: W.other, destination: W.serverMAC(1))] + tags.layers
                switch way.mode {
                case .dr: output += [Bench.ip(client, vip, ttl: 63)] + inner.dropFirst()
                case .tun: output += [way.outer(ttl: 63), Bench.ip(client, vip, ttl: 63)] + inner.dropFirst()
                case .nat:
                    output += [
                        Bench.ip(client, Bench.address(1, way.family), ttl: 63), transport(number, source, 8080, flags),
                        payload,
                    ]
                }
                try bench.expect(
                    [W.ethernet] + tags.layers + inner, .SLUICE_FORWARDED, .redirect(ifindex: 4), output,
                    "\(tags) \(flags)")
                bytes += UInt64(Packet(inner).bytes.count)
            }
        }
        let counted = try bench.counters(1, way.serverFamily)
        #expect(counted.packetsIn == 9 && counted.bytesIn == bytes && counted.connections == 3)
        #expect(counted.packetsOut == 0 && counted.bytesOut == 0)
    }

    @Test(arguments: [Way.nat4, .nat6], TransportProtocol.allCases)
    func backToTheClient(_ way: Way, _ number: TransportProtocol) throws {
        let bench = try bench(way, number)
        let (client, vip, server) = (Bench.client(way.family), Bench.vip(way.family), Bench.address(1, way.family))
        var bytes: UInt64 = 0
        for (round, tags) in Tags.allCases.enumerated() {
            let port = UInt16(40_000 + round)
            let ask: [any PacketLayer] = [Bench.ip(client, vip), transport(number, port, 80, .syn)]
            #expect(try bench.verdict([W.ethernet] + tags.layers + ask) == .SLUICE_FORWARDED)
            for (step, flags) in ([[.syn, .ack], [.ack], [.fin, .ack]] as [TCP.Flags]).enumerated() {
                let payload = Payload([UInt8](repeating: 0x5a, count: step * 77))
                let answer: [any PacketLayer] = [
                    Bench.ip(server, client), transport(number, 8080, port, flags), payload,
                ]
                let link: [any PacketLayer] = [Ethernet(source: W.serverMAC(1), destination: W.own)]
                try bench.expect(
                    link + tags.layers + answer, .SLUICE_REPLIED, .transmit,
                    [Ethernet(source: W.own, destination: W.router)] + tags.layers
                        + [Bench.ip(vip, client, ttl: 63), transport(number, 80, port, flags), payload],
                    "\(tags) \(flags)")
                bytes += UInt64(Packet(answer).bytes.count)
            }
        }
        let counted = try bench.counters(1, way.family)
        #expect(counted.packetsOut == 9 && counted.bytesOut == bytes)
        #expect(counted.packetsIn == 3 && counted.connections == 3)
    }

    @Test(arguments: Way.allCases)
    func outOfTheInterfaceThatItCameInBy(_ way: Way) throws {
        let bench = try bench(way, .tcp)
        bench.setHop(1, ifindex: 1)
        try bench.apply()
        let observed = try bench.send(Bench.segment(family: way.family))
        #expect(observed.verdict == .SLUICE_FORWARDED && observed.action == ModelAction.transmit.code)
        #expect(observed.frame.starts(with: W.serverMAC(1).bytes + W.own.bytes))
    }

    /// NAT's sums at their edges: every value that a checksum can be.
    @Test(arguments: [Way.nat4, .nat6], TransportProtocol.allCases)
    func natChecksumsAreRightForEveryPayload(_ way: Way, _ number: TransportProtocol) throws {
        let bench = try bench(way, number)
        for word in stride(from: UInt16.min, to: .max - 1009, by: 1009) {
            let payload = Payload(word.bytes)
            let layers: [any PacketLayer] = [
                W.ethernet, Bench.ip(Bench.client(way.family), Bench.vip(way.family)), transport(number, 999, 80, .syn),
                payload,
            ]
            let observed = try bench.send(layers)
            let frame = Frame.dissect(observed.frame)
            #expect(
                observed.verdict == .SLUICE_FORWARDED && frame.checksumsAreValid && frame.problem == nil, "\(frame)")
        }
    }

    @Test(arguments: [Way.nat4, .nat6])
    func aUDPChecksumThatComesOutAsZeroIsSentAsAllOnes(_ way: Way) throws {
        let bench = try bench(way, .udp)
        func checksum(payload word: UInt16) throws -> UInt16? {
            let layers: [any PacketLayer] = [
                W.ethernet, Bench.ip(Bench.client(way.family), Bench.vip(way.family)),
                UDP(source: 999, destination: 80), Payload(word.bytes),
            ]
            return Frame.dissect(try bench.send(layers).frame).first(UDP.self)?.checksum
        }
        // The word that a checksum is the complement of makes the sum all ones.
        let without = try #require(try checksum(payload: 0))
        #expect(try checksum(payload: without) == 0xffff)
    }

    @Test(arguments: Way.allCases)
    func aUDPChecksumOfZeroStaysZero(_ way: Way) throws {
        let bench = try bench(way, .udp)
        let layers: [any PacketLayer] = [
            W.ethernet, Bench.ip(Bench.client(way.family), Bench.vip(way.family)),
            UDP(source: 999, destination: 80, checksum: 0), Payload("ask".utf8),
        ]
        let observed = try bench.send(layers)
        #expect(observed.verdict == .SLUICE_FORWARDED)
        #expect(Frame.dissect(observed.frame).all(UDP.self).last?.checksum == 0)
    }

    @Test(arguments: [Way.dr4, .tun44, .tun46, .nat4])
    func ipv4OptionsStay(_ way: Way) throws {
        let bench = try bench(way, .tcp)
        for words in 1...10 {
            let options = [UInt8](repeating: 1, count: words * 4)
            let before = IPv4(
                source: W.client, destination: W.vip, tos: 0x28, identification: 77, dontFragment: true,
                options: options)
            var after = before
            after.ttl = 63
            let payload = Payload("x".utf8)
            var output: [any PacketLayer] = [Ethernet(source: W.other, destination: W.serverMAC(1))]
            switch way.mode {
            case .dr: output += [after, W.tcp(), payload]
            case .tun: output += [way.outer(ttl: 63), after, W.tcp(), payload]
            case .nat:
                after.destination = W.server(1)
                output += [after, W.tcp(to: 8080), payload]
            }
            try bench.expect(
                [W.ethernet, before, W.tcp(), payload], .SLUICE_FORWARDED, .redirect(ifindex: 4), output)
        }
    }

    @Test(arguments: [Way.dr6, .tun64, .tun66, .nat6])
    func ipv6ExtensionHeadersStay(_ way: Way) throws {
        let bench = try bench(way, .tcp)
        for count in 1...Int(SLUICE_MAX_EXTENSION_HEADERS) {
            let extensions: [any PacketLayer] = (0..<count).map {
                IPv6Extension(IPv6Extension.Kind.allCases[$0 % 3], body: [UInt8](repeating: 0, count: $0 * 5))
            }
            let (client, vip) = (IPAddress.v6(W.client6), IPAddress.v6(W.vip6))
            var output: [any PacketLayer] = [Ethernet(source: W.other, destination: W.serverMAC(1))]
            switch way.mode {
            case .dr: output += [Bench.ip(client, vip, ttl: 63)] + extensions + [W.tcp()]
            case .tun: output += [way.outer(ttl: 63), Bench.ip(client, vip, ttl: 63)] + extensions + [W.tcp()]
            case .nat: output += [Bench.ip(client, .v6(W.server6(1)), ttl: 63)] + extensions + [W.tcp(to: 8080)]
            }
            try bench.expect(
                [W.ethernet, Bench.ip(client, vip)] + extensions + [W.tcp()], .SLUICE_FORWARDED, .redirect(ifindex: 4),
                output)
        }
    }

    @Test(arguments: Way.allCases)
    func paddingOfShortFramesDoesNotCount(_ way: Way) throws {
        let bench = try bench(way, .udp)
        var layers = Bench.datagram(family: way.family)
        layers.append(Padding([UInt8](repeating: 0, count: 14)))
        #expect(try bench.verdict(layers) == .SLUICE_FORWARDED)
        let length = Packet(Array(layers[1..<4])).bytes.count
        #expect(try bench.counters(1, way.serverFamily).bytesIn == UInt64(length))
    }
}
