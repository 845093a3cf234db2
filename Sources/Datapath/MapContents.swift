internal import CSluiceABI
package import Plan

extension ForwarderMaps {
    /// What the controller's maps say now, for the planner.
    package func snapshot() -> ActualState {
        var state = ActualState(settings: settings[0])
        for slot in 0..<services.count {
            let service = services[slot]
            if service.kind != UInt8(sluice_slot_kind.SLUICE_SLOT_EMPTY.rawValue) {
                state.services[UInt32(slot)] = service
            }
        }
        for index in 0..<destinations.count {
            let destination = destinations[index]
            if destination.flags & UInt8(SLUICE_DESTINATION_USED) != 0 {
                state.destinations[UInt16(index)] = destination
            }
        }
        for slot in 0..<interfaces.count where interfaces[slot].ifindex != 0 {
            state.interfaces[UInt32(slot)] = interfaces[slot]
        }
        return state
    }

    /// Applies one edit, its words in the order that the edit's description asks for.
    package func apply(_ edit: Edit) {
        switch edit {
        case .writeInterface(let slot, let value): write(interface: value, at: Int(slot))
        case .removeInterface(let slot): interfaces.store(sluice_interface(), at: Int(slot), words: 0..<2)
        case .writeDestination(let index, let value):
            zeroCounters(of: index)
            // Word 0 has the flags.
            destinations.store(value, at: Int(index), words: (0..<8).reversed())
        case .updateDestination(let index, let value), .restoreDestination(let index, let value):
            update(value, at: Int(index))
        case .retireDestination(let index): retire(Int(index))
        case .freeDestination(let index): destinations.store(sluice_destination(), at: Int(index), words: 0..<8)
        case .writeRing(let base, let entries): rings.write(base: base, entries)
        case .blockSlot, .writeService, .switchRing, .forgetPreviousRing, .setServiceFlags, .removeService, .emptySlot:
            applyToService(edit)
        }
    }

    private func applyToService(_ edit: Edit) {
        switch edit {
        case .blockSlot(let slot):
            store(slot, words: [2]) { $0.kind = UInt8(sluice_slot_kind.SLUICE_SLOT_DELETED.rawValue) }
        case .writeService(let slot, let value):
            // Word 2 has the kind.
            services.store(value, at: Int(slot), words: [0, 1, 3, 4, 5, 6, 7, 2])
        case .switchRing(let slot, let ring, let previous, let settled):
            store(slot, words: [4, 5, 3]) {
                $0.previous = previous
                $0.settled = settled
                $0.ring = ring
            }
        case .forgetPreviousRing(let slot):
            store(slot, words: [4, 5]) {
                $0.previous = sluice_ring()
                $0.settled = 0
            }
        case .setServiceFlags(let slot, let kind, let scheduler, let flags):
            store(slot, words: [2]) {
                $0.kind = UInt8(kind.rawValue)
                $0.scheduler = UInt8(scheduler.rawValue)
                $0.flags = flags
            }
        case .removeService(let slot):
            store(slot, words: [2, 3, 4, 5]) {
                $0.kind = UInt8(sluice_slot_kind.SLUICE_SLOT_DELETED.rawValue)
                $0.flags = 0
                $0.scheduler = 0
                $0.ring = sluice_ring()
                $0.previous = sluice_ring()
                $0.settled = 0
            }
        case .emptySlot(let slot): services.store(sluice_service(), at: Int(slot), words: [2, 0, 1, 3, 4, 5, 6, 7])
        default: preconditionFailure("an edit of a destination, ring or interface came to the services")
        }
    }

    private func store(_ slot: UInt32, words: [Int], _ change: (inout sluice_service) -> Void) {
        var value = services[Int(slot)]
        change(&value)
        services.store(value, at: Int(slot), words: words)
    }

    private func write(interface value: sluice_interface, at slot: Int) {
        // Word 0 has the ifindex, by which it is found.
        interfaces.store(value, at: slot, words: [1, 0])
    }

    /// Words 0 and 1 alone where they suffice; where others differ, RESOLVED is off while they are written.
    private func update(_ value: sluice_destination, at index: Int) {
        var unresolved = destinations[index]
        let isMoved = withUnsafeBytes(of: unresolved) { old in
            withUnsafeBytes(of: value) { !old[16...].elementsEqual($0[16...]) }
        }
        if isMoved {
            unresolved.flags &= ~UInt8(SLUICE_DESTINATION_RESOLVED)
            destinations.store(unresolved, at: index, words: [0])
        }
        destinations.store(value, at: index, words: isMoved ? (1..<8).reversed() + [0] : [1, 0])
    }

    private func retire(_ index: Int) {
        var value = destinations[index]
        value.flags &= ~UInt8(SLUICE_DESTINATION_AVAILABLE)
        destinations.store(value, at: index, words: [0])
    }
}
