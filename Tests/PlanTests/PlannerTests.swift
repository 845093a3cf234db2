import CSluiceABI
import Config
import Plan
import Scheduling
import Testing
import Wire

@Suite struct PlannerTests {
    @Test func addsBeforeUse() throws {
        var wanted = desired(service([real("10.0.0.1"), real("10.0.0.2", weight: 2)]))
        wanted.interfaces = [InterfaceState(ifindex: 3, mac: mac(1), mtu: 1_500, attached: true, generic: false)]
        let maps = Maps()
        let edits = try maps.plan(wanted)
        #expect(
            edits.map(\.name) == [
                "writeInterface", "writeDestination", "writeDestination", "writeRing", "writeService", "writeService",
            ])
    }

    @Test func anUnchangedConfigurationTakesNoEdits() throws {
        var maps = Maps()
        var wanted = desired([
            service([real("10.0.0.1"), real("10.0.0.2")]),
            service(port: 443, scheduler: .mh, [real("10.0.0.1", port: 443, mode: .tun)]),
            service("2001:db8::1", scheduler: .sh, [real("fd00::1", mode: .nat), real("fd00::2", weight: 0)]),
            service("192.0.2.9", port: 0, transport: .udp, scheduler: .rr, []),
        ])
        wanted.interfaces = [InterfaceState(ifindex: 3, mac: mac(1), mtu: 1_500, attached: true, generic: false)]
        try maps.reach(wanted)
        // An adopting controller has nothing but the maps.
        #expect(try maps.plan(wanted).isEmpty)
        #expect(maps.faults == [])
    }

    @Test func usesBeforeRemoval() throws {
        var maps = Maps()
        let first = service([real("10.0.0.1"), real("10.0.0.2")])
        try maps.reach(desired(first, service("192.0.2.2", [real("10.0.0.3")])))
        let edits = try maps.plan(desired(service([real("10.0.0.1")])))
        #expect(
            edits.map(\.name) == [
                "writeRing", "switchRing", "removeService", "removeService", "retireDestination", "retireDestination",
                "emptySlot",
            ])
    }

    @Test func aRealServerThatReturnsGetsItsOldIndex() throws {
        var maps = Maps()
        let both = service([real("10.0.0.1"), real("10.0.0.2")])
        try maps.reach(desired(both))
        let old = maps.index(of: real("10.0.0.1"), in: both)
        try maps.reach(desired(service([real("10.0.0.2"), real("10.0.0.3")])))
        #expect(maps.state.destinations[try #require(old)]?.isAvailable == false)
        let edits = try maps.plan(desired(both))
        #expect(edits.first?.name == "restoreDestination")
        maps.apply(edits)
        #expect(maps.index(of: real("10.0.0.1"), in: both) == old)
        #expect(maps.faults == [])
    }

    @Test func anotherModeOrPortIsAnotherDestination() throws {
        var maps = Maps()
        try maps.reach(desired(service([real("10.0.0.1", mode: .nat)])))
        try maps.reach(desired(service([real("10.0.0.1", port: 81, mode: .nat)])))
        try maps.reach(desired(service([real("10.0.0.1", mode: .dr)])))
        #expect(maps.state.destinations.keys.sorted() == [0, 1, 2])
        #expect(maps.state.destinations.values.count(where: \.isAvailable) == 1)
        #expect(maps.faults == [])
    }

    @Test func aServiceThatReturnsFindsSlotAndIndexes() throws {
        var maps = Maps()
        let gone = service([real("10.0.0.1")])
        try maps.reach(desired(gone))
        let slot = try #require(maps.find(gone)?.slot)
        try maps.reach(desired([]))
        #expect(maps.find(gone) == nil)
        #expect(maps.state.services[slot]?.kind == 1)
        try maps.reach(desired(gone))
        #expect(maps.find(gone)?.slot == slot)
        #expect(maps.state.destinations.count == 1)
        #expect(maps.faults == [])
    }

    @Test func aHeldSlotTakesNoOtherKey() throws {
        // All keys have one home.
        var maps = Maps(settings: settings(secrets: []))
        let first = service("192.0.2.1", [real("10.0.0.1")])
        let second = service("192.0.2.2", [real("10.0.0.2")])
        try maps.reach(desired(first))
        let slot = try #require(maps.find(first)?.slot)
        try maps.reach(desired([]))
        try maps.reach(desired(second))
        #expect(maps.find(second)?.slot != slot)
        #expect(maps.faults == [])
        // Once no flow names its destination, anybody may have it.
        maps.apply(Planner.reclaim(maps.state, referenced: []))
        #expect(maps.state.destinations.count == 1)
        try maps.reach(desired(second, service("192.0.2.3", [])))
        #expect(maps.state.services[slot]?.kind ?? 0 >= 2)
        #expect(maps.faults == [])
    }

    @Test func reclaimKeepsWhatFlowsOrRingsName() throws {
        var maps = Maps()
        let servers = (1...4).map { real("10.0.0.\($0)") }
        try maps.reach(desired(service(servers)))
        try maps.reach(desired(service([servers[0]])))
        let edits = Planner.reclaim(maps.state, referenced: [2])
        #expect(edits.map { "\($0)" } == ["freeDestination(index: 1)", "freeDestination(index: 3)"])
        maps.apply(edits)
        #expect(maps.state.destinations.keys.sorted() == [0, 2])
        #expect(maps.faults == [])
    }

    @Test func weightsChangeTheRingAndZeroLeavesIt() throws {
        var maps = Maps()
        let light = service([real("10.0.0.1"), real("10.0.0.2", weight: 2)])
        try maps.reach(desired(light))
        let edits = try maps.plan(desired(service([real("10.0.0.1"), real("10.0.0.2", weight: 0)])))
        #expect(edits.map(\.name) == ["updateDestination", "writeRing", "switchRing"])
        maps.apply(edits)
        let ring = try #require(maps.find(light)).value.ring
        #expect(maps.entries(ring) == [0])
        #expect(maps.state.destinations[1]?.isAvailable == true)
    }

    @Test func theNextHopChangesOnlyTheDestination() throws {
        var maps = Maps()
        var wanted = desired(service([real("10.0.0.1")]))
        try maps.reach(wanted)
        wanted.nextHops[address("10.0.0.1")] = hop(to: address("10.0.0.1"), destination: nil)
        let edits = try maps.plan(wanted)
        #expect(edits.map(\.name) == ["updateDestination"])
        maps.apply(edits)
        #expect(maps.state.destinations[0]?.isResolved == false)
        #expect(maps.state.destinations[0]?.isAvailable == true)
    }

    @Test func theRoleChangesOnlyFlags() throws {
        var maps = Maps()
        let it = service([real("10.0.0.1")])
        try maps.reach(desired(it, role: .backup))
        #expect(maps.find(it)?.value.flags == 0)
        let edits = try maps.plan(desired(it, role: .active))
        #expect(edits.map(\.name) == ["setServiceFlags", "setServiceFlags"])
        maps.apply(edits)
        #expect(maps.find(it)?.value.flags == UInt16(SLUICE_SERVICE_ACTIVE))
        #expect(maps.find(it.address)?.value.flags == UInt16(SLUICE_SERVICE_ACTIVE))
        try maps.reach(desired(it, role: .draining))
        #expect(maps.find(it)?.value.flags == UInt16(SLUICE_SERVICE_DRAIN))
    }

    @Test func sourceHashIsReadFromItsOwnRingOnly() throws {
        var maps = Maps()
        let servers = [real("10.0.0.1"), real("10.0.0.2")]
        try maps.reach(desired(service(scheduler: .rr, servers)))
        let there = try maps.plan(desired(service(scheduler: .sh, servers)))
        #expect(there.map(\.name) == ["writeRing", "switchRing", "setServiceFlags"])
        maps.apply(there)
        let back = try maps.plan(desired(service(scheduler: .rr, servers)))
        #expect(back.map(\.name) == ["writeRing", "setServiceFlags", "switchRing"])
        maps.apply(back)
        #expect(maps.faults == [])
    }

    @Test func schedulersThatAreNotBuiltAreWeightedRoundRobin() throws {
        var maps = Maps()
        let it = service(scheduler: .wlc, [real("10.0.0.1", weight: 2), real("10.0.0.2")])
        try maps.reach(desired(it))
        let value = try #require(maps.find(it)).value
        #expect(value.scheduler == 1)
        #expect(maps.entries(value.ring) == [0, 0, 1])
    }

    @Test func aMaglevRingKeepsItsSizeWhileServersFail() throws {
        var maps = Maps()
        let all = (1...10).map { real("10.0.0.\($0)") }
        let whole = service(scheduler: .mh, all)
        try maps.reach(desired(whole))
        let before = try #require(maps.find(whole)).value.ring
        var wanted = desired(service(scheduler: .mh, Array(all.dropFirst(3))))
        wanted.services[0].configuredServers = 10
        let old = maps.entries(before)
        try maps.reach(wanted)
        let after = maps.entries(try #require(maps.find(whole)).value.ring)
        #expect(after.count == old.count)
        #expect(Ring.disruption(between: old, and: after) < 0.36)
    }
}
