import Glibc
internal import Linux
import Synchronization
internal import VRRP
internal import Wire

/// What VRRP needs done that may take long, on an ordinary thread: check scripts, files that are tracked, scripts that are
/// told of transitions. It reports verdicts to the driver.
final class VRRPHelper: @unchecked Sendable {
    private enum Command: Sendable {
        case configure(HelperPlan)
        case run(ScriptCall)
        case stop
    }

    private let inbox = Mutex<[Command]>([])
    private let wake: WakeDescriptor
    private let mailbox: VRRPMailbox
    /// The rest is the thread's.
    private var checks: [ScriptCheck] = []
    private var files: FileWatch
    private var told: [ChildProcess] = []
    private var isDone = false

    /// - Throws: `SystemError`, if the system has no descriptors or threads left.
    init(reportingTo mailbox: VRRPMailbox) throws(SystemError) {
        self.mailbox = mailbox
        wake = try WakeDescriptor()
        files = try FileWatch()
        try Thread.start { self.run() }
    }

    /// Follows the configuration by difference.
    func configure(_ plan: HelperPlan) { send(.configure(plan)) }

    /// Starts a script and forgets it.
    func start(_ call: ScriptCall) { send(.run(call)) }

    /// Ends the thread, and the check scripts that run.
    func stop() { send(.stop) }

    private func send(_ command: Command) {
        inbox.withLock { $0.append(command) }
        wake.signal()
    }

    // MARK: The thread

    private func run() {
        while !isDone {
            var polls = PollSet()
            polls.add(wake.descriptor)
            polls.add(files.descriptor)
            for child in checks.compactMap(\.child) + told { polls.add(child.descriptor) }
            polls.wait(until: checks.compactMap { $0.tracker.nextDeadline }.min()?.nanoseconds)
            wake.clear()
            if polls.isReady(1) { report(files.changes()) }
            for command in inbox.withLock({ commands in
                defer { commands = [] }
                return commands
            }) { obey(command) }
            told.removeAll { $0.reap() != nil }
            for check in checks { report(check.attend(at: VRRPDriver.now), of: check) }
        }
        for check in checks { check.end() }
    }

    private func obey(_ command: Command) {
        switch command {
        case .configure(let plan):
            configure(scripts: plan.scripts)
            report(files.watch(plan.files))
        case .run(let call):
            do throws(SystemError) {
                told.append(try call.start())
            } catch {
                mailbox.post(.text("script not run: \(error)", isWarning: true))
            }
        case .stop: isDone = true
        }
    }

    private func configure(scripts: [HelperPlan.CheckScript]) {
        for check in checks where !scripts.contains(check.plan) { check.end() }
        checks.removeAll { !scripts.contains($0.plan) }
        for plan in scripts where !checks.contains(where: { $0.plan == plan }) {
            let check = ScriptCheck(plan)
            checks.append(check)
            report(check.begin(at: VRRPDriver.now), of: check)
        }
    }

    // MARK: Reports

    private func report(_ outcome: ScriptCheck.Outcome, of check: ScriptCheck) {
        if let problem = outcome.problem {
            mailbox.post(.text("script \(check.plan.name): \(problem)", isWarning: true))
        }
        guard let verdict = outcome.verdict else { return }
        mailbox.post(.text("script \(check.plan.name): \(verdict == .up ? "succeeds" : "fails")", isWarning: false))
        mailbox.send(.verdict(.script, name: check.plan.name, verdict))
    }

    private func report(_ values: [(name: String, value: PriorityLedger.Verdict)]) {
        for (name, value) in values { mailbox.send(.verdict(.file, name: name, value)) }
    }
}

/// A check script: its tracker's machine, and the process while it runs.
final class ScriptCheck {
    /// What came of an event.
    struct Outcome {
        /// News for the driver.
        var verdict: PriorityLedger.Verdict?
        /// Something for the log, once.
        var problem: String?
    }

    let plan: HelperPlan.CheckScript
    private(set) var tracker: ScriptTracker
    private(set) var child: ChildProcess?
    private var hasComplained = false

    init(_ plan: HelperPlan.CheckScript) {
        self.plan = plan
        tracker = ScriptTracker(plan.settings)
    }

    /// Runs it the first time.
    func begin(at now: Instant) -> Outcome { handle(.start, at: now) }

    /// Takes in that the process has ended or that a deadline has come.
    func attend(at now: Instant) -> Outcome {
        var outcome = Outcome()
        if let status = child?.reap() {
            child = nil
            outcome = handle(.finished(isSuccess: status == 0), at: now)
        }
        guard let deadline = tracker.nextDeadline, deadline <= now else { return outcome }
        let timed = handle(.timer, at: now)
        return Outcome(verdict: timed.verdict ?? outcome.verdict, problem: timed.problem ?? outcome.problem)
    }

    /// The check is no more: neither is its process.
    func end() { child?.signalGroup(SIGKILL) }

    private func handle(_ event: ScriptTracker.Event, at now: Instant) -> Outcome {
        var outcome = Outcome()
        var actions: [ScriptTracker.Action] = []
        tracker.handle(event, at: now, into: &actions)
        for action in actions {
            switch action {
            case .run:
                do throws(SystemError) {
                    child = try plan.call.start()
                    hasComplained = false
                } catch {
                    let failed = handle(.failedToRun, at: now)
                    outcome.verdict = failed.verdict ?? outcome.verdict
                    outcome.problem = hasComplained ? nil : "\(error)"
                    hasComplained = true
                }
            case .terminate: child?.signalGroup(SIGTERM)
            case .kill: child?.signalGroup(SIGKILL)
            case .verdict(let verdict): outcome.verdict = verdict
            case .skipped: break
            }
        }
        return outcome
    }
}
