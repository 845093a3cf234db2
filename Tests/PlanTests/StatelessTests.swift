import CSluiceABI
import Config
import Plan
import Testing
import Wire

/// A stateless service remembers the ring before the last change until flows have settled.
@Suite struct StatelessTests {
    private func wanted(_ servers: [RealServer], now: UInt64, stateless: Bool = true) -> DesiredState {
        var wanted = desired(service(scheduler: .mh, stateless: stateless, servers))
        wanted.now = now
        wanted.settleTime = 100
        return wanted
    }

    private func value(_ maps: Maps) throws -> sluice_service {
        try #require(maps.find(address("192.0.2.1"), port: 80, protocol: 6)).value
    }

    @Test func theLastRingIsRememberedThenForgotten() throws {
        var maps = Maps()
        let two = [real("10.0.0.1"), real("10.0.0.2")]
        try maps.reach(wanted(two, now: 1_000))
        let first = try value(maps)
        #expect(first.previous.size == 0)

        try maps.reach(wanted([two[0]], now: 2_000))
        let second = try value(maps)
        #expect(second.previous.base == first.ring.base && second.previous.size == first.ring.size)
        #expect(second.settled == 2_100)

        #expect(try maps.plan(wanted([two[0]], now: 2_099)).isEmpty)
        let later = try maps.plan(wanted([two[0]], now: 2_100))
        #expect(later.map(\.name) == ["forgetPreviousRing"])
        maps.apply(later)
        #expect(try value(maps).previous.size == 0)
        #expect(maps.faults == [])
    }

    @Test func aRingThatIsRememberedIsNotOverwritten() throws {
        var maps = Maps()
        for step in 0..<5 { try maps.reach(wanted([real("10.0.0.\(step + 1)")], now: UInt64(step))) }
        #expect(maps.faults == [])
    }

    @Test func indexesThatItNamesAreNotReclaimed() throws {
        var maps = Maps()
        try maps.reach(wanted([real("10.0.0.1"), real("10.0.0.2")], now: 0))
        try maps.reach(wanted([real("10.0.0.1")], now: 0))
        #expect(Planner.reclaim(maps.state, referenced: []).isEmpty)
        try maps.reach(wanted([real("10.0.0.1")], now: 100))
        #expect(Planner.reclaim(maps.state, referenced: []).map(\.name) == ["freeDestination"])
    }

    @Test func othersRememberNothing() throws {
        var maps = Maps()
        try maps.reach(wanted([real("10.0.0.1"), real("10.0.0.2")], now: 0, stateless: false))
        try maps.reach(wanted([real("10.0.0.1")], now: 0, stateless: false))
        #expect(try value(maps).previous.size == 0)
        // One that stops being stateless forgets at once.
        try maps.reach(wanted([real("10.0.0.2")], now: 0, stateless: true))
        try maps.reach(wanted([real("10.0.0.1")], now: 0, stateless: true))
        #expect(try value(maps).previous.size > 0)
        try maps.reach(wanted([real("10.0.0.1")], now: 0, stateless: false))
        #expect(try value(maps).previous.size == 0)
    }
}
