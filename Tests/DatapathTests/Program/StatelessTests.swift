import CSluiceABI
import Config
import Plan
import Testing
import Wire

@testable import Datapath

/// Services without flow entries, and what they remember while their ring changes.
@Suite struct StatelessTests {
    private static let families: [IPAddress.Family] = [.ipv4, .ipv6]
    private static let clients = 200

    private func bench(_ family: IPAddress.Family, _ scheduler: Scheduler, _ mode: ForwardingMode = .dr) throws -> Bench
    {
        var service = Bench.service(family, .tcp, scheduler, (1...4).map { Bench.server($0, mode, family) })
        service.isStateless = true
        service.fallback = true
        let bench = try Bench([DesiredService(service, configuredServers: 4)])
        bench.desired.settleTime = 100
        return bench
    }

    private func packet(_ number: Int, _ flags: TCP.Flags, _ family: IPAddress.Family, port: UInt16 = 1000)
        -> [any PacketLayer]
    {
        let client: IPAddress =
            family == .ipv4
            ? .v4(IPv4Address(rawValue: 0x0b00_0000 + UInt32(number) * 77))
            : .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: UInt64(number) * 77 + 5))
        return [W.ethernet, Bench.ip(client, Bench.vip(family)), W.tcp(flags, from: port)]
    }

    private func choices(_ bench: Bench, _ flags: TCP.Flags, _ family: IPAddress.Family, port: UInt16 = 1000) throws
        -> [UInt32?]
    {
        try (0..<Self.clients).map { try bench.chosen(packet($0, flags, family, port: port)) }
    }

    @Test(arguments: families, [Scheduler.mh, .sh])
    func noFlowIsRecordedWhileTheRingIsSettled(_ family: IPAddress.Family, _ scheduler: Scheduler) throws {
        for mode in [ForwardingMode.dr, .tun] {
            let bench = try bench(family, scheduler, mode)
            let first = try choices(bench, .syn, family)
            #expect(!first.contains(nil) && Set(first).count == 4)
            #expect(try choices(bench, .ack, family) == first)
            #expect(try choices(bench, .rst, family) == first)
            #expect(try bench.forwarder.flows().isEmpty)
            #expect(try bench.event(.SLUICE_FLOW_INSERTED) == 0)
        }
    }

    @Test(arguments: families, [Scheduler.mh, .sh])
    func aChangeOfTheRingMovesNoEstablishedFlow(_ family: IPAddress.Family, _ scheduler: Scheduler) throws {
        let bench = try bench(family, scheduler)
        let before = try choices(bench, .ack, family)
        try bench.change { $0.service.realServers[1].weight = 0 }
        #expect(try choices(bench, .ack, family) == before, "any other packet keeps the old choice")
        let recorded = try bench.forwarder.flows().count
        #expect(recorded > 0 && recorded < Self.clients, "only flows whose choices differ are recorded")
        let moved = try choices(bench, .syn, family, port: 2000)
        #expect(!moved.contains(2), "a SYN takes the new one")
        #expect(try choices(bench, .ack, family, port: 2000) == moved, "and stays there")
        #expect(try choices(bench, .ack, family) == before)
    }

    @Test(arguments: families)
    func recordedFlowsStayThroughAnotherChange(_ family: IPAddress.Family) throws {
        let bench = try bench(family, .mh)
        let before = try choices(bench, .ack, family)
        try bench.change { $0.service.realServers[1].weight = 0 }
        #expect(try choices(bench, .ack, family) == before)
        try bench.change { $0.service.realServers[2].weight = 0 }
        #expect(try choices(bench, .ack, family) == before)
    }

    @Test(arguments: families)
    func onceSettledTheNewRingDecidesAlone(_ family: IPAddress.Family) throws {
        let bench = try bench(family, .mh)
        try bench.change { $0.service.realServers[1].weight = 0 }
        bench.desired.now = 50
        try bench.apply()
        #expect(bench.forwarder.maps.snapshot().services.values.contains { $0.previous.size > 0 })
        bench.desired.now = 100
        try bench.apply()
        #expect(!bench.forwarder.maps.snapshot().services.values.contains { $0.previous.size > 0 })
        let after = try choices(bench, .ack, family)
        #expect(!after.contains(2) && !after.contains(nil))
        #expect(try bench.forwarder.flows().isEmpty)
    }

    @Test(arguments: families)
    func aRemovedServersFlowsMoveAtOnce(_ family: IPAddress.Family) throws {
        let bench = try bench(family, .mh)
        let before = try choices(bench, .ack, family)
        try bench.change { $0.service.realServers.remove(at: 1) }
        let after = try choices(bench, .ack, family)
        for (old, new) in zip(before, after) { #expect(old == 2 ? new != 2 && new != nil : new == old) }
    }
}
