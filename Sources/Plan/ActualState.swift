import CSluiceABI

/// A snapshot of what the maps say. The rings' contents are not part of it: see `Planner.edits`.
package struct ActualState: Sendable {
    /// By slot, below SLUICE_SERVICE_SLOTS: all whose kind is not EMPTY.
    package var services: [UInt32: sluice_service]
    /// By index: all with the flag USED.
    package var destinations: [UInt16: sluice_destination]
    /// By slot, below SLUICE_INTERFACE_SLOTS: all whose ifindex is not 0.
    package var interfaces: [UInt32: sluice_interface]
    /// Its secrets decide where services lie.
    package var settings: sluice_settings

    package init(
        services: [UInt32: sluice_service] = [:], destinations: [UInt16: sluice_destination] = [:],
        interfaces: [UInt32: sluice_interface] = [:], settings: sluice_settings
    ) {
        self.services = services
        self.destinations = destinations
        self.interfaces = interfaces
        self.settings = settings
    }
}

extension ActualState {
    /// The snapshot after an edit. A slot or index that the edit presumes must be there.
    package mutating func apply(_ edit: Edit) {
        switch edit {
        case .writeInterface(let slot, let value): interfaces[slot] = value
        case .removeInterface(let slot): interfaces[slot] = nil
        case .writeDestination(let index, let value), .updateDestination(let index, let value),
            .restoreDestination(let index, let value):
            destinations[index] = value
        case .retireDestination(let index):
            destinations[index]?.flags &= ~UInt8(SLUICE_DESTINATION_AVAILABLE)
        case .freeDestination(let index): destinations[index] = nil
        case .writeRing: break
        case .blockSlot(let slot): services[slot] = .deleted
        case .writeService(let slot, let value): services[slot] = value
        case .switchRing(let slot, let ring, let previous, let settled):
            services[slot]?.ring = ring
            services[slot]?.previous = previous
            services[slot]?.settled = settled
        case .forgetPreviousRing(let slot):
            services[slot]?.previous = sluice_ring()
            services[slot]?.settled = 0
        case .setServiceFlags(let slot, let kind, let scheduler, let flags):
            services[slot]?.kind = UInt8(kind.rawValue)
            services[slot]?.scheduler = UInt8(scheduler.rawValue)
            services[slot]?.flags = flags
        case .removeService(let slot): services[slot]?.removeAllButKey()
        case .emptySlot(let slot): services[slot] = nil
        }
    }
}

extension sluice_service {
    /// A slot that look-ups pass over, without a key.
    static var deleted: sluice_service {
        var value = sluice_service()
        value.kind = UInt8(sluice_slot_kind.SLUICE_SLOT_DELETED.rawValue)
        return value
    }

    /// Marks the slot DELETED; the key stays, so that the service finds its destinations again if it returns.
    mutating func removeAllButKey() {
        var value = Self.deleted
        value.address = address
        value.port = port
        value.protocol = self.protocol
        value.family = family
        self = value
    }
}
