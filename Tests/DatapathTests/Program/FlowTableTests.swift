import CSluiceABI
import Config
import Foundation
import Linux
import Plan
import Testing
import Wire

@testable import Datapath

/// The flow table at its limits.
@Suite struct FlowTableTests {
    private static let families: [IPAddress.Family] = [.ipv4, .ipv6]
    private static let redirected: UInt32 = 4

    private func bench(
        _ family: IPAddress.Family, _ scheduler: Scheduler = .rr, _ mode: ForwardingMode = .dr, flows: Int,
        seed: UInt64 = 1,
        tickShift: UInt32 = TestForwarder.noTime, timeoutTicks: UInt16 = 900
    ) throws -> Bench {
        let service = Bench.service(family, .tcp, scheduler, [Bench.server(1, mode, family)])
        return try Bench(
            [DesiredService(service)], flows: flows, tickShift: tickShift, timeoutTicks: timeoutTicks, seed: seed)
    }

    /// Opens flows by a SYN and an ACK each.
    private func establish(_ numbers: Range<Int>, _ family: IPAddress.Family, _ forwarder: TestForwarder) throws {
        var packets = FlowPackets(family)
        for number in numbers {
            _ = try forwarder.action(packets.packet(number, .syn))
            _ = try forwarder.action(packets.packet(number, .ack))
        }
    }

    /// How many flows' ACKs are not forwarded: with rr, those that the table does not know.
    private func absent(_ numbers: Range<Int>, _ family: IPAddress.Family, _ forwarder: TestForwarder) throws -> Int {
        var packets = FlowPackets(family)
        var absent = 0
        for number in numbers where try forwarder.action(packets.packet(number, .ack)) != Self.redirected {
            absent += 1
        }
        return absent
    }

    // MARK: - Residency

    @Test(arguments: families, 1...3 as ClosedRange<UInt64>)
    func atAThirdOfItsCapacityNoEstablishedFlowIsAbsent(_ family: IPAddress.Family, _ seed: UInt64) throws {
        let bench = try bench(family, flows: 65_536, seed: seed)
        let flows = 0..<65_536 / 3
        try establish(flows, family, bench.forwarder)
        #expect(try absent(flows, family, bench.forwarder) == 0)
        #expect(try bench.event(.SLUICE_FLOW_EVICTED) == 0 && bench.event(.SLUICE_FLOW_NO_ROOM) == 0)
    }

    @Test func ofAThirdOfAMillionEstablishedFlowsFewerThanOneInAHundredThousandIsAbsent() throws {
        let bench = try bench(.ipv4, flows: 1 << 20)
        let flows = 0..<(1 << 20) / 3
        try establish(flows, .ipv4, bench.forwarder)
        let absent = try absent(flows, .ipv4, bench.forwarder)
        let events = try bench.forwarder.maps.countersNow()
        print(
            "residency: \(absent) of \(flows.count) established flows absent, \(events[.SLUICE_FLOW_EVICTED]) evicted,"
                + " \(events[.SLUICE_FLOW_NO_ROOM]) without room")
        #expect(absent <= 3)
    }

    // MARK: - Floods

    @Test(arguments: families)
    func aSYNFloodEvictsNoEstablishedFlow(_ family: IPAddress.Family) throws {
        let bench = try bench(family, flows: 4096)
        let flows = 0..<4096 / 3
        try establish(flows, family, bench.forwarder)
        var flood = FlowPackets(family)
        for number in 100_000..<100_000 + 40_960 {
            #expect(try bench.forwarder.action(flood.packet(number, .syn)) == Self.redirected, "the flood is forwarded")
        }
        #expect(try absent(flows, family, bench.forwarder) == 0)
        #expect(try bench.event(.SLUICE_FLOW_EVICTED) > 30_000, "half-open flows made room")
    }

    @Test(arguments: families)
    func aSYNFloodEvictsNoEstablishedNATConnection(_ family: IPAddress.Family) throws {
        let bench = try bench(family, .rr, .nat, flows: 4096)
        let flows = 0..<4096 / 6
        try establish(flows, family, bench.forwarder)
        var flood = FlowPackets(family)
        for number in 100_000..<100_000 + 20_480 { _ = try bench.forwarder.action(flood.packet(number, .syn)) }
        #expect(try absent(flows, family, bench.forwarder) == 0)
        let entries = try bench.forwarder.flows().filter { $0.state == .SLUICE_TCP_ESTABLISHED }
        #expect(entries.count { $0.isReply } == flows.count && entries.count == 2 * flows.count)
    }

    // MARK: - One bucket

    @Test(arguments: families)
    func theLeastRecentlyUsedHalfOpenFlowMakesRoom(_ family: IPAddress.Family) throws {
        let bench = try bench(family, flows: 4, tickShift: 0)
        var packets = FlowPackets(family)
        for number in [1, 2, 1] {
            _ = try bench.forwarder.action(packets.packet(number, .syn))
            Thread.sleep(forTimeInterval: 0.02)
        }
        _ = try bench.forwarder.action(packets.packet(3, .syn))
        #expect(try bench.event(.SLUICE_FLOW_EVICTED) == 1)
        let ports = try bench.forwarder.flows().map(\.sourcePort).sorted()
        #expect(ports == [1025, 1027], "flow 2 was seen before flow 1")
    }

    @Test(arguments: families)
    func aFullTableEvictsTheLeastRecentlyUsedFlowForRR(_ family: IPAddress.Family) throws {
        // Quiet is what has not been seen for two ticks.
        let bench = try bench(family, flows: 4, tickShift: 0, timeoutTicks: 64)
        let pause = Double(SystemClock.tickNanoseconds) / 1e9 * 4
        for number in 0..<4 {
            try establish(number..<number + 1, family, bench.forwarder)
            Thread.sleep(forTimeInterval: pause)
        }
        #expect(try absent(0..<1, family, bench.forwarder) == 0, "and flow 0 is seen once more")
        var packets = FlowPackets(family)
        #expect(try bench.forwarder.action(packets.packet(9, .syn)) == Self.redirected)
        #expect(try bench.event(.SLUICE_FLOW_EVICTED) == 1)
        let ports = try bench.forwarder.flows().map(\.sourcePort).sorted()
        #expect(ports == [1024, 1026, 1027, 1033])
    }

    @Test(arguments: families)
    func aFullTableKeepsFlowsThatAreInUse(_ family: IPAddress.Family) throws {
        let bench = try bench(family, flows: 4)
        try establish(0..<4, family, bench.forwarder)
        var packets = FlowPackets(family)
        for number in 9..<99 { #expect(try bench.forwarder.action(packets.packet(number, .syn)) == Self.redirected) }
        #expect(try bench.event(.SLUICE_FLOW_NO_ROOM) == 90 && bench.event(.SLUICE_FLOW_EVICTED) == 0)
        #expect(try absent(0..<4, family, bench.forwarder) == 0)
    }

    @Test(arguments: families)
    func aFullTableRefusesNATConnectionsWhoseRepliesNobodyCouldTranslate(_ family: IPAddress.Family) throws {
        let bench = try bench(family, .rr, .nat, flows: 4)
        try establish(0..<2, family, bench.forwarder)
        var packets = FlowPackets(family)
        #expect(try bench.forwarder.action(packets.packet(9, .syn)) == 1)
        #expect(try bench.forwarder.maps.countersNow()[.SLUICE_DROP_REPLY_TAKEN] == 1)
        #expect(try absent(0..<2, family, bench.forwarder) == 0)
        #expect(try bench.forwarder.flows().count == 4)
    }

    @Test(arguments: families)
    func aFullTableLeavesHashSchedulersWithoutState(_ family: IPAddress.Family) throws {
        let bench = try bench(family, .mh, flows: 4)
        try establish(0..<4, family, bench.forwarder)
        let before = try bench.forwarder.flows().map(\.sourcePort).sorted()
        var packets = FlowPackets(family)
        for flags in [TCP.Flags.syn, .ack, .fin] {
            #expect(try bench.forwarder.action(packets.packet(9, flags)) == Self.redirected)
        }
        #expect(try bench.event(.SLUICE_FLOW_NO_ROOM) == 3 && bench.event(.SLUICE_FLOW_EVICTED) == 0)
        #expect(try bench.forwarder.flows().map(\.sourcePort).sorted() == before)
    }

    @Test func closedFlowsMakeRoomBeforeHalfOpenOnes() throws {
        let bench = try bench(.ipv4, flows: 4)
        try establish(0..<3, .ipv4, bench.forwarder)
        var packets = FlowPackets(.ipv4)
        _ = try bench.forwarder.action(packets.packet(0, .rst))
        for number in 10..<12 { _ = try bench.forwarder.action(packets.packet(number, .syn)) }
        let ports = try bench.forwarder.flows().map(\.sourcePort).sorted()
        #expect(ports == [1025, 1026, 1034, 1035])
    }

    // MARK: - Expiry

    @Test(arguments: families, [ForwardingMode.dr, .nat])
    func aFlowIsForgottenAfterItsTimeoutAndASweepFreesIt(_ family: IPAddress.Family, _ mode: ForwardingMode) throws {
        let ticks: UInt16 = 50
        let bench = try bench(family, .rr, mode, flows: 64, tickShift: 0, timeoutTicks: ticks)
        let tick = Double(SystemClock.tickNanoseconds) / 1e9
        try establish(0..<2, family, bench.forwarder)
        for _ in 0..<5 {
            Thread.sleep(forTimeInterval: tick * Double(ticks) / 3)
            #expect(try absent(0..<1, family, bench.forwarder) == 0, "seen again before its time")
        }
        let forwarder = bench.forwarder
        let flows = try forwarder.flows()
        #expect(flows.count { $0.isExpired } == flows.count / 2, "an entry stays until it is swept or looked for")
        let sweep = forwarder.maps.flows.sweep(tick: try forwarder.tick(), timeouts: forwarder.timeouts, removing: true)
        #expect(sweep.expired == flows.count / 2)
        #expect(try forwarder.flows().count == flows.count / 2)
        #expect(try absent(1..<2, family, forwarder) == 1)
        Thread.sleep(forTimeInterval: tick * Double(ticks + 2))
        #expect(try absent(0..<1, family, forwarder) == 1, "one that has expired is not found")
    }

    // MARK: - Pairs and indexes

    @Test(arguments: families)
    func natPairsAreEvictedTogether(_ family: IPAddress.Family) throws {
        let bench = try bench(family, .rr, .nat, flows: 256)
        var packets = FlowPackets(family)
        for number in 0..<2000 {
            _ = try bench.forwarder.action(packets.packet(number, .syn))
            if number % 9 == 0 { _ = try bench.forwarder.action(packets.packet(number, .ack)) }
        }
        let flows = try bench.forwarder.flows()
        let forward = Set(flows.filter { !$0.isReply }.map { "\($0.source) \($0.sourcePort) \($0.state)" })
        let replies = Set(flows.filter(\.isReply).map { "\($0.destination) \($0.destinationPort) \($0.state)" })
        #expect(forward == replies, "\(forward.symmetricDifference(replies))")
        #expect(forward.count > 50 && flows.count == 2 * forward.count)
    }

    @Test(arguments: families)
    func anIndexIsUsedAgainOnlyAfterASweepFoundNoFlowOfIt(_ family: IPAddress.Family) throws {
        let bench = try bench(family, flows: 64)
        try establish(0..<1, family, bench.forwarder)
        let index = try bench.index(1, family)
        let forwarder = bench.forwarder
        func reclaim() throws {
            let sweep = forwarder.maps.flows.sweep(
                tick: try forwarder.tick(), timeouts: forwarder.timeouts, removing: true)
            for edit in Planner.reclaim(forwarder.maps.snapshot(), referenced: sweep.referenced) {
                forwarder.maps.apply(edit)
            }
        }
        try bench.change { $0.service.realServers = [Bench.server(2, .dr, family)] }
        try reclaim()
        try bench.change { $0.service.realServers.append(Bench.server(3, .dr, family)) }
        #expect(try Set([bench.index(2, family), bench.index(3, family)]).isDisjoint(with: [index]))
        var packets = FlowPackets(family)
        #expect(try forwarder.action(packets.packet(0, .ack)) == 1, "the flow still names the removed server")
        try bench.change { $0.service.removedServer = .reschedule }
        _ = try forwarder.action(packets.packet(0, .syn))
        try reclaim()
        try bench.change { $0.service.realServers.append(Bench.server(4, .dr, family)) }
        #expect(try bench.index(4, family) == index)
        #expect(try bench.counters(4, family).packetsIn == 0, "with counters of its own")
    }
}
