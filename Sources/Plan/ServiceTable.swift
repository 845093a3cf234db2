import CSluiceABI

/// The service table as a plan goes on: where each key lies, and which slots may take another.
struct ServiceTable {
    private let secret: [UInt64]
    /// All slots that are not EMPTY.
    private(set) var slots: [UInt32: sluice_service]
    /// Slots that some destination in use names, also a retired one: they take no other key.
    private var held: Set<UInt32>
    /// EMPTY slots that had to become DELETED since the last call of `takeBlocked`.
    private var blocked: [UInt32] = []

    private static let size = UInt32(SLUICE_SERVICE_SLOTS)

    init(_ actual: ActualState) {
        slots = actual.services
        held = Set(actual.destinations.values.map { UInt32($0.service) })
        secret = withUnsafeBytes(of: actual.settings.secret) { Array($0.bindMemory(to: UInt64.self)) }
    }

    /// The slots, in the order of probing, at which a key may lie.
    private func reach(of key: ServiceKey) -> some Sequence<UInt32> {
        let home = secret.withUnsafeBufferPointer { key.home(secret: $0) }
        return (0..<UInt32(SLUICE_SERVICE_PROBES)).lazy.map { (home + $0) % Self.size }
    }

    /// The slot where a look-up finds the key.
    func find(_ key: ServiceKey) -> UInt32? {
        let wanted = key.slotValue
        for slot in reach(of: key) {
            guard let entry = slots[slot], let kind = entry.slotKind else { return nil }
            switch kind {
            case .SLUICE_SLOT_EMPTY: return nil
            case .SLUICE_SLOT_DELETED: continue
            case .SLUICE_SLOT_SERVICE, .SLUICE_SLOT_VIP, .SLUICE_SLOT_SERVER, .SLUICE_SLOT_MAC:
                if entry.hasKey(of: wanted) { return slot }
            }
        }
        return nil
    }

    /// The key's slot, and whether it was in the table.
    mutating func findOrPlace(
        _ key: ServiceKey, kind: sluice_slot_kind
    ) throws(PlanError) -> (slot: UInt32, isOld: Bool) {
        if let slot = find(key) { return (slot, true) }
        return (try place(key, kind: kind), false)
    }

    /// Gives a key that is not in the table a slot, and puts a value of that kind there.
    ///
    /// A slot that a removed service of the same key had goes first if destinations still name it: they are its own.
    private mutating func place(_ key: ServiceKey, kind: sluice_slot_kind) throws(PlanError) -> UInt32 {
        var value = key.slotValue
        value.kind = UInt8(kind.rawValue)
        guard let slot = choose(key, value) else { throw .noServiceSlot(key: key.description) }
        for passed in reach(of: key) {
            if passed == slot { break }
            if slots[passed] == nil { block(passed) }
        }
        slots[slot] = value
        return slot
    }

    private func choose(_ key: ServiceKey, _ value: sluice_service) -> UInt32? {
        var free: UInt32?
        for slot in reach(of: key) {
            guard let entry = slots[slot] else {
                if held.contains(slot) { continue }
                return free ?? slot
            }
            guard entry.slotKind == .SLUICE_SLOT_DELETED else { continue }
            if held.contains(slot) {
                if entry.hasKey(of: value) { return slot }
            } else if free == nil {
                free = slot
            }
        }
        return free
    }

    private mutating func block(_ slot: UInt32) {
        slots[slot] = .deleted
        blocked.append(slot)
    }

    /// The slots to be blocked before those that were placed since the last call are filled.
    mutating func takeBlocked() -> [UInt32] {
        defer { blocked = [] }
        return blocked
    }

    /// Notes that a destination names the slot.
    mutating func hold(_ slot: UInt32) { held.insert(slot) }

    /// Makes a slot DELETED.
    mutating func remove(_ slot: UInt32) { slots[slot]?.removeAllButKey() }

    /// Makes those DELETED slots EMPTY that no look-up needs to pass over and no destination names: the last of each
    /// run.
    mutating func collapse() -> [UInt32] {
        var emptied: [UInt32] = []
        let deleted = slots.filter { $0.value.slotKind == .SLUICE_SLOT_DELETED }.keys.sorted()
        for last in deleted where slots[(last + 1) % Self.size] == nil {
            var slot = last
            while let entry = slots[slot], entry.slotKind == .SLUICE_SLOT_DELETED, !held.contains(slot) {
                slots[slot] = nil
                emptied.append(slot)
                slot = (slot + Self.size - 1) % Self.size
            }
        }
        return emptied
    }
}
