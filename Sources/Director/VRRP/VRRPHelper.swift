import Glibc
internal import Linux
import Synchronization
internal import VRRP
internal import Wire

/// What VRRP needs done that may take long, on an ordinary thread: check scripts, files and processes that are tracked, and
/// telling of transitions (scripts, pipes, mails). It reports verdicts to the driver.
final class VRRPHelper: @unchecked Sendable {
    private enum Command: Sendable {
        case configure(HelperPlan)
        case deliver(Notice)
        case stop
    }

    private let inbox = Mutex<[Command]>([])
    private let wake: WakeDescriptor
    private let mailbox: VRRPMailbox
    /// The rest is the thread's.
    private var checks: [ScriptCheck] = []
    private var files: FileWatch
    private var processes = ProcessWatch()
    private let desk: NotifyDesk
    /// After `stop`: when to end at the latest.
    private var end: Instant?
    private var thread: pthread_t?

    /// - Throws: `SystemError`, if the system has no descriptors or threads left.
    init(reportingTo mailbox: VRRPMailbox) throws(SystemError) {
        self.mailbox = mailbox
        wake = try WakeDescriptor()
        files = try FileWatch()
        desk = NotifyDesk(waking: wake) { mailbox.post(.text($0, isWarning: $1)) }
        thread = try Thread.start { self.run() }
    }

    /// Follows the configuration by difference.
    func configure(_ plan: HelperPlan) { send(.configure(plan)) }

    /// Starts the scripts, writes the line and hands the mail in, after all that was given before.
    func deliver(_ notice: Notice) { send(.deliver(notice)) }

    /// Ends the check scripts that run, and then the thread: what was to be told before is told, for a second at most.
    func stop() { send(.stop) }

    /// After `stop`: waits for the thread's end.
    func join() {
        guard let thread else { return }
        self.thread = nil
        try? Thread.join(thread)
    }

    private func send(_ command: Command) {
        inbox.withLock { $0.append(command) }
        wake.signal()
    }

    // MARK: The thread

    private func run() {
        while true {
            let hasNews = wait()
            wake.clear()
            if hasNews { report(files.changes()) }
            for command in inbox.withLock({ commands in
                defer { commands = [] }
                return commands
            }) { obey(command) }
            let now = VRRPDriver.now
            desk.attend(at: now)
            if let end, end <= now || !desk.isBusy { break }
            report(processes.attend(at: now))
            for check in checks { report(check.attend(at: now), of: check) }
        }
        desk.close(at: VRRPDriver.now)
    }

    /// Whether a file may have changed.
    private func wait() -> Bool {
        var polls = PollSet()
        for descriptor in [wake.descriptor, files.descriptor, processes.descriptor] { polls.add(descriptor) }
        for child in checks.compactMap(\.child) { polls.add(child.descriptor) }
        desk.wait(in: &polls)
        let deadlines = checks.compactMap { $0.tracker.nextDeadline } + [processes.deadline, desk.deadline, end]
        polls.wait(until: deadlines.compactMap(\.self).min()?.nanoseconds)
        return polls.isReady(1)
    }

    private func obey(_ command: Command) {
        switch command {
        case .configure(let plan):
            configure(scripts: plan.scripts)
            report(files.watch(plan.files))
            report(processes.watch(plan.processes, at: VRRPDriver.now))
            desk.configure(plan.notify, at: VRRPDriver.now)
        case .deliver(let notice): desk.deliver(notice, at: VRRPDriver.now)
        case .stop:
            for check in checks { desk.kill(check.takeChild()) }
            checks = []
            end = VRRPDriver.now + NotifyDesk.lastWords
        }
    }

    private func configure(scripts: [HelperPlan.CheckScript]) {
        for check in checks where !scripts.contains(check.plan) { desk.kill(check.takeChild()) }
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

    private func report(_ outcome: ProcessWatch.Outcome) {
        if let remark = outcome.remark { mailbox.post(.text(remark, isWarning: true)) }
        for (name, verdict) in outcome.verdicts {
            let text = verdict == .up ? "as many processes as asked for" : "too few or too many processes"
            mailbox.post(.text("track_process \(name): \(text)", isWarning: false))
            mailbox.send(.verdict(.process, name: name, verdict))
        }
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

    /// The check is no more: gives up its process, which the caller has to end and to reap.
    func takeChild() -> ChildProcess? {
        defer { child = nil }
        return child
    }

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
