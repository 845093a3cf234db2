import Wire

/// A `vrrp_sync_group`: virtual routers that move together (requirement 37). A pure machine over their statuses: the
/// driver reports a member's status after each event that the member handled, and carries the orders out. It keeps no
/// time.
///
/// - A fault of one is a fault of all: every other member gets `Fault.group` until it is over.
/// - Members become active together, when all of them would be: a director whose peer is gone on one link only stays
///   backup on both, rather than to thrash.
/// - When one member loses the role, the others give it up, with a handover.
/// - The group is notified after its members, when all of them are in one state; a member that already is in that state
///   is not notified again (it made no transition).
package struct SyncGroup: Hashable, Sendable {
    /// What the group needs to know of a member.
    package struct Status: Hashable, Sendable {
        /// Where it is.
        package var state: VirtualRouter.State
        /// It asked to become active.
        package var wantsActive: Bool
        /// It has a fault that doesn't come from the group.
        package var hasOwnFault: Bool

        /// From its parts.
        package init(state: VirtualRouter.State, wantsActive: Bool, hasOwnFault: Bool) {
            self.state = state
            self.wantsActive = wantsActive
            self.hasOwnFault = hasOwnFault
        }
    }

    /// What to do, in order.
    package enum Action: Hashable, Sendable {
        /// Give this event to the member with this index, at once, and report its status afterwards.
        case order(member: Int, VirtualRouter.Event)
        /// The group as a whole moved (`notify` with GROUP, priority 0).
        case notify(from: VirtualRouter.State, to: VirtualRouter.State)
    }

    /// The group's name.
    package let name: String
    /// The members' names, in the order of their indices.
    package let members: [String]
    /// The state that all members were last in together: initialize, backup, active or fault.
    package private(set) var state = VirtualRouter.State.initialize
    private var statuses: [Status]
    private var toldFault: [Bool]

    /// None of the members has started.
    package init(name: String, members: [String]) {
        self.name = name
        self.members = members
        statuses = members.map { _ in Status(state: .initialize, wantsActive: false, hasOwnFault: false) }
        toldFault = members.map { _ in false }
    }

    /// A group whose members run already (a reload changed the membership): what they have in common is the group's state
    /// and is not notified; what is out of step is put right by the actions.
    package init(name: String, resuming routers: [VirtualRouter], into actions: inout [Action]) {
        self.init(name: name, members: routers.map(\.settings.name))
        statuses = routers.map(\.groupStatus)
        toldFault = routers.map { $0.faults.contains(Faults(.group)) }
        if let common = statuses.first?.state, common != .leaving, statuses.allSatisfy({ $0.state == common }) {
            state = common
        }
        spreadFaults(into: &actions)
        for member in statuses.indices { follow(member, into: &actions) }
        activate(into: &actions)
    }

    /// A member's status, after it handled an event. The actions are appended.
    package mutating func handle(_ status: Status, of member: Int, into actions: inout [Action]) {
        guard statuses.indices.contains(member), statuses[member] != status else { return }
        let old = statuses[member]
        statuses[member] = status
        spreadFaults(into: &actions)
        if old.state != status.state { follow(member, into: &actions) }
        if old.state == .leaving, status.state == .active { stayTogether(member, into: &actions) }
        activate(into: &actions)
        notify(into: &actions)
    }

    /// Without `sync_group_tracking_weight` the weights of trackers are ignored in a sync group: any that is down is a
    /// fault. Otherwise one member could be preempted alone.
    package static func weightless(_ trackers: [PriorityLedger.Tracker]) -> [PriorityLedger.Tracker] {
        trackers.map { tracker in
            var tracker = tracker
            tracker.weight = 0
            return tracker
        }
    }

    private mutating func spreadFaults(into actions: inout [Action]) {
        for member in statuses.indices {
            let isFaulted = statuses.indices.contains { $0 != member && statuses[$0].hasOwnFault }
            guard isFaulted != toldFault[member] else { continue }
            toldFault[member] = isFaulted
            actions.append(.order(member: member, .fault(.group, isRaised: isFaulted)))
        }
    }

    /// A member that is no longer active takes the others with it.
    private func follow(_ member: Int, into actions: inout [Action]) {
        switch statuses[member].state {
        case .initialize, .active, .fault: return
        case .backup, .leaving: break
        }
        guard !statuses[member].wantsActive else { return }
        for other in statuses.indices where other != member && statuses[other].state == .active {
            actions.append(.order(member: other, .group(.retreat)))
        }
    }

    /// A member takes its role back after a release that only another member's network has a successor for.
    private func stayTogether(_ member: Int, into actions: inout [Action]) {
        guard statuses.contains(where: { $0.state == .backup && !$0.wantsActive }) else { return }
        actions.append(.order(member: member, .group(.retreat)))
    }

    /// All would be active or are: so be it.
    private func activate(into actions: inout [Action]) {
        guard statuses.allSatisfy({ $0.state == .active || $0.wantsActive }) else { return }
        for member in statuses.indices where statuses[member].state != .active {
            actions.append(.order(member: member, .group(.activate)))
        }
    }

    private mutating func notify(into actions: inout [Action]) {
        guard let common = statuses.first?.state, common != state, common != .leaving else { return }
        guard statuses.allSatisfy({ $0.state == common }) else { return }
        actions.append(.notify(from: state, to: common))
        state = common
    }
}

extension VirtualRouter {
    /// For `SyncGroup.handle`.
    package var groupStatus: SyncGroup.Status {
        SyncGroup.Status(
            state: state, wantsActive: wantsActive, hasOwnFault: !faults.subtracting(Faults(.group)).isEmpty)
    }
}
