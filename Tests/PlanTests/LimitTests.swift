import CSluiceABI
import Config
import Plan
import Scheduling
import Testing
import Wire

/// Full tables: everything is still found, and what does not fit is refused as a whole.
@Suite struct LimitTests {
    private func vip(_ number: Int) -> String { "198.\(18 + number >> 16).\(number >> 8 & 255).\(number & 255)" }

    private func servers(_ count: Int, of number: Int) -> [RealServer] {
        (0..<count).map { real("10.\(number >> 8).\(number & 255).\($0 + 1)") }
    }

    @Test func constantsAreThoseOfTheHeader() {
        #expect(Ring.none == SLUICE_RING_NONE)
        #expect(Ring.sourceHashBuckets == Int(SLUICE_SH_BUCKETS))
        #expect(Ring.maglevFactor == Int(SLUICE_MAGLEV_FACTOR))
        #expect(Ring.maglevLimit == Int(SLUICE_MAGLEV_MAX))
        #expect(Configuration.maximumServices == Int(SLUICE_MAX_SERVICES))
        #expect(Configuration.maximumDestinations == Int(SLUICE_MAX_DESTINATIONS))
    }

    /// Every VIP of its own, so that 8,192 slots are taken.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func allServicesFit(seed: UInt64) throws {
        var maps = Maps(settings: settings(seed: seed))
        let services = (0..<4_096).map { service(vip($0), []) }
        maps.state = try filled(maps, desired(services))
        for service in services { #expect(maps.find(service) != nil) }
        #expect(maps.state.services.count == 8_192)
    }

    @Test func sixtyFiveThousandDestinationsAndOneChange() throws {
        var maps = Maps()
        var services = (0..<4_096).map { service(vip($0 / 16), port: UInt16($0 % 16 + 1), servers(16, of: $0)) }
        var planner = Planner()
        let edits = try planner.edits(from: maps.state, to: desired(services), ringHolds: maps.holds)
        #expect(edits.count { $0.name == "writeDestination" } == 65_536)
        for edit in edits { maps.state.apply(edit) }
        // One more does not fit.
        #expect(throws: PlanError.tooManyDestinations(service: "virtual service 192.0.2.1:80 TCP", retired: 0)) {
            try maps.plan(desired(services.dropLast() + [service(servers(17, of: 4_095))]))
        }
        services[77].realServers[3].weight = 5
        let change = try planner.edits(from: maps.state, to: desired(services)) { ring, entries in
            // All contents are right but for the one that changed.
            entries.count == 16
        }
        #expect(change.map(\.name) == ["updateDestination", "writeRing", "switchRing"])
    }

    @Test func tooManyServices() {
        let services = (0..<4_097).map { service(vip($0), []) }
        #expect(throws: PlanError.tooManyServices(count: 4_097)) { try Maps().plan(desired(services)) }
    }

    @Test func noSlotInReach() {
        let maps = Maps(settings: settings(secrets: []))
        let error = #expect(throws: PlanError.self) {
            try maps.plan(desired((1...32).map { service(port: UInt16($0), []) }))
        }
        #expect(error == .noServiceSlot(key: "virtual service 192.0.2.1:32 TCP"))
        #expect("\(error!)".contains("32 slots of the service table"))
    }

    @Test func theRingArenaMayBeExhausted() throws {
        let heavy = (0..<129).map {
            service(vip($0), [real("10.0.0.1", weight: 65_535), real("10.0.0.2", weight: 1)])
        }
        // 128 rings of 65,536 entries are all that the arena holds.
        let edits = try Maps().plan(desired(heavy.dropLast()))
        #expect(edits.count { $0.name == "writeRing" } == 128)
        let error = #expect(throws: PlanError.self) { try Maps().plan(desired(heavy)) }
        #expect(error == .ringArenaExhausted(service: "virtual service 198.18.0.128:80 TCP", entries: 65_536, free: 0))
    }

    @Test func interfaces() throws {
        var wanted = desired([])
        wanted.interfaces = (1...65).map {
            InterfaceState(ifindex: $0, mac: mac(1), mtu: 1_500, attached: true, generic: false)
        }
        #expect(throws: PlanError.tooManyInterfaces(count: 65)) { try Maps().plan(wanted) }
        wanted.interfaces = (0..<9).map {
            InterfaceState(ifindex: 256 * $0 + 5, mac: mac(1), mtu: 1_500, attached: true, generic: false)
        }
        #expect(throws: PlanError.noInterfaceSlot(ifindex: 2_053)) { try Maps().plan(wanted) }
    }

    private func filled(_ maps: Maps, _ wanted: DesiredState) throws -> ActualState {
        var state = maps.state
        for edit in try maps.plan(wanted) { state.apply(edit) }
        return state
    }
}
