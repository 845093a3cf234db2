internal import Config
internal import Datapath
import Glibc
package import Linux
package import Logging
internal import VRRP
internal import Wire

/// Carries VRRP on when the controller has died, in a process of its own that the controller starts and that sleeps while
/// it lives. The forwarder needs nobody; the role does: without adverts another director would take the VIPs over, while
/// nobody is there to give them up.
///
/// The stand-in adopts the instances that were active, and advertises for them, until a controller is back and relieves
/// it. If none comes, it hands the role over to a director that has a controller; where there is none to take it, it
/// keeps it, and asks again. It follows interfaces, but no scripts, files or processes.
///
/// It is the watchdog too: a controller that has the role and has not advertised for long is stuck, and is ended.
package final class StandIn {
    /// How long a controller may take to come back.
    static let patienceSeconds = 3.0
    /// Between two attempts to hand the role over.
    private static let retrySeconds = 10.0
    /// A controller is stuck if its last advert is older than this and than `stuckIntervals` of its intervals, at
    /// `stuckLooks` looks in a row, a second apart: a machine that was suspended is none.
    private static let stuckAfter = Duration.seconds(10)
    private static let stuckIntervals: Int64 = 5
    private static let stuckLooks = 3

    private let instance: Instance
    private let log: Logger
    private let controller: pid_t
    private let stateFile: VRRPStateFile
    private var plan: StandInPlan
    private let startTime = VRRPDriver.now
    private var looksWithoutAdvert = 0

    /// - Parameters:
    ///   - options: as the controller's.
    ///   - controller: its process.
    /// - Throws: `SystemError`; and what keeps the configuration from being used, as a `SystemError` of reading it.
    package init(_ options: DirectorOptions, controller: pid_t, log: Logger) throws {
        instance = options.instance
        self.controller = controller
        self.log = log
        guard let configuration = ConfigurationReader.readDisk(options.path, configID: options.configID).configuration
        else { throw SystemError("read", errno: EINVAL, context: options.path, remedy: "the file was changed: reload") }
        plan = StandInPlan(configuration)
        stateFile = try VRRPStateFile(path: options.instance.vrrpState)
    }

    /// Returns once nobody needs it any more: it was asked to end, or the role is another's.
    ///
    /// - Parameter signals: SIGTERM ends it at once; what it serves stays as it is.
    package func run(signals: borrowing SignalDescriptor) throws {
        // The configuration is read, and most of what that took is free again.
        ProcessMemory.trim()
        // It mostly sleeps; when it is needed, the others wait no longer than three adverts.
        try? ThreadPriority.makeRealTime(priority: plan.routers.scheduling.realTimePriority)
        guard try waitForDeath(signals) else { return }
        plan.routers.keep(only: Set(stateFile.serving(plan.routers)))
        guard !plan.routers.instances.isEmpty else { return }
        // In this order: a controller that has its lock finds this one, or is found.
        let lock = try LockFile(path: instance.standInLock)
        guard LockFile.lastHolder(instance.lockFile) == controller else { return }
        try carryOn(signals)
        _ = consume lock
    }

    // MARK: While the controller lives

    /// False if it was asked to end before.
    private func waitForDeath(_ signals: borrowing SignalDescriptor) throws -> Bool {
        let process: ProcessHandle
        do throws(SystemError) {
            process = try ProcessHandle(controller)
        } catch {
            guard error.errno == ESRCH else { throw error }
            return true
        }
        var polls = PollSet()
        polls.add(signals.descriptor)
        polls.add(process.descriptor)
        while true {
            polls.wait(until: SystemClock.monotonicNanoseconds + 1_000_000_000)
            if polls.isReady(0) { return false }
            if polls.isReady(1) { return true }
            endIfStuck()
        }
    }

    private func endIfStuck() {
        let now = VRRPDriver.now
        let silent = plan.routers.instances.first { instance in
            // What an earlier run has left is not this controller's silence.
            guard let last = stateFile.slot(of: instance).flatMap(stateFile.lastAdvert)?.time, now > last,
                last > startTime
            else { return false }
            let interval = instance.settings.clampedInterval.nanosecondsClamped
            return now - last > max(Self.stuckAfter, .nanoseconds(interval * Self.stuckIntervals))
        }
        guard let silent else {
            looksWithoutAdvert = 0
            return
        }
        looksWithoutAdvert += 1
        guard looksWithoutAdvert >= Self.stuckLooks else { return }
        log.critical(
            "stand-in: VRRP \(silent.name): no advert for long, the controller (process \(controller)) is stuck: killed"
        )
        kill(controller, SIGKILL)
    }

    // MARK: In its place

    private func carryOn(_ signals: borrowing SignalDescriptor) throws {
        let (routers, mailbox) = (plan.routers, try VRRPMailbox())
        let keeper = try Director.networkKeeper(routers.instances.map(\.name), instance, log)
        keeper.configure(plan.network)
        defer { keeper.stop(isWithdrawing: false) }
        let thread = try VRRPDriver(mailbox, stateFile: stateFile, keeper: keeper).start(routers.scheduling)
        mailbox.send(.configure(routers))
        let names = routers.instances.map(\.name).joined(separator: ", ")
        log.warning(
            """
            stand-in: the controller (process \(controller)) is gone: standing in for it in VRRP (\(names)); the role is \
            handed over if none is started within \(Int(Self.patienceSeconds)) s
            """)
        var service = StandInService(routers, instance: instance, mailbox: mailbox, log: log)
        let isRelieved = attend(&service, mailbox, signals)
        if isRelieved { mailbox.send(.leaveAsIs) }
        try? Thread.join(thread)
        if !isRelieved { finish(&service, signals) }
    }

    /// Until another director has the role, or none of the instances can serve; true if it is to end before.
    private func attend(
        _ service: inout StandInService, _ mailbox: VRRPMailbox, _ signals: borrowing SignalDescriptor
    ) -> Bool {
        var polls = PollSet()
        polls.add(signals.descriptor)
        polls.add(mailbox.forDirector.descriptor)
        var nextRelease = SystemClock.monotonicSeconds + Self.patienceSeconds
        while !service.hasStopped {
            polls.wait(until: UInt64(min(nextRelease, service.nextDeadline) * 1e9))
            if polls.isReady(0) { return true }
            service.attend()
            if service.isThrough { mailbox.send(.stop(.immediate)) }
            guard SystemClock.monotonicSeconds >= nextRelease else { continue }
            mailbox.send(.release(nil))
            nextRelease = SystemClock.monotonicSeconds + Self.retrySeconds
        }
        return false
    }

    /// The role is another's: flows that are known are forwarded for a while.
    private func finish(_ service: inout StandInService, _ signals: borrowing SignalDescriptor) {
        log.notice("stand-in: the role is handed over; known flows are forwarded for \(plan.drainSeconds) s")
        var polls = PollSet()
        polls.add(signals.descriptor)
        polls.wait(until: SystemClock.monotonicNanoseconds + UInt64(max(plan.drainSeconds, 0) * 1e9))
        if !polls.isReady(0) { service.endDrains() }
    }
}

extension VRRPPlan {
    /// Forgets all other instances, and groups that lose a member. Scripts, files and processes say nothing any more: the
    /// priority stays what it was.
    fileprivate mutating func keep(only names: Set<String>) {
        instances.removeAll { !names.contains($0.name) }
        groups.removeAll { !$0.members.allSatisfy(names.contains) }
        startupDelay = .zero
        keepsRhythm = true
        let grouped = Set(groups.flatMap(\.members))
        for index in instances.indices {
            instances[index].settings.isGrouped = grouped.contains(instances[index].name)
        }
    }
}
