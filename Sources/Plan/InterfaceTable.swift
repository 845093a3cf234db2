import CSluiceABI

/// The interface table as a plan goes on: open-addressed by ifindex, without marks for removed entries.
struct InterfaceTable {
    private var slots: [UInt32: sluice_interface]
    private static let size = UInt32(SLUICE_INTERFACE_SLOTS)
    private static let probes = UInt32(SLUICE_INTERFACE_PROBES)

    init(_ actual: ActualState) { slots = actual.interfaces }

    private func find(_ ifindex: UInt32) -> UInt32? {
        for probe in 0..<Self.probes {
            let slot = (ifindex + probe) % Self.size
            guard let entry = slots[slot] else { return nil }
            if entry.ifindex == ifindex { return slot }
        }
        return nil
    }

    /// The edit that makes an interface's entry right; nil if it is.
    mutating func write(_ interface: InterfaceState) throws(PlanError) -> Edit? {
        let value = sluice_interface(interface)
        if let slot = find(interface.ifindex) {
            if let old = slots[slot], sameBytes(old, value) { return nil }
            slots[slot] = value
            return .writeInterface(slot: slot, value)
        }
        let reach = (0..<Self.probes).map { (interface.ifindex + $0) % Self.size }
        guard let slot = reach.first(where: { slots[$0] == nil }) else {
            throw .noInterfaceSlot(ifindex: interface.ifindex)
        }
        slots[slot] = value
        return .writeInterface(slot: slot, value)
    }

    /// The edits that remove all other interfaces. A look-up ends at an empty slot, so what lies behind one moves up
    /// first.
    mutating func remove(allBut kept: Set<UInt32>) -> [Edit] {
        var edits: [Edit] = []
        while let slot = slots.filter({ !isRight($0.key, $0.value, kept) }).keys.min() {
            remove(slot, into: &edits)
        }
        return edits
    }

    private func isRight(_ slot: UInt32, _ entry: sluice_interface, _ kept: Set<UInt32>) -> Bool {
        kept.contains(entry.ifindex) && find(entry.ifindex) == slot
    }

    private mutating func remove(_ slot: UInt32, into edits: inout [Edit]) {
        var hole = slot
        var behind = (slot + 1) % Self.size
        while let entry = slots[behind] {
            let home = entry.ifindex % Self.size
            let distance = (behind + Self.size - home) % Self.size
            if distance >= (behind + Self.size - hole) % Self.size {
                slots[hole] = entry
                edits.append(.writeInterface(slot: hole, entry))
                hole = behind
            }
            behind = (behind + 1) % Self.size
        }
        slots[hole] = nil
        edits.append(.removeInterface(slot: hole))
    }
}

extension sluice_interface {
    init(_ state: InterfaceState) {
        self.init(
            ifindex: state.ifindex, mac: state.mac.tuple, attached: state.attached ? 1 : 0,
            generic: state.generic ? 1 : 0, mtu: state.mtu)
    }
}
