import Glibc
internal import Linux
internal import Netlink
import Synchronization
internal import Wire

/// Has routes, rules and static addresses in the kernel as the configuration and the instances' roles ask for, and puts
/// back what something else removes, as netlink tells of it. On a thread of its own: the virtual routers don't wait for it.
final class NetworkKeeper: @unchecked Sendable {
    private enum Command: Sendable {
        case configure(NetworkPlan)
        case serve(String, Bool)
        case stop(isWithdrawing: Bool)
    }

    private let inbox = Mutex<[Command]>([])
    private let wake: WakeDescriptor
    private var thread = pthread_t()
    private var hasEnded = false
    /// The rest is the thread's.
    private var monitor: NetlinkMonitor
    private var holder: NetworkHolder
    private var plan = NetworkPlan()
    private var serving: Set<String>
    private var isDone = false
    /// Something was lost, or may have been.
    private var isCheckDue = false
    private var nextCheck = Instant(nanoseconds: 0)

    /// A check is followed by a pause of so many times its own length, within bounds: who removes things in a loop, or a
    /// routing daemon with a full table, costs a bounded part of a processor.
    private static let pauseFactor: Int64 = 10
    private static let pauseNanoseconds: ClosedRange<Int64> = 500_000...40_000_000

    /// Starts the thread, in the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - serving: instances that an earlier run left serving: nothing of theirs is removed.
    ///   - notes: the file where the next run finds what is there; see `NetworkNotes`.
    ///   - report: takes lines for the log, and whether they are warnings; from the thread.
    init(
        serving: Set<String>, notes: NetworkNotes, report: @escaping @Sendable (String, Bool) -> Void
    ) throws {
        self.serving = serving
        wake = try WakeDescriptor()
        // The monitor first: nothing is missed between it and the tables.
        monitor = try NetlinkMonitor(.configuration)
        holder = try NetworkHolder(notes: notes, report: report)
        thread = try Thread.start { self.run() }
    }

    // MARK: The director's side

    /// Follows the configuration by difference.
    func configure(_ plan: NetworkPlan) { send(.configure(plan)) }

    /// Of an instance: its routes and rules are to be there, or not. Never waits; any thread.
    func serve(_ name: String, _ isServing: Bool) { send(.serve(name, isServing)) }

    /// Ends the thread and waits for that; with `isWithdrawing` nothing is left in the kernel.
    func stop(isWithdrawing: Bool) {
        guard !hasEnded else { return }
        hasEnded = true
        send(.stop(isWithdrawing: isWithdrawing))
        try? Thread.join(thread)
    }

    private func send(_ command: Command) {
        inbox.withLock { $0.append(command) }
        wake.signal()
    }

    // MARK: The thread

    private func run() {
        while !isDone {
            var polls = PollSet()
            polls.add(wake.descriptor)
            // Before anything is wanted the events do not matter.
            polls.add(plan.isEmpty ? -1 : monitor.descriptor)
            polls.wait(until: isCheckDue ? nextCheck.nanoseconds : nil)
            if polls.isReady(0) { obey() }
            if polls.isReady(1) { take(monitor.drain()) }
            if isCheckDue, VRRPDriver.now >= nextCheck { check() }
        }
    }

    private func obey() {
        wake.clear()
        let commands = inbox.withLock { commands in
            defer { commands = [] }
            return commands
        }
        for command in commands {
            switch command {
            case .configure(let new):
                // What has happened while nobody listened.
                if plan.isEmpty { take(monitor.drain() + [.overrun]) }
                plan = new
                holder.configure(new, serving: serving)
            case .serve(let name, let isServing):
                if isServing { serving.insert(name) } else { serving.remove(name) }
                if plan.instances[name] != nil { holder.follow(plan, serving: serving) }
            case .stop(let isWithdrawing):
                if isWithdrawing { holder.withdraw() }
                isDone = true
            }
        }
    }

    private func take(_ events: [NetlinkEvent]) {
        for event in events where holder.matters(event) { isCheckDue = true }
    }

    private func check() {
        isCheckDue = false
        let start = VRRPDriver.now
        holder.check(at: start)
        let end = VRRPDriver.now
        let length = Int64(clamping: end.nanoseconds - start.nanoseconds)
        let pause = length.multipliedReportingOverflow(by: Self.pauseFactor)
        let bounds = Self.pauseNanoseconds
        let clamped = min(max(pause.partialValue, bounds.lowerBound), bounds.upperBound)
        nextCheck = end + .nanoseconds(pause.overflow ? bounds.upperBound : clamped)
    }
}
