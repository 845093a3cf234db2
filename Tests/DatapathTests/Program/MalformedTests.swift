import CSluiceABI
import Config
import Testing
import Wire

@testable import Datapath

/// Whatever comes in: no abort, one verdict each.
@Suite struct MalformedTests {
    private static let ingress = ModelInterface(ifindex: 1, mac: ModelWorld.own)
    private static let aborted: UInt32 = 0

    /// 24,000 packets, each damaged, most of them for a service.
    @Test(arguments: 101...108 as ClosedRange<UInt64>)
    func modelAndProgramAgreeOnDamagedPackets(_ seed: UInt64) throws {
        var subject = ProgramSubject(try TestForwarder(seed: seed % 4))
        let difference = try ModelComparison.firstDifference(
            seed: seed, rounds: 3000, damagedPercent: 100, ingress: Self.ingress, others: [ModelWorld.second],
            subject: &subject)
        #expect(difference == nil, "\(difference ?? "")")
    }

    @Test(arguments: Way.allCases)
    func aPacketThatIsCutOffIsNeverSentAtAnyLength(_ way: Way) throws {
        let bench = try Bench(
            Bench.service(way.family, .tcp, .mh, [Bench.server(1, way.mode, way.serverFamily)]),
            Bench.service(way.family, .udp, .mh, [Bench.server(1, way.mode, way.serverFamily)]))
        let (client, vip, server) = (Bench.client(way.family), Bench.vip(way.family), Bench.address(1, way.family))
        #expect(try bench.verdict(Bench.segment(family: way.family)) == .SLUICE_FORWARDED)
        let icmp: any PacketLayer = way.family == .ipv4 ? ICMPv4(type: 3) : ICMPv6(type: 1)
        let quoted: [any PacketLayer] = [
            Bench.ip(vip, client), TCP(source: 80, destination: 1234), Payload([1, 2, 3]),
        ]
        let inner: [[any PacketLayer]] = [
            [Bench.ip(client, vip), TCP(source: 1234, destination: 80, options: [1, 1, 1, 1]), Payload([1, 2, 3])],
            [Bench.ip(client, vip), UDP(source: 9, destination: 80), Payload([1, 2, 3])],
            [Bench.ip(client, vip), icmp] + quoted,
            [Bench.ip(server, client), TCP(source: 80, destination: 1234, flags: .ack), Payload([1, 2, 3])],
            [Bench.ip(server, client), icmp, Bench.ip(client, server), TCP(source: 1234, destination: 80)],
        ]
        var packets: UInt64 = 1
        let passed = sluice_verdict.SLUICE_FORWARDED.rawValue
        for layers in inner {
            let extensions: [any PacketLayer] =
                way.family == .ipv4
                ? []
                : [
                    IPv6Extension(.hopByHop),
                    IPv6Extension(.destinationOptions, body: [UInt8](repeating: 0, count: 30)),
                ]
            let whole = Packet([W.ethernet, VLAN(id: 3), layers[0]] + extensions + layers.dropFirst()).bytes
            for length in 14..<whole.count {
                let observed = try bench.forwarder.run(Array(whole.prefix(length)))
                packets += 1
                let verdict = try #require(observed.verdict, "one verdict, \(length) bytes")
                #expect(observed.action == 1 || observed.action == 2, "\(length) of \(whole.count): \(observed)")
                #expect(verdict.rawValue < passed || verdict == .SLUICE_DROP_MALFORMED, "\(verdict.name)")
            }
        }
        #expect(try bench.forwarder.maps.countersNow().packets == packets)
    }

    @Test(arguments: [IPAddress.Family.ipv4, .ipv6])
    func nonsenseIsCountedAndNeverAborts(_ family: IPAddress.Family) throws {
        let bench = try Bench(
            Bench.service(family, port: 0, .tcp, .mh, [Bench.server(1, .nat, family, port: 0)]),
            Bench.service(family, port: 0, .udp, .mh, [Bench.server(1, .tun, family, port: 0)]),
            features: TestForwarder.allFeatures)
        var random = ModelRandom(seed: 5)
        let header = Packet([Bench.ip(Bench.client(family), Bench.vip(family))]).bytes
        let link = Packet([Ethernet(source: W.router, destination: W.own, type: family == .ipv4 ? 0x0800 : 0x86dd)])
            .bytes
        let numbers: [UInt8] = [6, 17, 1, 58, 0, 43, 44, 60, 59, 50, 255]
        let total = 8000
        for _ in 0..<total {
            var packet = header + random.bytes(random.below(200))
            let field = family == .ipv4 ? 9 : 6
            packet[field] = random.of(numbers)
            let length = family == .ipv4 ? packet.count : packet.count - 40
            if random.chance(80) { packet.put(word: UInt16(length), at: family == .ipv4 ? 2 : 4) }
            if random.chance(20) { packet[0] = UInt8(random.below(256)) }
            let observed = try bench.forwarder.run(link + packet)
            #expect(observed.action != Self.aborted && observed.verdict != nil)
        }
        #expect(try bench.forwarder.maps.countersNow().packets == UInt64(total))
    }

    @Test func lengthsThatContradictEachOtherAreADrop() throws {
        let bench = try Bench(
            Bench.service(.ipv4, .udp, .rr, [Bench.server(1)]), Bench.service(.ipv4, .tcp, .rr, [Bench.server(1)]))
        for length in [0, 7, 12, 65_535] as [UInt16] {
            try bench.expectDrop(
                [W.ethernet, W.ipv4(), UDP(source: 1, destination: 80, length: length), Payload([1, 2, 3])],
                .SLUICE_DROP_MALFORMED, "UDP length \(length)")
        }
        for words in [0, 4, 6, 15] as [UInt8] {
            try bench.expectDrop(
                [W.ethernet, W.ipv4(), TCP(source: 1, destination: 80, dataOffset: words)], .SLUICE_DROP_MALFORMED,
                "TCP header of \(words) words")
        }
        func ip(_ length: UInt16, words: UInt8 = 5) -> IPv4 {
            IPv4(source: W.client, destination: W.vip, headerWords: words, totalLength: length)
        }
        try bench.expectDrop([W.ethernet, ip(41), W.tcp()], .SLUICE_DROP_MALFORMED, "more than the frame has")
        try bench.expectDrop([W.ethernet, ip(39), W.tcp()], .SLUICE_DROP_MALFORMED, "less than the header needs")
        try bench.expectPass([W.ethernet, ip(19), W.tcp()], .SLUICE_PASS_TRUNCATED, "less than an IP header")
        try bench.expectPass([W.ethernet, ip(40, words: 4), W.tcp()], .SLUICE_PASS_TRUNCATED)
        try bench.expectPass(
            [W.ethernet, IPv4(source: W.client, destination: W.vip, version: 5), W.tcp()], .SLUICE_PASS_TRUNCATED)
    }
}
