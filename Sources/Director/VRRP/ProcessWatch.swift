internal import Linux
internal import VRRP
internal import Wire

/// The processes that `vrrp_track_process` counts: by the kernel's events where it sends them, else by looking through
/// /proc from time to time.
struct ProcessWatch {
    /// How often /proc is looked through without events, at least; and not for more than a twentieth of the time.
    static let interval = Duration.seconds(1)
    private static let share: UInt64 = 20
    /// How long after lost events: there is a storm of them.
    private static let settling = Duration.seconds(1)

    private var plans: [HelperPlan.WatchedProcess] = []
    private var trackers: [ProcessTracker] = []
    private var census = ProcessCensus(patterns: 0)
    private var events: ProcessEvents?
    private var hasTriedEvents = false
    private var nextScan: Instant?
    /// How much of a command line is read; 0: none.
    private var commandLineLength = 0

    /// What came of something.
    struct Outcome {
        var verdicts: [(name: String, verdict: PriorityLedger.Verdict)] = []
        /// Something for the log.
        var remark: String?
    }

    /// Readable when something may have changed; -1 without events.
    var descriptor: Int32 { events?.descriptor ?? -1 }

    /// When `attend` is due at the latest.
    var deadline: Instant? { (trackers.compactMap(\.nextDeadline) + [nextScan].compactMap(\.self)).min() }

    /// From now on these; what is known of those that stay, stays.
    mutating func watch(_ new: [HelperPlan.WatchedProcess], at now: Instant) -> Outcome {
        guard new != plans else { return Outcome() }
        let known = Dictionary(zip(plans, trackers)) { first, _ in first }
        plans = new
        trackers = new.map { known[$0] ?? ProcessTracker($0.settings) }
        commandLineLength = new.filter(\.pattern.comparesCommandLine).map(\.pattern.length).max() ?? 0
        guard !new.isEmpty else {
            events = nil
            hasTriedEvents = false
            nextScan = nil
            return Outcome()
        }
        var outcome = Outcome()
        if !hasTriedEvents { outcome.remark = openEvents() }
        scan(at: now)
        count(at: now, into: &outcome)
        return outcome
    }

    private mutating func openEvents() -> String? {
        hasTriedEvents = true
        do throws(SystemError) {
            events = try ProcessEvents()
            return nil
        } catch {
            return "track_process: no events of processes, /proc is looked through every second instead: \(error)"
        }
    }

    /// Takes in what has happened.
    mutating func attend(at now: Instant) -> Outcome {
        var outcome = Outcome()
        guard !plans.isEmpty else { return outcome }
        var isChanged = takeEvents(at: now)
        if let due = nextScan, due <= now {
            scan(at: now)
            isChanged = true
        }
        if isChanged { count(at: now, into: &outcome) }
        for index in trackers.indices {
            if let verdict = trackers[index].handleTimer(at: now) {
                outcome.verdicts.append((plans[index].name, verdict))
            }
        }
        return outcome
    }

    /// A storm of events must not keep the thread: the rest is for the next time.
    private mutating func takeEvents(at now: Instant) -> Bool {
        guard let events else { return false }
        var isChanged = false
        for _ in 0..<64 {
            guard let batch = events.next() else {
                if nextScan == nil { nextScan = now + Self.settling }
                return isChanged
            }
            guard !batch.isEmpty else { return isChanged }
            isChanged = true
            for event in batch { take(event) }
        }
        return isChanged
    }

    private mutating func take(_ event: ProcessEvents.Event) {
        switch event {
        case .fork(let parent, let child): census.fork(parent, child: child)
        case .changed(let process): look(at: process)
        case .exit(let process): census.end(process)
        }
    }

    private mutating func look(at process: Int32) {
        guard let entry = ProcessEntry(process, commandLine: commandLineLength) else { return census.end(process) }
        let matching = plans.indices.filter {
            plans[$0].pattern.matches(comm: entry.comm, commandLine: entry.commandLine)
        }
        census.note(process, matches: Set(matching))
    }

    private mutating func scan(at now: Instant) {
        let start = SystemClock.monotonicNanoseconds
        census = ProcessCensus(patterns: plans.count)
        for process in ProcessEntry.all() { look(at: process) }
        nextScan = nil
        guard events == nil else { return }
        let cost = (SystemClock.monotonicNanoseconds - start) * Self.share
        nextScan = now + max(Self.interval, .nanoseconds(Int64(clamping: cost)))
    }

    private mutating func count(at now: Instant, into outcome: inout Outcome) {
        for index in trackers.indices {
            if let verdict = trackers[index].handle(count: census.counts[index], at: now) {
                outcome.verdicts.append((plans[index].name, verdict))
            }
        }
    }
}
