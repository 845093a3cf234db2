import Wire

/// One real server of a virtual service: up if and only if all its checkers are, with the weight that checkers may
/// change and the slow start. `VirtualServiceHealth` decides with it what stands in the forwarder's table.
package struct RealServerHealth: Hashable, Sendable {
    /// What is known of one of its checkers.
    package struct Standing: Hashable, Sendable {
        /// As `Checker.isUp`.
        package internal(set) var isUp: Bool
        /// As `Checker.hasRun`.
        package internal(set) var hasRun = false
        /// FILE_CHECK: what it adds to the weight.
        package internal(set) var addedWeight: Int64 = 0
        /// What its last failure was; nil if it is up, or was never run.
        package internal(set) var failure: CheckFailure?
    }

    /// As configured.
    package internal(set) var settings: RealServerSettings
    /// One for each of `settings.checkers`.
    package internal(set) var standings: [Standing]
    /// Whether it is up: after `start`, that all checkers are.
    package internal(set) var isUp = false
    /// Since when; nil before the start.
    package internal(set) var since: Instant?
    /// Was up at some time.
    var hasBeenUp = false
    /// The configured weight, or what MISC_CHECK set.
    var baseWeight: UInt32
    /// What stands in the forwarder's table; nil: it is not there.
    package internal(set) var placedWeight: UInt32?
    /// Coming back slowly; nil: not.
    package internal(set) var ramp: SlowStart?

    init(_ settings: RealServerSettings) {
        self.settings = settings
        standings = settings.checkers.map { Standing(isUp: !$0.startsDown) }
        baseWeight = settings.weight
    }

    /// Whether no checker is down.
    var passesAll: Bool { standings.allSatisfy(\.isUp) }

    /// The weight while it is up, slow start apart: 0 to 2147483647.
    package var weight: UInt32 {
        var sum = Int64(baseWeight)
        let limit = CheckOutcome.weightLimit
        for standing in standings { sum += min(max(standing.addedWeight, -limit), limit) }
        return UInt32(min(max(sum, 0), limit))
    }

    /// What it gives to the quorum.
    var liveWeight: Int64 { isUp ? Int64(weight) : 0 }

    /// The weight now, slow start counted in.
    var currentWeight: UInt32 { ramp?.weight(of: weight) ?? weight }

    /// What should stand in the table; nil: nothing. `isServing`: no sorry server has taken its place.
    func wantedWeight(isServing: Bool) -> UInt32? {
        if isUp, isServing { return currentWeight }
        return settings.inhibitsOnFailure ? 0 : nil
    }

    /// What a reload makes of an old server with the same place. A checker with the same key goes on. A new `alpha`
    /// checker counts as up if the server is known to be well, else as down until it has run (as keepalived).
    mutating func carry(from old: RealServerHealth) {
        isUp = old.isUp
        since = old.since
        hasBeenUp = old.hasBeenUp
        placedWeight = old.placedWeight
        ramp = old.ramp
        if settings.weight == old.settings.weight { baseWeight = old.baseWeight }
        for (index, checker) in settings.checkers.enumerated() {
            if let same = old.settings.checkers.firstIndex(where: { $0.key == checker.key }) {
                standings[index] = old.standings[same]
            }
        }
        let hasFailed = standings.contains { $0.hasRun && !$0.isUp }
        let isUnknown = !old.isUp && !standings.contains(where: \.hasRun)
        for index in standings.indices where !standings[index].hasRun {
            standings[index].isUp = !(settings.checkers[index].startsDown && (hasFailed || isUnknown))
        }
    }
}

/// `sluice_slow_start`: a server that comes back gets a tenth of its weight at once, and a tenth more after each tenth
/// of the time.
package struct SlowStart: Hashable, Sendable {
    /// How many steps there are.
    static let steps: Int64 = 10
    /// Tenths of the weight that it has now, 1 to 9.
    package private(set) var tenths: Int64 = 1
    /// When it gets the next.
    package private(set) var nextStep: Instant
    private let interval: Duration

    /// Begins at `now`; `duration` is more than zero.
    init(duration: Duration, at now: Instant) {
        interval = max(.nanoseconds(duration.nanosecondsClamped / Self.steps), .nanoseconds(1))
        nextStep = now + interval
    }

    /// Catches up with the time; false when it is over.
    mutating func advance(to now: Instant) -> Bool {
        guard nextStep <= now else { return true }
        let elapsed = (now - nextStep).nanosecondsClamped / interval.nanosecondsClamped + 1
        tenths += min(elapsed, Self.steps)
        nextStep = nextStep + .nanoseconds(interval.nanosecondsClamped * min(elapsed, Self.steps))
        return tenths < Self.steps
    }

    /// So many tenths of the weight, rounded up: only weight 0 gives 0.
    func weight(of full: UInt32) -> UInt32 {
        UInt32((Int64(full) * min(tenths, Self.steps) + Self.steps - 1) / Self.steps)
    }
}
