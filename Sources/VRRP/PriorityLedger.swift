/// The effective priority of a virtual router: its base priority and what each tracker gives or takes, with the account
/// of it. Weights are keepalived's:
///
/// | weight | tracker up | tracker down | with `reverse` |
/// |---|---|---|---|
/// | w > 0 | + w | nothing | - w when up |
/// | w < 0 | nothing | - \|w\| | + \|w\| when down |
/// | 0 | nothing | fault | fault when up |
///
/// A file tracker counts value x weight (negated by `reverse`), at most 253; -254 or less is a fault; with weight 0 any
/// value but 0 is a fault (with `reverse` the value 0).
package struct PriorityLedger: Hashable, Sendable {
    /// What is tracked.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case script, interface, file, process, bfd
        /// Quorum of a virtual service.
        case service
    }

    /// One tracker as configured for this router (or for its sync group).
    package struct Tracker: Hashable, Sendable {
        /// What is tracked.
        package var kind: Kind
        /// The script's, interface's, ... name.
        package var name: String
        /// -254...254; 0 makes a tracker that is down a fault.
        package var weight: Int
        /// `reverse`.
        package var isReversed: Bool

        /// From its parts.
        package init(_ kind: Kind, name: String, weight: Int = 0, isReversed: Bool = false) {
            self.kind = kind
            self.name = name
            self.weight = weight
            self.isReversed = isReversed
        }
    }

    /// What a tracker says.
    package enum Verdict: Hashable, Sendable {
        /// Nothing yet: gives and takes nothing; with weight 0 the router has to wait for it.
        case waiting
        case up, down
        /// What a file holds.
        case value(Int)
    }

    /// One line of the account.
    package struct Entry: Hashable, Sendable {
        /// Who.
        package var tracker: Tracker
        /// What it says.
        package var verdict: Verdict
        /// What it gives (or takes, if negative).
        package var contribution: Int
        /// It keeps the router from running.
        package var isFault: Bool
    }

    /// The configured priority, 1...255.
    package let base: UInt8
    /// The account, in the order of the trackers.
    package private(set) var entries: [Entry]

    /// All trackers wait. In a sync group without `sync_group_tracking_weight` pass `SyncGroup.weightless(trackers)`.
    package init(base: UInt8, trackers: [Tracker]) {
        self.base = base
        entries = trackers.map { Entry(tracker: $0, verdict: .waiting, contribution: 0, isFault: false) }
    }

    /// Enters what a tracker says; true if it said something else before.
    package mutating func record(_ verdict: Verdict, of index: Int) -> Bool {
        guard entries.indices.contains(index), entries[index].verdict != verdict else { return false }
        let tracker = entries[index].tracker
        entries[index].verdict = verdict
        entries[index].isFault = Self.isFault(verdict, tracker)
        entries[index].contribution = Self.contribution(verdict, tracker)
        return true
    }

    /// The same for all trackers of this kind and name, of which there may be none.
    package mutating func record(_ verdict: Verdict, kind: Kind, name: String) -> Bool {
        var hasChanged = false
        for index in entries.indices where entries[index].tracker.kind == kind && entries[index].tracker.name == name {
            if record(verdict, of: index) { hasChanged = true }
        }
        return hasChanged
    }

    /// What goes out in adverts: 1...254, or 255 for an owner, whatever the trackers say (requirement 34).
    package var priority: UInt8 {
        guard base != 255 else { return 255 }
        return UInt8(min(max(entries.reduce(Int(base)) { $0 + $1.contribution }, 1), 254))
    }

    /// A tracker of weight 0 is down: `Fault.tracker`.
    package var isFaulted: Bool { entries.contains { $0.isFault } }

    /// A script of weight 0 hasn't run yet: `Fault.waitingForTracker`.
    package var isWaiting: Bool {
        entries.contains { $0.tracker.weight == 0 && $0.verdict == .waiting }
    }

    private static func isFault(_ verdict: Verdict, _ tracker: Tracker) -> Bool {
        switch verdict {
        case .waiting: false
        case .up: tracker.weight == 0 && tracker.isReversed
        case .down: tracker.weight == 0 && !tracker.isReversed
        case .value(let value):
            tracker.weight == 0
                ? (value == 0) == tracker.isReversed : product(value, tracker) <= -254
        }
    }

    private static func contribution(_ verdict: Verdict, _ tracker: Tracker) -> Int {
        let sign = tracker.isReversed ? -1 : 1
        switch verdict {
        case .waiting: return 0
        case .up: return tracker.weight > 0 ? tracker.weight * sign : 0
        case .down: return tracker.weight < 0 ? tracker.weight * sign : 0
        case .value(let value):
            guard tracker.weight != 0 else { return 0 }
            let product = product(value, tracker)
            return product <= -254 ? 0 : min(product, 253)
        }
    }

    /// Value x weight, limited long before it could overflow.
    private static func product(_ value: Int, _ tracker: Tracker) -> Int {
        let limited = min(max(value, -65_536), 65_536)
        return limited * min(max(tracker.weight, -254), 254) * (tracker.isReversed ? -1 : 1)
    }
}
