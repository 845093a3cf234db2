import CSluiceABI
import Config
import Plan
import Scheduling
import Testing
import Wire

@testable import Datapath

/// Which real server a new flow gets, and that flows stay where they are.
@Suite struct SchedulerTests {
    private func three(_ scheduler: Scheduler, weights: [UInt32] = [1, 1, 1], _ mode: ForwardingMode = .dr)
        -> VirtualService
    {
        let servers = weights.enumerated().map { Bench.server(UInt32($0.offset) + 1, mode, weight: $0.element) }
        return Bench.service(.ipv4, .tcp, scheduler, servers)
    }

    /// A SYN from client number `number`, port 1000.
    private func syn(client number: Int, port: UInt16 = 1000, _ flags: TCP.Flags = .syn) -> [any PacketLayer] {
        [W.ethernet, Bench.ip(client(number), .v4(W.vip)), W.tcp(flags, from: port)]
    }

    private func client(_ number: Int) -> IPAddress {
        .v4(IPv4Address(rawValue: 0x0b00_0000 &+ UInt32(number) &* 0x0001_0307))
    }

    @Test func rrFollowsTheListExactly() throws {
        let bench = try Bench(three(.rr))
        for turn in 0..<60 {
            #expect(try bench.chosen(syn(client: turn)) == UInt32(turn % 3 + 1), "turn \(turn)")
        }
        for turn in 0..<60 {
            #expect(try bench.chosen(syn(client: turn, .ack)) == UInt32(turn % 3 + 1), "established flows stay")
        }
    }

    @Test(arguments: [[4, 3, 2], [1, 1, 1], [5, 0, 10], [7, 1, 1]] as [[UInt32]])
    func wrrGivesEachItsShareOfEveryCycle(_ weights: [UInt32]) throws {
        let bench = try Bench(three(.wrr, weights: weights))
        let candidates = weights.enumerated().map {
            Candidate(index: UInt32($0.offset) + 1, identity: "", weight: $0.element)
        }
        let ring = Ring.weightedRoundRobin(candidates)
        for turn in 0..<3 * ring.count {
            #expect(try bench.chosen(syn(client: turn)) == ring[turn % ring.count], "turn \(turn)")
        }
    }

    @Test(arguments: [false, true])
    func mhPicksWhatTheRingSays(_ hashesPort: Bool) throws {
        var service = three(.mh, weights: [1, 2, 5])
        service.hashesPort = hashesPort
        let bench = try Bench(service)
        let candidates = service.realServers.enumerated().map {
            Candidate(
                index: UInt32($0.offset) + 1, identity: $0.element.address.text(withPort: 80), weight: $0.element.weight
            )
        }
        let ring = Ring.maglev(candidates, servers: 4)
        var counts: [UInt32: Int] = [:]
        for number in 0..<600 {
            let port = UInt16(1000 + number % 7)
            let hash = sluice_source_hash(client(number).folded, hashesPort ? port : 0)
            let expected = ring[Int(sluice_ring_index(hash, UInt32(ring.count)))]
            #expect(try bench.chosen(syn(client: number, port: port)) == expected)
            counts[expected, default: 0] += 1
        }
        #expect(counts[3]! > counts[2]! && counts[2]! > counts[1]!, "by weight: \(counts)")
    }

    /// The multiplier is IPVS' (GOLDEN_RATIO_32); its table is filled in the list's order, by weight.
    @Test(arguments: [false, true])
    func shPicksAsIPVSDoes(_ hashesPort: Bool) throws {
        var service = three(.sh, weights: [1, 2, 1])
        service.hashesPort = hashesPort
        let bench = try Bench(service)
        let dealt: [UInt32] = [1, 2, 2, 3]
        for number in 0..<600 {
            let port = UInt16(1000 + number % 5)
            let folded = client(number).folded &+ (hashesPort ? UInt32(port) : 0)
            let bucket = Int((folded &* 0x61C8_8647) >> 24)
            #expect(try bench.chosen(syn(client: number, port: port)) == dealt[bucket % 4])
        }
    }

    @Test func shWithoutFallbackGivesABucketOfWeightZeroToNobody() throws {
        var service = three(.sh, weights: [1, 0, 1])
        let bench = try Bench(service)
        var none = 0
        for number in 0..<200 {
            let bucket = Int((client(number).folded &* 0x61C8_8647) >> 24)
            let observed = try bench.send(syn(client: number))
            #expect((observed.verdict == .SLUICE_DROP_NO_SERVER) == (bucket % 3 == 1))
            if bucket % 3 == 1 { none += 1 }
        }
        #expect(none > 20)
        service.fallback = true
        try bench.change { $0.service = service }
        for number in 0..<200 { #expect(try bench.chosen(syn(client: number, port: 7)) != nil) }
    }

    @Test func theSameClientGetsTheSameServerOnEveryDirector() throws {
        for scheduler in [Scheduler.sh, .mh] {
            let (one, two) = (try Bench(three(scheduler)), try Bench([DesiredService(three(scheduler))], seed: 99))
            for number in 0..<100 { #expect(try one.chosen(syn(client: number)) == two.chosen(syn(client: number))) }
        }
    }

    @Test(arguments: [Scheduler.rr, .wrr, .sh, .mh])
    func changesOfWeightAndRingMoveNoEstablishedFlow(_ scheduler: Scheduler) throws {
        let bench = try Bench(three(scheduler))
        let before = try (0..<100).map { try bench.chosen(syn(client: $0)) }
        func check(_ what: String) throws {
            let after = try (0..<100).map { try bench.chosen(syn(client: $0, .ack)) }
            #expect(before == after, "\(what)")
        }
        try bench.change { $0.service.realServers[0].weight = 9 }
        try check("another weight")
        try bench.change { $0.service.realServers[0].weight = 0 }
        try check("weight 0: no new flows, the old ones go on")
        for number in 200..<260 where scheduler != .sh { #expect(try bench.chosen(syn(client: number)) != 1) }
        try bench.change { $0.service.realServers.append(Bench.server(4)) }
        try check("a server more")
        try bench.change { $0.service.scheduler = scheduler == .rr ? .mh : .rr }
        try check("another scheduler")
    }

    @Test func aServiceForAnyPortTakesAllThatNoOtherServiceHas() throws {
        for mode in ForwardingMode.allCases {
            let any = Bench.service(port: 0, .tcp, .rr, [Bench.server(1, mode, port: 0)])
            let web = Bench.service(port: 80, .tcp, .rr, [Bench.server(2, mode)])
            let bench = try Bench(any, web)
            #expect(try bench.chosen(Bench.segment(to: 80)) == 2)
            for port in [1, 79, 81, 65_535] as [UInt16] {
                #expect(try bench.chosen(Bench.segment(to: port)) == 1)
                let frame = Frame.dissect(try bench.send(Bench.segment(.ack, to: port)).frame)
                #expect(frame.ports?.destination == port, "the packet's port stays")
                guard mode == .nat else { continue }
                let reply: [any PacketLayer] = [
                    Ethernet(source: W.serverMAC(1), destination: W.own), Bench.ip(.v4(W.server(1)), .v4(W.client)),
                    TCP(source: port, destination: 1234, flags: .ack),
                ]
                try bench.expect(
                    reply, .SLUICE_REPLIED, .transmit,
                    [
                        Ethernet(source: W.own, destination: W.router), Bench.ip(.v4(W.vip), .v4(W.client), ttl: 63),
                        TCP(source: port, destination: 1234, flags: .ack),
                    ])
            }
            #expect(try bench.verdict(Bench.datagram(to: 80)) == .SLUICE_PASS_NOT_SERVICE)
        }
    }

    @Test func eachDestinationCountsItsOwn() throws {
        let bench = try Bench(three(.wrr, weights: [3, 2, 1]))
        for number in 0..<60 {
            for flags in [TCP.Flags.syn, .ack, .fin] { try bench.verdict(syn(client: number, flags)) }
        }
        for (number, connections) in [(1, 30), (2, 20), (3, 10)] as [(UInt32, UInt64)] {
            let counted = try bench.counters(number)
            #expect(counted.connections == connections && counted.packetsIn == 3 * connections)
            #expect(counted.bytesIn == 3 * connections * 40)
        }
    }
}
