import CSluiceABI
import Scheduling
internal import Wire

/// (desired state, actual map contents) -> the edits that lead from the one to the other.
///
/// A planner remembers rings that it has seen to be right, so that a plan costs little where nothing has changed; the
/// edits are the same without that memory. All edits of all plans must be applied to the same maps, and by nobody else.
package struct Planner: Sendable {
    private var seen: [UInt32: SeenRing] = [:]

    package init() {}

    /// The edits, in the order in which they are to be applied; none if the maps say what is desired.
    ///
    /// Adding comes before use, and use before removing: interfaces, destinations, rings, then services, then what they
    /// used. Removed real servers keep their indexes until `reclaim`.
    /// - Parameter ringHolds: whether a region of the arena holds exactly these entries; asked for regions in use only.
    /// - Throws: if the desired state does not fit; the maps are then left alone.
    package mutating func edits(
        from actual: ActualState, to desired: DesiredState, ringHolds: (sluice_ring, [UInt32]) -> Bool
    ) throws(PlanError) -> [Edit] {
        var draft = PlanDraft(actual: actual, desired: desired, seen: seen)
        let edits = try draft.edits(ringHolds: ringHolds)
        seen = draft.seen
        return edits
    }

    /// The edits that free the indexes of removed real servers.
    /// - Parameter referenced: the indexes that flows name, by a sweep of the flow tables that began after the edits
    ///   that retired them were applied. Indexes that a ring may still name stay.
    package static func reclaim(_ actual: ActualState, referenced: Set<UInt16>) -> [Edit] {
        let retired = actual.destinations.filter { index, value in
            guard !value.isAvailable, !referenced.contains(index) else { return false }
            return actual.services[UInt32(value.service)].map { $0.previous.size == 0 } ?? true
        }
        var rest = actual
        let freed = retired.keys.sorted().map(Edit.freeDestination)
        for edit in freed { rest.apply(edit) }
        var table = ServiceTable(rest)
        return freed + table.collapse().map(Edit.emptySlot)
    }
}

/// What a ring that is known to be in the arena was built from.
struct SeenRing {
    let scheduler: sluice_scheduler
    let fallback: Bool
    let ringServers: Int
    let candidates: [Candidate]
    let ring: sluice_ring
}
