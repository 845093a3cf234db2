import CSluiceABI
import Config
import Plan
import Testing
import Wire

/// The slots of an address alone.
@Suite struct MarkerTests {
    private let active = UInt16(SLUICE_SERVICE_ACTIVE)
    private let drain = UInt16(SLUICE_SERVICE_DRAIN)

    @Test func aVIPHasTheRolesOfItsServices() throws {
        var maps = Maps()
        var wanted = desired(service([]), service(port: 443, []), role: .backup)
        try maps.reach(wanted)
        #expect(maps.find(address("192.0.2.1"))?.value.kind == 3)
        #expect(maps.find(address("192.0.2.1"))?.value.flags == 0)
        wanted.services[0].role = .active
        try maps.reach(wanted)
        #expect(maps.find(address("192.0.2.1"))?.value.flags == active)
        wanted.services[1].role = .draining
        try maps.reach(wanted)
        #expect(maps.find(address("192.0.2.1"))?.value.flags == active | drain)
    }

    @Test func onlyNATServersAreMarked() throws {
        var maps = Maps()
        try maps.reach(
            desired(service([real("10.0.0.1", mode: .nat), real("10.0.0.2"), real("10.0.0.3", mode: .tun)])))
        #expect(maps.find(address("10.0.0.1"))?.value.kind == 4)
        #expect(maps.find(address("10.0.0.1"))?.value.flags == active)
        #expect(maps.find(address("10.0.0.2")) == nil)
        #expect(maps.find(address("10.0.0.3")) == nil)
    }

    @Test func anAddressThatIsBothIsAVIP() throws {
        var maps = Maps()
        let first = service([real("192.0.2.2", mode: .nat)])
        try maps.reach(desired(first))
        let slot = try #require(maps.find(address("192.0.2.2"))?.slot)
        #expect(maps.state.services[slot]?.kind == 4)
        try maps.reach(desired(first, service("192.0.2.2", [])))
        #expect(maps.state.services[slot]?.kind == 3)
        try maps.reach(desired(first))
        #expect(maps.state.services[slot]?.kind == 4)
        #expect(maps.faults == [])
    }

    @Test func theyLeaveWithTheLastUse() throws {
        var maps = Maps()
        try maps.reach(desired(service([real("10.0.0.1", mode: .nat)])))
        try maps.reach(desired([]))
        #expect(maps.find(address("192.0.2.1")) == nil)
        #expect(maps.find(address("10.0.0.1")) == nil)
        #expect(maps.state.services.count == 1)
        maps.apply(Planner.reclaim(maps.state, referenced: []))
        #expect(maps.state.services.isEmpty)
        #expect(maps.state.destinations.isEmpty)
    }
}
