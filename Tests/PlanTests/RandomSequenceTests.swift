import CSluiceABI
import Config
import Plan
import Scheduling
import Testing
import Wire

/// Hundreds of random configurations after one another, with interruptions; the maps are checked after every single
/// edit.
@Suite struct RandomSequenceTests {
    /// A configuration that is changed a little at each step.
    private struct World {
        var random: Seeded
        var wanted = DesiredState(services: [])
        let vips = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "10.0.0.3"].map(address)
        let servers = (1...5).map { address("10.0.0.\($0)") } + (1...3).map { address("fd00::\($0)") }

        init(seed: UInt64) { random = Seeded(state: seed) }

        private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        private mutating func pick<Element>(_ list: [Element]) -> Element { list.randomElement(using: &random)! }

        private mutating func server(for service: VirtualService) -> RealServer {
            let mode = pick(service.isStateless ? [.dr, .tun] : [.dr, .tun, .nat] as [ForwardingMode])
            let family = service.address.family
            let address = pick(mode == .tun ? servers : servers.filter { $0.family == family })
            return real(
                address.description, port: mode == .nat ? pick([80, 8_080]) : service.port,
                weight: pick([0, 1, 1, 2, 5]), mode: mode)
        }

        private mutating func newService() -> VirtualService {
            let scheduler = pick(Scheduler.allCases.filter(\.isBuilt) + [.wlc])
            let transport = pick(TransportProtocol.allCases)
            var made = service(
                pick(vips).description, port: pick([80, 443, 0]), transport: transport, scheduler: scheduler,
                stateless: scheduler.hashesSource && transport == .tcp && chance(50), [])
            made.fallback = chance(50)
            made.removedServer = pick(RemovedServerPolicy.allCases)
            made.hashesPort = chance(30)
            made.picksUpMidstream = chance(70)
            for _ in 0..<Int.random(in: 0...5, using: &random) { add(server(for: made), to: &made) }
            return made
        }

        private func add(_ server: RealServer, to service: inout VirtualService) {
            let isThere = service.realServers.contains { $0.address == server.address && $0.port == server.port }
            if !isThere { service.realServers.append(server) }
        }

        mutating func step() {
            for _ in 0...Int.random(in: 0...2, using: &random) { change() }
            wanted.now += UInt64.random(in: 0...40, using: &random)
            wanted.settleTime = 50
            for address in servers {
                let gone = chance(10)
                wanted.nextHops[address] = gone ? nil : hop(to: address, destination: pick([nil, 7, 8]))
            }
            wanted.interfaces = [1, 257, 513, 2, 258, 255, 511].filter { _ in chance(60) }.map {
                InterfaceState(
                    ifindex: $0, mac: mac(pick([1, 2])), mtu: 1_500, attached: chance(90), generic: chance(10))
            }
        }

        private mutating func change() {
            let count = wanted.services.count
            let dice = Int.random(in: 0..<100, using: &random)
            if count == 0 || dice < 15 && count < 5 {
                let made = newService()
                let isThere = wanted.services.contains {
                    ($0.service.address, $0.service.port, $0.service.transport) == (
                        made.address, made.port, made.transport
                    )
                }
                if !isThere { wanted.services.append(DesiredService(made, role: pick([.active, .draining, .backup]))) }
                return
            }
            let which = Int.random(in: 0..<count, using: &random)
            switch dice {
            case ..<30: wanted.services.remove(at: which)
            case ..<40: wanted.services[which].role = pick([.active, .draining, .backup])
            case ..<60: add(server(for: wanted.services[which].service), to: &wanted.services[which].service)
            case ..<75: _ = wanted.services[which].service.realServers.popLast()
            case ..<85: wanted.services[which].service.realServers.shuffle(using: &random)
            case ..<93: setWeight(which)
            default: setScheduler(which)
            }
        }

        private mutating func setWeight(_ which: Int) {
            guard !wanted.services[which].service.realServers.isEmpty else { return }
            wanted.services[which].service.realServers[0].weight = pick([0, 1, 2, 3])
        }

        private mutating func setScheduler(_ which: Int) {
            wanted.services[which].service.isStateless = false
            wanted.services[which].service.scheduler = pick([.rr, .wrr, .sh, .mh])
        }
    }

    /// Secrets of 0 give all keys one home: 32 slots for everything.
    @Test(arguments: [(1, true), (2, true), (3, false), (4, true)] as [(UInt64, Bool)])
    func converges(seed: UInt64, crowded: Bool) throws {
        var world = World(seed: seed)
        var maps = Maps(settings: crowded ? settings(secrets: []) : settings(seed: seed))
        var planner = Planner()
        for step in 0..<300 {
            world.step()
            var edits = try plan(&planner, &maps, world.wanted)
            if Int.random(in: 0..<10, using: &world.random) == 0 {
                // The controller dies half way; another one adopts the maps.
                maps.apply(Array(edits.prefix(Int.random(in: 0...edits.count, using: &world.random))))
                planner = Planner()
                edits = try plan(&planner, &maps, world.wanted)
            }
            maps.apply(edits)
            try #require(maps.faults == [], "step \(step)")
            try #require(try maps.plan(world.wanted).map { "\($0)" } == [], "step \(step)")
            let wrong = differences(maps, world.wanted)
            try #require(wrong == [], "step \(step)")
            if step % 7 == 0 {
                let flows = Set((0..<UInt16(40)).filter { _ in Bool.random(using: &world.random) })
                maps.apply(Planner.reclaim(maps.state, referenced: flows))
                try #require(maps.faults == [], "step \(step)")
            }
        }
    }

    /// A crowded table may have no slot until removed real servers are forgotten. The planner's memory changes nothing.
    private func plan(_ planner: inout Planner, _ maps: inout Maps, _ wanted: DesiredState) throws -> [Edit] {
        do {
            let edits = try planner.edits(from: maps.state, to: wanted, ringHolds: maps.holds)
            #expect(edits.map { "\($0)" } == (try maps.plan(wanted)).map { "\($0)" })
            return edits
        } catch PlanError.noServiceSlot {
            maps.apply(try planner.edits(from: maps.state, to: DesiredState(services: []), ringHolds: maps.holds))
            let later = DesiredState(services: [], now: .max)
            maps.apply(try planner.edits(from: maps.state, to: later, ringHolds: maps.holds))
            maps.apply(Planner.reclaim(maps.state, referenced: []))
            return try planner.edits(from: maps.state, to: wanted, ringHolds: maps.holds)
        }
    }

    private func differences(_ maps: Maps, _ wanted: DesiredState) -> [String] {
        var wrong: [String] = []
        for desired in wanted.services { wrong += differences(maps, wanted, desired) }
        let keys = wanted.services.count + expectedMarkers(wanted).count
        if maps.state.services.values.count(where: { $0.kind >= 2 }) != keys {
            wrong.append("too many slots are filled")
        }
        for (address, kind) in expectedMarkers(wanted) where maps.find(address)?.value.kind != kind {
            wrong.append("marker of \(address)")
        }
        for interface in wanted.interfaces {
            var slot = interface.ifindex % 256
            while let entry = maps.state.interfaces[slot], entry.ifindex != interface.ifindex {
                slot = (slot + 1) % 256
            }
            if maps.state.interfaces[slot]?.ifindex != interface.ifindex {
                wrong.append("interface \(interface.ifindex)")
            }
        }
        if maps.state.interfaces.count != wanted.interfaces.count { wrong.append("too many interfaces") }
        return wrong
    }

    private func expectedMarkers(_ wanted: DesiredState) -> [IPAddress: UInt8] {
        var markers: [IPAddress: UInt8] = [:]
        let services = wanted.services.map(\.service)
        for server in services.flatMap(\.realServers) where server.mode == .nat { markers[server.address] = 4 }
        for service in services { markers[service.address] = 3 }
        return markers
    }

    private func differences(_ maps: Maps, _ wanted: DesiredState, _ desired: DesiredService) -> [String] {
        let service = desired.service
        guard let found = maps.find(service) else { return ["\(service.address) \(service.port) is not found"] }
        var wrong: [String] = []
        var list: [Candidate] = []
        for server in service.realServers {
            guard let index = maps.index(of: server, in: service), let value = maps.state.destinations[index] else {
                wrong.append("\(server.address) has no destination")
                continue
            }
            let hop = wanted.nextHops[server.address]
            if value.isResolved != (hop?.destinationMAC != nil) { wrong.append("\(server.address) resolved") }
            if value.weight != server.weight || !value.isAvailable { wrong.append("\(server.address) weight or flags") }
            list.append(
                Candidate(
                    index: UInt32(index), identity: server.address.text(withPort: server.port), weight: server.weight))
        }
        let ring: [UInt32] =
            switch service.effectiveScheduler {
            case .rr: Ring.roundRobin(list)
            case .sh: Ring.sourceHash(list, fallback: service.fallback)
            case .mh: Ring.maglev(list, servers: [1, 1, 2, 4, 4, 8, 8, 8, 8][min(desired.configuredServers, 8)])
            default: Ring.weightedRoundRobin(list)
            }
        if maps.entries(found.value.ring) != ring { wrong.append("ring of \(service.address) \(service.port)") }
        return wrong
    }
}
