import Testing
import Wire

@testable import Health

/// A checker under test, with a clock that the test moves.
struct CheckerRig {
    var checker: Checker
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// The run that was begun last.
    var runID: UInt32 = 0
    var step = 0

    static let failure = CheckFailure.refused

    init(_ change: (inout CheckerSettings) -> Void = { _ in }) {
        var settings = CheckerSettings()
        settings.delayLoop = .seconds(10)
        settings.delayBeforeRetry = .seconds(2)
        settings.warmup = .seconds(8)
        change(&settings)
        checker = Checker(settings)
    }

    /// Started, the first run under way.
    static func running(_ change: (inout CheckerSettings) -> Void = { _ in }) -> CheckerRig {
        var rig = CheckerRig(change)
        rig.handle(.start(randomShare: 0))
        rig.handle(.timer)
        return rig
    }

    @discardableResult mutating func handle(_ event: Checker.Event) -> [Checker.Action] {
        var actions: [Checker.Action] = []
        checker.handle(event, at: now, into: &actions)
        for case .run(let step, let id) in actions { (self.step, runID) = (step, id) }
        return actions
    }

    /// The present run ends so; what is to be done.
    @discardableResult mutating func finish(_ outcome: CheckOutcome) -> [Checker.Action] {
        handle(.finished(id: runID, outcome))
    }

    @discardableResult mutating func finish(_ passes: Bool) -> [Checker.Action] {
        finish(passes ? .passed() : .failed(Self.failure))
    }

    /// Waits for the next deadline; how long that was.
    @discardableResult mutating func wait() -> Duration? {
        guard let due = checker.nextDeadline else { return nil }
        let pause = due - now
        now = max(now, due)
        handle(.timer)
        return pause
    }

    /// One run after the other; the verdicts.
    mutating func results(_ results: [Bool]) -> [Checker.Verdict] {
        var verdicts: [Checker.Verdict] = []
        for passes in results {
            for case .verdict(let verdict) in finish(passes) { verdicts.append(verdict) }
            wait()
        }
        return verdicts
    }
}
