import Wire

/// One checker of one real server: when to run, and what its results amount to. A pure value: it reads no clock, draws
/// no random number and opens no socket.
///
/// - Up: a run that fails is repeated after `delayBeforeRetry`, up to `retries` times, then the checker is down. A
///   checker that has never passed nor failed goes down at its first failure.
/// - Down: the next run comes after `delayLoop`; one success is enough.
package struct Checker: Hashable, Sendable {
    /// What happens to it.
    package enum Event: Hashable, Sendable {
        /// Run, for the first time after `randomShare` (0 to 1, drawn by the shell) of the warmup, so that checks are
        /// spread.
        case start(randomShare: Double)
        /// `nextDeadline` has come.
        case timer
        /// A run ended; `id` is the one of `Action.run`. A late result of a run that was stopped is ignored.
        case finished(id: UInt32, CheckOutcome)
        /// A run gets on: it has come to this phase, or bytes of the body have come. Its time begins anew, within
        /// `wholeLimit`.
        case progressed(id: UInt32, CheckPhase)
        /// BFD_CHECK and FILE_CHECK, which don't run: something else knows the state. Counts at once, without retries.
        case reported(CheckOutcome)
        /// `ha_suspend`: the service's address is not on this machine. No more runs begin; one under way counts.
        case suspend
        /// The address is there again: runs go on in their old beat.
        case resume
        /// A reload changed the settings; the state is kept.
        case configure(CheckerSettings)
    }

    /// What to do, in the order given.
    package enum Action: Hashable, Sendable {
        /// Begin a run of this step (counted from 0: the URL or host), and say how it `finished`.
        case run(step: Int, id: UInt32)
        /// The run's time is up, and has been counted: close its socket, or send its process group SIGTERM, and SIGKILL
        /// if `isForced`.
        case stop(id: UInt32, isForced: Bool)
        /// To the real server's health: the weight changed. Comes before a verdict.
        case weight(CheckWeight)
        /// To the real server's health.
        case verdict(Verdict)
        /// A run failed and is repeated: for `log_all_failures`.
        case willRetry(CheckFailure)
        /// A run failed while the checker was down already: for `log_all_failures`.
        case stillDown(CheckFailure)
        /// This machine could not ask. Report it: it says nothing about the server.
        case obstacle(CheckObstacle)
    }

    /// What results amount to.
    package enum Verdict: Hashable, Sendable {
        /// Up, after it was down.
        case up
        /// Down, after it was up.
        case down(CheckFailure)
        /// Its first run failed, and it was down from the start (`startsDown`): keepalived tells this once.
        case downFromStart(CheckFailure)
    }

    /// As of the last event.
    package internal(set) var settings: CheckerSettings
    /// What its results amount to.
    package internal(set) var isUp: Bool
    /// Whether it ever passed (all its steps) or failed.
    package internal(set) var hasRun = false
    /// How many retries of the present trouble have begun, 0 to `settings.retries`.
    package internal(set) var retriesBegun = 0
    /// The step of the present or the next run, from 0.
    package internal(set) var step = 0
    /// How the last run ended; nil before that.
    package internal(set) var lastOutcome: CheckOutcome?
    /// How long it took; nil for what doesn't run.
    package internal(set) var lastDuration: Duration?
    /// Since when it is up or down; nil before `start`.
    package internal(set) var since: Instant?
    /// No runs begin.
    package internal(set) var isSuspended = false

    /// HTTP: the step that took it down has not passed again.
    var mustRepair = false
    private var nextRun: Instant?
    private var run: Run?
    private var lastID: UInt32 = 0

    private struct Run: Hashable {
        var id: UInt32
        var start: Instant
        var limit: Instant
        /// What it is doing.
        var phase: CheckPhase
        /// Counted, and told to stop.
        var isStopping = false
    }

    /// Waits for `start`, or for reports.
    package init(_ settings: CheckerSettings) {
        self.settings = settings
        isUp = !settings.startsDown
    }

    /// When the shell must send `Event.timer`; nil for never.
    package var nextDeadline: Instant? { run?.limit ?? nextRunDue }

    /// When the next run begins; nil while one is under way, before `start`, and while suspended.
    package var nextRunDue: Instant? { run == nil && !isSuspended ? nextRun : nil }

    /// True while a run is under way.
    package var isRunning: Bool { run != nil }

    /// Takes one event in; the actions are appended. A run that passes allocates nothing.
    package mutating func handle(_ event: Event, at now: Instant, into actions: inout [Action]) {
        switch event {
        case .start(let share):
            since = now
            nextRun = now + settings.warmup.share(share)
        case .timer:
            if let limit = run?.limit, limit <= now { overrun(at: now, into: &actions) }
            if let due = nextRunDue, due <= now { begin(at: now, into: &actions) }
        case .progressed(let id, let phase): progress(id, phase, at: now)
        case .finished(let id, let outcome):
            guard let current = run, current.id == id else { return }
            run = nil
            guard !current.isStopping else { return }
            conclude(outcome, began: current.start, at: now, into: &actions)
        case .reported(let outcome):
            report(outcome, at: now, into: &actions)
        case .suspend: isSuspended = true
        case .resume: resume(at: now)
        case .configure(let new): configure(new, at: now)
        }
    }
}

// MARK: Running

extension Checker {
    private mutating func begin(at now: Instant, into actions: inout [Action]) {
        lastID &+= 1
        nextRun = nil
        let limit = now + min(settings.timeout, settings.wholeLimit)
        run = Run(id: lastID, start: now, limit: limit, phase: settings.stopGrace == nil ? .connecting : .running)
        actions.append(.run(step: step, id: lastID))
    }

    private mutating func progress(_ id: UInt32, _ phase: CheckPhase, at now: Instant) {
        guard var current = run, current.id == id, !current.isStopping else { return }
        current.phase = phase
        current.limit = min(now + settings.timeout, current.start + settings.wholeLimit)
        run = current
    }

    /// The time is up: it counts now, and what is still there is told to go.
    private mutating func overrun(at now: Instant, into actions: inout [Action]) {
        guard var current = run else { return }
        actions.append(.stop(id: current.id, isForced: current.isStopping))
        let isFirst = !current.isStopping
        current.isStopping = true
        current.limit = now + max(settings.stopGrace ?? .zero, .milliseconds(1))
        run = settings.stopGrace == nil ? nil : current
        guard isFirst else { return }
        let outcome: CheckOutcome = settings.passesInSilence ? .passed() : .failed(.timedOut(current.phase))
        conclude(outcome, began: current.start, at: now, into: &actions)
    }

    private mutating func conclude(
        _ outcome: CheckOutcome, began: Instant, at now: Instant, into actions: inout [Action]
    ) {
        lastOutcome = outcome
        lastDuration = now - began
        let delay: Duration
        switch outcome {
        case .passed(let weight):
            if weight != .unchanged { actions.append(.weight(weight)) }
            delay = pass(at: now, into: &actions)
        case .failed(let failure): delay = fail(failure, at: now, into: &actions)
        case .notRun(let obstacle):
            actions.append(.obstacle(obstacle))
            delay = beat
        }
        nextRun = max((settings.countsFromStart ? began : now) + delay, now)
    }

    /// `delayLoop`, but never nothing: a loop without a pause is a mistake.
    var beat: Duration { max(settings.delayLoop, .milliseconds(1)) }

    private mutating func resume(at now: Instant) {
        guard isSuspended else { return }
        isSuspended = false
        guard let due = nextRun, due < now else { return }
        let missed = (now - due).nanosecondsClamped
        let beat = max(beat.nanosecondsClamped, 1)
        nextRun = due + .nanoseconds((missed / beat + 1) * beat)
    }

    private mutating func configure(_ new: CheckerSettings, at now: Instant) {
        settings = new
        retriesBegun = min(retriesBegun, max(new.retries, 0))
        if step >= new.steps.count { step = 0 }
        if let due = nextRun { nextRun = min(due, now + beat) }
    }
}

extension Duration {
    /// So much of it; a share outside 0 to 1 counts as the nearer end, and NaN as 0.
    fileprivate func share(_ share: Double) -> Duration {
        guard share > 0 else { return .zero }
        guard share < 1 else { return self }
        return .nanoseconds(Int64(Double(nanosecondsClamped) * share))
    }
}
