import CSluiceABI
import Config
import Plan
import Testing
import Wire

@testable import Datapath

/// ICMP errors that the director sends itself, and those that it hands on.
@Suite struct AnswerTests {
    private static let families: [IPAddress.Family] = [.ipv4, .ipv6]
    private let back = Ethernet(source: W.own, destination: W.router)

    /// An ICMP error from the VIP to the client, quoting so many bytes of a packet.
    private func answer(
        _ family: IPAddress.Family, type: UInt8, code: UInt8 = 0, rest: UInt32 = 0, tags: Tags = .none,
        quoting packet: [any PacketLayer], _ bytes: Int
    ) -> [any PacketLayer] {
        let quote = Payload(Packet(packet).bytes.prefix(bytes))
        let headers: [any PacketLayer] =
            switch family {
            case .ipv4:
                [IPv4(source: W.vip, destination: W.client, tos: 0xc0), ICMPv4(type: type, code: code, rest: rest)]
            case .ipv6: [IPv6(source: W.vip6, destination: W.client6), ICMPv6(type: type, code: code, rest: rest)]
            }
        return [back] + tags.layers + headers + [quote]
    }

    @Test(arguments: families, Tags.allCases)
    func aPacketWhoseTTLIsUsedUpIsAnswered(_ family: IPAddress.Family, _ tags: Tags) throws {
        let bench = try Bench(Bench.service(family, .tcp, .rr, [Bench.server(1, .tun, family)]))
        for ttl in [0, 1] as [UInt8] {
            let packet: [any PacketLayer] = [
                Bench.ip(Bench.client(family), Bench.vip(family), ttl: ttl), W.tcp(from: UInt16(ttl) + 1),
                Payload([UInt8](repeating: 1, count: 200)),
            ]
            let isIPv4 = family == .ipv4
            try bench.expect(
                [W.ethernet] + tags.layers + packet, .SLUICE_TTL_ANSWERED, .transmit,
                answer(family, type: isIPv4 ? 11 : 3, tags: tags, quoting: packet, isIPv4 ? 28 : 48), "TTL \(ttl)")
        }
    }

    @Test func aTTLThatIsUsedUpBehindOptionsIsADrop() throws {
        let bench = try Bench(
            Bench.service(.ipv4, .tcp, .rr, [Bench.server(1)]),
            Bench.service(.ipv6, .tcp, .rr, [Bench.server(1, .dr, .ipv6)]))
        try bench.expectDrop([W.ethernet, W.ipv4(ttl: 1, options: [1, 1, 1, 1]), W.tcp()], .SLUICE_DROP_TTL)
        try bench.expectDrop(
            [W.ethernet, W.ipv6(hopLimit: 1), IPv6Extension(.hopByHop), W.tcp()], .SLUICE_DROP_TTL)
    }

    @Test(arguments: Way.allCases)
    func aPacketThatDoesNotFitIsAnsweredWithTheRoomThatThereIs(_ way: Way) throws {
        let bench = try Bench(
            Bench.service(way.family, .tcp, .rr, [Bench.server(1, way.mode, way.serverFamily)]), mtu: 1400)
        let overhead = way.mode != .tun ? 0 : way.serverFamily == .ipv4 ? 20 : 40
        let headers = (way.family == .ipv4 ? 20 : 40) + 20
        for (tags, excess) in [(Tags.none, 1), (.one, 1), (.two, 57)] {
            let packet: [any PacketLayer] = [
                Bench.ip(Bench.client(way.family), Bench.vip(way.family)), W.tcp(),
                Payload([UInt8](repeating: 7, count: 1400 - overhead - headers + excess)),
            ]
            let room = UInt32(1400 - overhead)
            let expected =
                way.family == .ipv4
                ? answer(.ipv4, type: 3, code: 4, rest: room, tags: tags, quoting: packet, 68)
                : answer(.ipv6, type: 2, rest: room, tags: tags, quoting: packet, 128)
            try bench.expect(
                [W.ethernet] + tags.layers + packet, .SLUICE_TOO_BIG_ANSWERED, .transmit, expected, "\(tags)")
            var fitting = packet
            fitting[2] = Payload([UInt8](repeating: 7, count: 1400 - overhead - headers))
            #expect(try bench.verdict([W.ethernet] + tags.layers + fitting) == .SLUICE_FORWARDED)
        }
        #expect(try bench.counters(1, way.serverFamily).packetsIn == 3, "an answered packet is not the server's")
    }

    @Test func aReplyWhoseTTLIsUsedUpIsADrop() throws {
        for family in Self.families {
            let bench = try Bench(Bench.service(family, .tcp, .rr, [Bench.server(1, .nat, family)]))
            #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
            let reply: [any PacketLayer] = [
                Ethernet(source: W.serverMAC(1), destination: W.own),
                Bench.ip(Bench.address(1, family), Bench.client(family), ttl: 1),
                TCP(source: 80, destination: 1234, flags: [.syn, .ack]),
            ]
            try bench.expectDrop(reply, .SLUICE_DROP_TTL)
        }
    }

    // MARK: - Errors handed on

    /// An error about a packet from `server` to the client, sent to `server`'s address.
    private func error(
        _ family: IPAddress.Family, to vip: IPAddress, port: UInt16, ttl: UInt8 = 64, room: UInt32 = 1400
    ) -> [any PacketLayer] {
        let router = IPAddress(family == .ipv4 ? "203.0.113.99" : "2001:db8:99::1")!
        let header: any PacketLayer =
            family == .ipv4 ? ICMPv4(type: 3, code: 4, rest: room) : ICMPv6(type: 2, rest: room)
        return [
            Bench.ip(router, vip, ttl: ttl), header, Bench.ip(vip, Bench.client(family), ttl: 50),
            TCP(source: port, destination: 1234, flags: .ack, checksum: 0x1234), Payload([1, 2, 3]),
        ]
    }

    @Test(arguments: Way.allCases, Tags.allCases)
    func anErrorFromTheClientsSideFollowsItsFlow(_ way: Way, _ tags: Tags) throws {
        let port: UInt16 = way.mode == .nat ? 8080 : 80
        let bench = try Bench(
            Bench.service(way.family, .tcp, .rr, [Bench.server(1, way.mode, way.serverFamily, port: port)]))
        let vip = Bench.vip(way.family)
        let arrives: [any PacketLayer] = [W.ethernet] + tags.layers + error(way.family, to: vip, port: 80)
        try bench.expectDrop(arrives, .SLUICE_DROP_NO_FLOW)
        #expect(try bench.verdict(Bench.segment(family: way.family)) == .SLUICE_FORWARDED)
        var leaves: [any PacketLayer] = [Ethernet(source: W.other, destination: W.serverMAC(1))] + tags.layers
        switch way.mode {
        case .dr: leaves += error(way.family, to: vip, port: 80, ttl: 63)
        case .tun: leaves += [way.outer(ttl: 63)] + error(way.family, to: vip, port: 80, ttl: 63)
        case .nat: leaves += error(way.family, to: Bench.address(1, way.family), port: 8080, ttl: 63)
        }
        try bench.expect(arrives, .SLUICE_ICMP_FORWARDED, .redirect(ifindex: 4), leaves)
        #expect(try bench.counters(1, way.serverFamily).packetsIn == 2)
    }

    @Test(arguments: families, Tags.allCases)
    func anErrorFromTheServersSideIsTranslatedBack(_ family: IPAddress.Family, _ tags: Tags) throws {
        let bench = try Bench(Bench.service(family, .tcp, .rr, [Bench.server(1, .nat, family, port: 8080)]))
        let (client, vip, server) = (Bench.client(family), Bench.vip(family), Bench.address(1, family))
        func error(_ from: IPAddress, _ quoted: IPAddress, _ port: UInt16, _ ttl: UInt8) -> [any PacketLayer] {
            [
                Bench.ip(from, client, ttl: ttl), family == .ipv4 ? ICMPv4(type: 3, code: 3) : ICMPv6(type: 1, code: 4),
                Bench.ip(client, quoted, ttl: 60),
                TCP(source: 1234, destination: port, flags: .syn, checksum: 0x4321), Payload([9]),
            ]
        }
        let link: [any PacketLayer] = [Ethernet(source: W.serverMAC(1), destination: W.own)] + tags.layers
        try bench.expectPass(link + error(server, server, 8080, 64), .SLUICE_PASS_NOT_SERVICE, "no flow")
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        try bench.expect(
            link + error(server, server, 8080, 64), .SLUICE_ICMP_FORWARDED, .transmit,
            [back] + tags.layers + error(vip, vip, 80, 63))
    }

    @Test(arguments: families)
    func anErrorIsNeverAnsweredByAnother(_ family: IPAddress.Family) throws {
        let bench = try Bench(Bench.service(family, .tcp, .rr, [Bench.server(1, .dr, family)]), mtu: 100)
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        let vip = Bench.vip(family)
        try bench.expectDrop([W.ethernet] + error(family, to: vip, port: 80, ttl: 1), .SLUICE_DROP_TTL)
        let long = error(family, to: vip, port: 80) + [Payload([UInt8](repeating: 0, count: 100))]
        try bench.expectDrop([W.ethernet] + long, .SLUICE_DROP_TOO_BIG)
    }

    @Test(arguments: families)
    func anErrorGoesToWhomItQuotesAndToNobodyElse(_ family: IPAddress.Family) throws {
        let bench = try Bench(Bench.service(family, .tcp, .rr, [Bench.server(1, .nat, family)]))
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        var layers = [W.ethernet] + error(family, to: Bench.vip(family), port: 80)
        layers[3] = Bench.ip(Bench.address(7, family), Bench.client(family))
        try bench.expectPass(layers, .SLUICE_PASS_NOT_SERVICE)
    }

    @Test(arguments: families)
    func anErrorForADrainingServiceIsTheKernelsUnlessItsFlowIsKnown(_ family: IPAddress.Family) throws {
        for scheduler in [Scheduler.rr, .mh] {
            let bench = try Bench(Bench.service(family, .tcp, scheduler, [Bench.server(1, .dr, family)]))
            try bench.change { $0.role = .draining }
            let error: [any PacketLayer] = [W.ethernet] + error(family, to: Bench.vip(family), port: 80)
            try bench.expectPass(error, .SLUICE_PASS_BACKUP)
            try bench.change { $0.role = .active }
            #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
            try bench.change { $0.role = .draining }
            #expect(try bench.verdict(error) == .SLUICE_ICMP_FORWARDED)
            try bench.change { $0.role = .backup }
            try bench.expectPass(error, .SLUICE_PASS_BACKUP)
        }
    }

    @Test(arguments: families)
    func hashSchedulersSendAnErrorWhereTheFlowWouldGo(_ family: IPAddress.Family) throws {
        let servers = (1...4).map { Bench.server(UInt32($0), .dr, family) }
        for scheduler in [Scheduler.sh, .mh] {
            let bench = try Bench(Bench.service(family, .tcp, scheduler, servers))
            let observed = try bench.send([W.ethernet] + error(family, to: Bench.vip(family), port: 80))
            #expect(observed.verdict == .SLUICE_ICMP_FORWARDED)
            let flow = try bench.send(Bench.segment(family: family))
            #expect(observed.frame.prefix(6) == flow.frame.prefix(6))
        }
    }

    @Test(arguments: families)
    func anErrorFromAnImpossibleSourceIsADrop(_ family: IPAddress.Family) throws {
        let bench = try Bench(Bench.service(family, .tcp, .mh, [Bench.server(1, .dr, family)]))
        var layers = [W.ethernet] + error(family, to: Bench.vip(family), port: 80)
        layers[1] = Bench.ip(IPAddress(family == .ipv4 ? "127.0.0.1" : "::1")!, Bench.vip(family))
        try bench.expectDrop(layers, .SLUICE_DROP_SOURCE)
    }
}
