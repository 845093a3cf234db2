import Glibc
internal import Linux
internal import Netlink
internal import Plan
internal import VRRP
internal import Wire

/// Runs the virtual routers on a thread of its own: it feeds the machines what happens, and performs what they say in
/// order. Nothing that may take long is done here but the kernel's own work on addresses.
///
/// All but `start` and the initializer belongs to that thread.
final class VRRPDriver: @unchecked Sendable {
    let mailbox: VRRPMailbox
    var plan = VRRPPlan()
    /// In the order of the plan.
    var members: [VRRPMember] = []
    var groups: [VRRPGroup] = []
    /// By interface and VRID; see `key`.
    var places: [Int: VRRPMember] = [:]
    var network: VRRPNetwork
    let sockets: VRRPSockets
    /// The actions of the event that is being handled.
    var actions = VirtualRouter.Actions()
    /// One advert or frame; re-used.
    var outgoing: [UInt8] = []
    /// Of requests for roles.
    var ticket: UInt64 = 0
    var roleWait = PollSet()
    var polls = PollSet()
    private let startTime: Instant
    /// What the trackers said that instances to come may have.
    private var verdicts: [VerdictKey: PriorityLedger.Verdict] = [:]
    var isStopping = false
    /// What is in force: `max_auto_priority` may have raised it.
    var realTimePriority = 0
    var pacer = VRRPPacer()
    var strangers = VRRPStrangers()
    var listener = VRRPListener()
    private(set) var listenerPlace = 0
    private var isDone = false

    private struct VerdictKey: Hashable {
        var kind: PriorityLedger.Kind
        var name: String
    }

    let stateFile: VRRPStateFile
    /// Has the routes and rules that go with the addresses.
    let keeper: NetworkKeeper

    /// Opens the sockets, in the calling thread's network namespace.
    init(_ mailbox: VRRPMailbox, stateFile: VRRPStateFile, keeper: NetworkKeeper) throws {
        self.mailbox = mailbox
        self.stateFile = stateFile
        self.keeper = keeper
        network = try VRRPNetwork()
        sockets = try VRRPSockets()
        startTime = Self.now
        outgoing.reserveCapacity(8_192)
        polls.add(mailbox.forDriver.descriptor)
        polls.add(network.descriptor)
        for descriptor in sockets.descriptors { polls.add(descriptor) }
        listenerPlace = polls.add(listener.descriptor)
        for interface in stateFile.silenced { answerARP(on: interface) }
        roleWait.add(mailbox.forAnswer.descriptor)
    }

    static var now: Instant { Instant(nanoseconds: SystemClock.monotonicNanoseconds) }

    /// Starts the thread; it ends after `VRRPCommand.stop` or `leaveAsIs`.
    func start(_ scheduling: VRRPScheduling) throws(SystemError) -> pthread_t {
        try Thread.start {
            self.plan.scheduling = scheduling
            self.reschedule()
            while !self.isDone { self.turn() }
        }
    }

    /// Waits for what happens next, and handles it. Nothing is allocated for adverts that come and go as ever.
    func turn() {
        polls.wait(until: nextDeadline?.nanoseconds)
        // What has arrived is delivered before a timer, so that a late timer is told from a dead peer.
        receiveAll()
        hearAnnouncements()
        if polls.isReady(0) { obey(mailbox.takeCommands()) }
        if polls.isReady(1), network.takeEvents() { followNetwork(at: Self.now) }
        fireTimers(at: Self.now)
        endIfStopped()
    }

    private var nextDeadline: Instant? {
        var first = pacer.nextDeadline
        for index in members.indices {
            first = Instant.earlier(first, members[index].nextDeadline)
            first = Instant.earlier(first, members[index].nextExtra)
        }
        return first
    }

    private func fireTimers(at now: Instant) {
        if hasMember({ $0.startTime.map { $0 <= now } ?? false }) { beginDue(at: now) }
        for index in members.indices {
            let member = members[index]
            guard member.startTime == nil, let deadline = member.nextDeadline, deadline <= now else { continue }
            noteLateness(now - deadline)
            deliver(.timer, to: member, at: now)
        }
        announceDue(at: now)
        followLeaving()
        noteLostPriority()
    }

    /// Those whose delay after the start is over, with their sync groups. All are told what is wrong before the first one
    /// runs: members of a sync group must not take each other's ignorance for a fault.
    private func beginDue(at now: Instant) {
        let first = Set(members.filter { $0.startTime.map { $0 <= now } ?? false }.map(\.name))
        let groups = groups.map(\.plan.members).filter { !first.isDisjoint(with: $0) }
        let names = first.union(groups.joined())
        let due = members.filter { $0.startTime != nil && names.contains($0.name) }
        for member in due {
            member.inherited = member.lastAdvert?.priority
            follow(member, at: now)
            tellPriority(member, at: now)
        }
        for member in due {
            member.startTime = nil
            guard let last = member.lastAdvert else {
                deliver(.start, to: member, at: now)
                continue
            }
            member.lastAdvert = nil
            deliver(.adopt(silence: now - last.time), to: member, at: now)
        }
    }

    private func endIfStopped() {
        guard isStopping, members.allSatisfy(\.hasStopped) else { return }
        publish()
        mailbox.post(.stopped)
        isDone = true
    }

    /// As `contains(where:)`, which takes memory from the heap in builds that aren't optimized.
    func hasMember(_ body: (VRRPMember) -> Bool) -> Bool {
        for index in members.indices where body(members[index]) { return true }
        return false
    }

    // MARK: Commands

    private func obey(_ commands: [VRRPCommand]) {
        for command in commands {
            let now = Self.now
            switch command {
            case .configure(let new): if !isStopping { configure(new, at: now) }
            case .verdict(let kind, let name, let verdict):
                verdicts[VerdictKey(kind: kind, name: name)] = verdict
                for member in members where member.ledger.record(verdict, kind: kind, name: name) {
                    tellPriority(member, at: now)
                }
            case .release(let name): for member in meant(by: name) { deliver(.release, to: member, at: now) }
            case .reclaim(let name): for member in meant(by: name) { deliver(.reclaim, to: member, at: now) }
            case .stop(let how):
                isStopping = true
                for member in members { deliver(.shutdown(how), to: member, at: now) }
            case .leaveAsIs: isDone = true
            case .look: publish()
            }
        }
    }

    /// An instance stands for all of its sync group.
    private func meant(by name: String?) -> [VRRPMember] {
        guard let name else { return members }
        let names = groups.first { $0.plan.members.contains(name) || $0.plan.name == name }?.plan.members ?? [name]
        return members.filter { names.contains($0.name) }
    }

    func publish() {
        var status = VRRPStatus()
        status.now = Self.now
        status.instances = members.map(\.status)
        status.unknownRouterIDs = strangers.unknownRouterIDs
        status.groups = groups.map { ($0.plan.name, $0.machine.state, $0.plan.members) }
        mailbox.publish(status)
    }

    /// When instances may do something.
    var earliestStart: Instant {
        max(startTime + plan.startupDelay, Instant(nanoseconds: 0) + plan.delayAfterBoot)
    }

    /// What is known about the trackers of an instance that begins.
    func recordVerdicts(_ member: VRRPMember) {
        for (key, verdict) in verdicts { _ = member.ledger.record(verdict, kind: key.kind, name: key.name) }
    }

    /// What trackers take or give, and whether they keep the instance from running.
    func tellPriority(_ member: VRRPMember, at now: Instant) {
        let ledger = member.ledger
        raise(.tracker, ledger.isFaulted, member, at: now)
        // What an earlier run served stays served, and as good as it was, until the trackers have spoken anew.
        if !ledger.entries.contains(where: { $0.verdict == .waiting }) { member.inherited = nil }
        raise(.waitingForTracker, ledger.isWaiting && member.inherited == nil, member, at: now)
        let priority = member.inherited ?? ledger.priority
        if priority != member.router.priority { deliver(.priority(priority), to: member, at: now) }
    }

    /// Tells of a fault if it is news.
    func raise(_ fault: Fault, _ isRaised: Bool, _ member: VRRPMember, at now: Instant) {
        guard member.router.faults.contains(Faults(fault)) != isRaised else { return }
        deliver(.fault(fault, isRaised: isRaised), to: member, at: now)
    }
}

/// A sync group as the driver runs it.
struct VRRPGroup {
    let plan: VRRPPlan.Group
    var machine: SyncGroup
}
