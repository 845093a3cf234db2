import CSluiceABI

/// One step from the actual map contents towards the desired ones. After each, what packets meet is complete.
///
/// Ring regions that a plan gives up are used again by later plans: before applying the next plan, wait until no packet
/// that was under way at the last switch can still be (one RCU grace period).
package enum Edit: Sendable {
    /// Fills or changes a slot of the interface table: ifindex last.
    case writeInterface(slot: UInt32, sluice_interface)
    /// Empties a slot of the interface table: ifindex first.
    case removeInterface(slot: UInt32)

    /// Fills a free index: flags last. Zero its counters first.
    case writeDestination(index: UInt16, sluice_destination)
    /// Changes the next hop, the weight or whether it is resolved, of an index in use. Two 8-byte stores suffice unless
    /// ifindex, source or sum differ: then take RESOLVED away first.
    case updateDestination(index: UInt16, sluice_destination)
    /// A removed real server is back at its old index: as `updateDestination`, with AVAILABLE set last. Counters stay.
    case restoreDestination(index: UInt16, sluice_destination)
    /// The real server is removed: takes AVAILABLE away. USED stays until no flow names the index.
    case retireDestination(index: UInt16)
    /// No flow names the index any more: zero all of it, flags first.
    case freeDestination(index: UInt16)

    /// Fills a region of the arena that no service names.
    case writeRing(base: UInt32, [UInt32])

    /// Makes an EMPTY slot DELETED, so that look-ups pass over it: destinations left from an interrupted plan name it.
    case blockSlot(slot: UInt32)
    /// Fills an EMPTY or DELETED slot, or a marker's: kind last.
    case writeService(slot: UInt32, sluice_service)
    /// Switches to another ring: `previous` and `settled` first, then `ring` as one 8-byte store.
    case switchRing(slot: UInt32, ring: sluice_ring, previous: sluice_ring, settled: UInt64)
    /// Zeroes `previous`, then `settled`.
    case forgetPreviousRing(slot: UInt32)
    /// Changes role, options, scheduler, or a marker's kind: one 8-byte store with the rest of that word.
    case setServiceFlags(slot: UInt32, kind: sluice_slot_kind, scheduler: sluice_scheduler, flags: UInt16)
    /// Makes a slot DELETED, kind first; flags, scheduler and rings become 0, and the key stays.
    case removeService(slot: UInt32)
    /// Makes a DELETED slot EMPTY and all of it 0.
    case emptySlot(slot: UInt32)
}
