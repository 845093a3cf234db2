import Wire

/// One `vrrp_script`: when to run it, when to end it, and what its results amount to. The timers: the next run (every
/// interval, a run still going on is not doubled), the run's timeout (SIGTERM, and the run has failed), and the grace
/// after that (SIGKILL).
package struct ScriptTracker: Hashable, Sendable {
    /// As configured.
    package struct Settings: Hashable, Sendable {
        /// Between the starts of two runs.
        package var interval: Duration = .seconds(1)
        /// How long a run may take; nil takes the interval.
        package var timeout: Duration?
        /// Successes in a row until it is up, at least 1.
        package var rise = 1
        /// Failures in a row until it is down, at least 1.
        package var fall = 1
        /// `init_fail`: down until it has risen, instead of decided by the first run.
        package var initFails = false

        /// keepalived's defaults.
        package init() {}
    }

    /// What happens to it.
    package enum Event: Hashable, Sendable {
        /// Run now and from now on.
        case start
        /// The run ended: exit status 0 or anything else, a signal included.
        case finished(isSuccess: Bool)
        /// The script could not be run at all: a failure.
        case failedToRun
        /// `nextDeadline` has come.
        case timer
    }

    /// What to do.
    package enum Action: Hashable, Sendable {
        /// Start the script, in a process group of its own.
        case run
        /// SIGTERM, then SIGKILL, to the process group.
        case terminate, kill
        /// Tell the ledgers.
        case verdict(PriorityLedger.Verdict)
        /// The last run isn't over: this one is left out.
        case skipped
    }

    /// As configured.
    package let settings: Settings
    /// What its results amount to.
    package private(set) var verdict: PriorityLedger.Verdict
    /// Results in a row against the verdict.
    package private(set) var streak = 0

    private enum Run: Hashable { case idle, running, terminating, killed }
    private var run = Run.idle
    private var nextRun: Instant?
    private var limit: Instant?

    /// How long a script may take to die of SIGTERM.
    package static let killDelay = Duration.seconds(2)

    /// Waits for `start`.
    package init(_ settings: Settings) {
        self.settings = settings
        verdict = settings.initFails ? .down : .waiting
    }

    /// When the shell must send `Event.timer`; nil for never.
    package var nextDeadline: Instant? {
        guard let limit else { return nextRun }
        guard let nextRun else { return limit }
        return min(limit, nextRun)
    }

    /// Takes one event in; the actions are appended.
    package mutating func handle(_ event: Event, at now: Instant, into actions: inout [Action]) {
        switch event {
        case .start:
            guard nextRun == nil else { return }
            if settings.initFails { actions.append(.verdict(.down)) }
            begin(at: now, into: &actions)
        case .finished(let isSuccess):
            // A run that was timed out has been counted already.
            if run == .running { record(isSuccess, into: &actions) }
            run = .idle
            limit = nil
        case .failedToRun:
            run = .idle
            limit = nil
            record(false, into: &actions)
        case .timer:
            if let due = limit, due <= now { overrun(at: now, into: &actions) }
            if let due = nextRun, due <= now { begin(at: now, into: &actions) }
        }
    }

    private mutating func begin(at now: Instant, into actions: inout [Action]) {
        nextRun = now + max(settings.interval, .milliseconds(1))
        guard run == .idle else { return actions.append(.skipped) }
        run = .running
        limit = now + (settings.timeout ?? settings.interval)
        actions.append(.run)
    }

    private mutating func overrun(at now: Instant, into actions: inout [Action]) {
        switch run {
        case .idle: limit = nil
        case .running:
            run = .terminating
            limit = now + Self.killDelay
            actions.append(.terminate)
            record(false, into: &actions)
        case .terminating, .killed:
            run = .killed
            limit = now + Self.killDelay
            actions.append(.kill)
        }
    }

    private mutating func record(_ isSuccess: Bool, into actions: inout [Action]) {
        let new: PriorityLedger.Verdict = isSuccess ? .up : .down
        guard verdict != new else {
            streak = 0
            return
        }
        streak += 1
        guard verdict == .waiting || streak >= (isSuccess ? settings.rise : settings.fall) else { return }
        verdict = new
        streak = 0
        actions.append(.verdict(new))
    }
}
