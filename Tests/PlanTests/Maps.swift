import CSluiceABI
import Config
import Plan
import Wire

/// The maps, as the forwarder meets them: edits are applied one at a time and each is checked.
struct Maps {
    var state: ActualState
    var arena: [UInt32] = []
    /// For each destination in use the key of the service it was made for, once that is known.
    private var owners: [UInt16: String] = [:]
    /// What was wrong so far.
    private(set) var faults: [String] = []

    init(settings: sluice_settings = settings()) { state = ActualState(settings: settings) }

    func entries(_ ring: sluice_ring) -> [UInt32] {
        (ring.base..<ring.base + ring.size).map { Int($0) < arena.count ? arena[Int($0)] : 0xdead }
    }

    func holds(_ ring: sluice_ring, _ entries: [UInt32]) -> Bool { self.entries(ring) == entries }

    /// Plans with a planner of its own.
    func plan(_ desired: DesiredState) throws -> [Edit] {
        var planner = Planner()
        return try planner.edits(from: state, to: desired, ringHolds: holds)
    }

    mutating func reach(_ desired: DesiredState) throws { apply(try plan(desired)) }

    mutating func apply(_ edits: [Edit]) {
        for edit in edits { apply(edit) }
    }

    mutating func apply(_ edit: Edit) {
        check(edit)
        if case .writeRing(let base, let entries) = edit {
            let end = Int(base) + entries.count
            if arena.count < end { arena += [UInt32](repeating: 0xdead, count: end - arena.count) }
            arena.replaceSubrange(Int(base)..<end, with: entries)
        }
        state.apply(edit)
        for slot in touched(by: edit) { checkService(slot) }
        if state.services.count < 100 { checkLookUps() }
    }

    private mutating func fault(_ text: String) { faults.append(text) }

    private mutating func expect(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition { fault(text()) }
    }

    // MARK: What an edit presumes

    private mutating func check(_ edit: Edit) {
        switch edit {
        case .writeDestination(let index, let value):
            expect(state.destinations[index] == nil, "index \(index) is taken")
            expect(value.flags & 3 == 3, "a destination starts used and available")
            owners[index] = state.services[UInt32(value.service)].flatMap { $0.isService ? $0.keyText : nil }
        case .updateDestination(let index, let value), .restoreDestination(let index, let value):
            let old = state.destinations[index]
            expect(old.map { $0.identity == value.identity } ?? false, "index \(index) changes its real server")
        case .retireDestination(let index):
            expect(
                state.destinations[index].map { $0.flags & 2 != 0 } ?? false, "retires \(index), which is not serving")
        case .freeDestination(let index):
            expect(state.destinations[index].map { $0.flags & 2 == 0 } ?? false, "frees \(index), which is serving")
        case .writeRing(let base, let entries): checkRegion(base, entries.count)
        case .writeService(let slot, let value): checkFill(slot, value)
        case .blockSlot(let slot): expect(state.services[slot] == nil, "slot \(slot) is not empty")
        case .switchRing(let slot, _, _, _), .forgetPreviousRing(let slot), .setServiceFlags(let slot, _, _, _),
            .removeService(let slot):
            expect((state.services[slot]?.kind ?? 0) >= 2, "slot \(slot) holds nothing")
        case .emptySlot(let slot):
            expect(state.services[slot]?.kind == 1, "slot \(slot) is not deleted")
            expect(state.services[(slot + 1) % 65_536] == nil, "slot \(slot) breaks a chain")
        case .writeInterface, .removeInterface: break
        }
    }

    private mutating func checkRegion(_ base: UInt32, _ count: Int) {
        let region = base..<base + UInt32(count)
        expect(region.upperBound <= 8_192 * 1_024, "a ring past the arena's end")
        for (slot, value) in state.services where value.isService {
            for ring in [value.ring, value.previous] where ring.size > 0 {
                expect(!region.overlaps(ring.base..<ring.base + ring.size), "writes into a ring of slot \(slot)")
            }
        }
    }

    private mutating func checkFill(_ slot: UInt32, _ value: sluice_service) {
        expect((state.services[slot]?.kind ?? 0) <= 1, "slot \(slot) is taken")
        for (index, destination) in state.destinations where destination.service == slot {
            if let owner = owners[index] {
                expect(owner == value.keyText, "slot \(slot) of \(owner) goes to \(value.keyText)")
            }
            owners[index] = value.keyText
        }
    }

    // MARK: What packets meet

    private func touched(by edit: Edit) -> [UInt32] {
        switch edit {
        case .writeService(let slot, _), .switchRing(let slot, _, _, _), .setServiceFlags(let slot, _, _, _),
            .forgetPreviousRing(let slot), .removeService(let slot):
            [slot]
        case .writeDestination(let index, _), .updateDestination(let index, _), .restoreDestination(let index, _),
            .retireDestination(let index), .freeDestination(let index):
            state.destinations[index].map { [UInt32($0.service)] } ?? []
        case .writeRing, .blockSlot, .emptySlot, .writeInterface, .removeInterface: []
        }
    }

    /// A service names only destinations of its own that serve, and its scheduler can read its ring.
    private mutating func checkService(_ slot: UInt32) {
        guard let value = state.services[slot], value.isService else { return }
        for entry in Set(entries(value.ring)) where entry != SLUICE_RING_NONE {
            let destination = state.destinations[UInt16(truncatingIfNeeded: entry)]
            expect(
                entry <= 0xffff && (destination?.flags ?? 0) & 3 == 3,
                "slot \(slot) names \(entry), which does not serve")
            expect(destination?.service == UInt16(slot), "slot \(slot) names \(entry), of another service")
        }
        if value.scheduler == 2 { expect([0, 256].contains(value.ring.size), "sh with \(value.ring.size) buckets") }
        checkOverlap(slot, value)
    }

    /// Each key that is in the table is found, where it is.
    private mutating func checkLookUps() {
        for (slot, value) in state.services where value.kind >= 2 {
            let bytes = withUnsafeBytes(of: value.address) { Array($0.suffix(value.family == 4 ? 4 : 16)) }
            let found = find(IPAddress(bytes: bytes)!, port: UInt16(bigEndian: value.port), protocol: value.protocol)
            expect(found?.slot == slot, "slot \(slot) is not found")
        }
    }

    private mutating func checkOverlap(_ slot: UInt32, _ value: sluice_service) {
        guard value.ring.size > 0 else { return }
        let region = value.ring.base..<value.ring.base + value.ring.size
        for (other, neighbour) in state.services where other != slot && neighbour.isService && neighbour.ring.size > 0 {
            let theirs = neighbour.ring.base..<neighbour.ring.base + neighbour.ring.size
            expect(!region.overlaps(theirs), "slots \(slot) and \(other) share entries")
        }
    }

    /// Looks a key up as the forwarder does, with a hash of its own.
    func find(_ address: IPAddress, port: UInt16 = 0, protocol number: UInt8 = 0) -> (
        slot: UInt32, value: sluice_service
    )? {
        let padded = [UInt8](repeating: 0, count: 16 - address.bytes.count) + address.bytes
        let words = stride(from: 0, to: 16, by: 4).map { start in
            (0..<4).reduce(UInt64(0)) { $0 | UInt64(padded[start + $1]) << UInt64(8 * $1) }
        }
        let ports =
            UInt64(port >> 8) | UInt64(port & 0xff) << 8 | UInt64(number) << 16 | UInt64(address.family.rawValue) << 24
        let secret = state.settings.secret
        let sum =
            words[0] &* secret.0 &+ words[1] &* secret.1 &+ words[2] &* secret.2 &+ words[3] &* secret.3 &+ ports
            &* secret.4
        let hash = (sum ^ sum >> 32) &* 0x9e37_79b9_7f4a_7c15
        for probe in 0..<UInt64(32) {
            let slot = UInt32((hash >> 32 &+ probe) & 65_535)
            guard let value = state.services[slot], value.kind != 0 else { return nil }
            let bytes = withUnsafeBytes(of: value.address) { Array($0) }
            if value.kind != 1, bytes == padded, value.family == address.family.rawValue, value.protocol == number,
                UInt16(bigEndian: value.port) == port
            {
                return (slot, value)
            }
        }
        return nil
    }

    func find(_ service: VirtualService) -> (slot: UInt32, value: sluice_service)? {
        find(service.address, port: service.port, protocol: service.transport.rawValue)
    }

    /// The index of a real server of a service that stands in the table.
    func index(of server: RealServer, in service: VirtualService) -> UInt16? {
        guard let slot = find(service)?.slot else { return nil }
        let bytes = [UInt8](repeating: 0, count: 16 - server.address.bytes.count) + server.address.bytes
        let mode: UInt8 =
            switch server.mode {
            case .dr: 0
            case .tun: 1
            case .nat: 2
            }
        return state.destinations.first { _, value in
            value.service == slot && withUnsafeBytes(of: value.address) { Array($0) } == bytes && value.mode == mode
                && UInt16(bigEndian: value.port) == server.port
        }?.key
    }
}

extension sluice_service {
    var isService: Bool { kind == 2 }
    var keyText: String { "\(address) \(port) \(self.protocol) \(family)" }
}

extension sluice_destination {
    var identity: String { "\(service) \(address) \(port) \(mode) \(family)" }
    var isAvailable: Bool { flags & 2 != 0 }
    var isResolved: Bool { flags & 4 != 0 }
}

extension Edit {
    /// The case's name.
    var name: String { String(String(describing: self).prefix { $0 != "(" }) }
}
