import Wire

@testable import VRRP

/// Routers, networks and a clock: everything that a seed decides, and nothing else.
final class World {
    /// How sternly the world looks.
    enum Watch {
        /// Anything may happen; only what holds at every moment is checked.
        case chaos
        /// The network is whole again, the routers find each other.
        case settling
        /// Settled, and at most one thing happens.
        case calm
    }

    let seed: UInt64
    let shape: Shape
    let sabotage: Sabotage?
    let trace: Trace?
    var random: SplitMix
    var nodes: [SimulatedNode] = []
    var networks: [SimulatedNetwork]
    var inFlight = MessageQueue()
    /// By time, the next one last.
    var plans: [Plan] = []
    /// Nanoseconds since the world began.
    var now = 0
    var watch = Watch.chaos
    /// In a calm world: whether a moment without a router that serves is allowed.
    var mayGap = true
    /// In a calm world: whether the active router may change.
    var mayMove = true
    /// How many routers serve each network, and since when two routers that hear each other are both active.
    var serving: [Int]
    var conflicts: [Conflict] = []
    /// The first thing that was wrong.
    var failure: String?
    /// Adverts since the watch changed.
    var adverts = 0
    /// Events given to machines so far; many more than a world can need are a storm.
    var calls = 0
    static let callLimit = 20_000
    private var buffer = VirtualRouter.Actions()

    init(seed: UInt64, sabotage: Sabotage? = nil, trace: Trace? = nil) {
        self.seed = seed
        self.sabotage = sabotage
        self.trace = trace
        var random = SplitMix(state: seed &* 0x2545_f491_4f6c_dd1d)
        let shape = Shape(random: &random)
        let count = shape.isGrouped ? 2 : 1
        networks = (0..<count).map { _ in SimulatedNetwork(routers: shape.routers, delay: shape.worstDelay) }
        serving = [Int](repeating: 0, count: count)
        nodes = shape.settings(random: &random).enumerated().map { index, settings in
            SimulatedNode(index: index, settings: settings, shape: shape, random: &random)
        }
        self.shape = shape
        self.random = random
    }

    /// For the trace: the time in units that people read.
    var clock: String {
        let micros = "\(now / 1000 % 1_000_000)"
        return "\(now / 1_000_000_000)." + String(repeating: "0", count: 6 - micros.count) + micros
    }

    func fail(_ what: @autoclosure () -> String) {
        guard failure == nil else { return }
        failure = "\(clock) \(what())"
        trace?.note("\(clock) *** \(failure ?? "")")
    }

    // MARK: Time

    /// Everything up to and including this moment.
    func run(until end: Int) {
        while failure == nil, step(until: end) {}
        if failure == nil {
            now = max(now, end)
            checkConflicts()
        }
    }

    private func step(until end: Int) -> Bool {
        var best = end + 1
        if let plan = plans.last { best = min(best, plan.at) }
        let planned = best
        if let at = inFlight.next, at < best { best = at }
        let arriving = best
        var caller: SimulatedNode?
        for node in nodes {
            if let at = node.nextCall, at < best { (best, caller) = (at, node) }
        }
        guard best <= end else { return false }
        now = max(now, best)
        if let caller {
            call(caller)
        } else if arriving < planned {
            if let message = inFlight.removeNext() { arrive(message) }
        } else if let plan = plans.popLast() {
            perform(plan)
        }
        if !conflicts.isEmpty { checkConflicts() }
        return true
    }

    /// A process is scheduled: what waits in its sockets first, then its timers.
    private func call(_ node: SimulatedNode) {
        if node.asleepUntil != nil {
            trace?.note("\(clock) R\(node.index) wakes")
            node.asleepUntil = nil
            node.lastAsleep = now
            let waiting = node.inbox
            node.inbox = []
            for message in waiting { deliver(message, node) }
            resetConflicts(of: node.index)
        }
        let local = node.instant(now)
        for member in node.members {
            guard let deadline = member.router.nextDeadline, deadline <= local else { continue }
            handle(.timer, node, member)
            checkGroup(node)
            if let next = member.router.nextDeadline, next <= local, sabotage == nil {
                fail("R\(node.index) has a deadline that is not in the future after its timer")
            }
        }
    }

    // MARK: The driver of a director

    /// One event for one machine, its actions, and what its group makes of it.
    func handle(_ event: VirtualRouter.Event, _ node: SimulatedNode, _ member: SimulatedMember) {
        guard failure == nil else { return }
        calls += 1
        if calls > Self.callLimit { return fail("a storm: \(calls) events") }
        let before = member.router.state
        buffer.removeAll()
        member.router.handle(event, at: node.instant(now), into: &buffer)
        var adverts = 0
        if sabotage == .echoes, case .advert = event {
            send(member.router.priority, node, member)
            adverts += 1
        }
        sabotageTimers(node, member)
        for action in buffer.list {
            if case .sendAdvert = action { adverts += 1 }
            perform(action, event, node, member)
        }
        trace?.record(self, event, buffer.list, before, node, member)
        checkMember(event, adverts, before, node, member)
        schedule(node, member)
        tellGroup(node, member)
    }

    private func perform(
        _ action: VirtualRouter.Action, _ event: VirtualRouter.Event, _ node: SimulatedNode,
        _ member: SimulatedMember
    ) {
        switch action {
        case .sendAdvert(let priority):
            if sabotage == .leavesInSilence, priority == 0 { return }
            adverts += 1
            if priority > 0 { member.lastSent = node.local(now) }
            send(priority, node, member)
        case .addAddresses: serve(.full, member)
        case .silenceAddresses: serve(.silent, member)
        case .removeAddresses: if sabotage != .keepsAddresses { serve(.none, member) }
        case .notify(let transition): noteTransition(transition, node, member)
        case .stopped: if node.members.allSatisfy({ $0.router.state == .initialize }) { node.process = .down }
        case .updateAddresses, .announce, .priorityChanged, .heardLowerPriority, .wantsActive, .log: break
        }
    }

    func serve(_ service: VirtualRouter.Service, _ member: SimulatedMember) {
        guard service != member.service else { return }
        let change = (service == .none ? 0 : 1) - (member.service == .none ? 0 : 1)
        member.service = service
        serving[member.network] += change
    }

    private func schedule(_ node: SimulatedNode, _ member: SimulatedMember) {
        let deadline = member.router.nextDeadline
        guard deadline != member.deadline else { return }
        member.deadline = deadline
        member.due = deadline.map { max(node.time(of: $0), now) + random.below(shape.jitter) }
    }

    private func tellGroup(_ node: SimulatedNode, _ member: SimulatedMember) {
        guard node.group != nil else { return }
        var orders: [SyncGroup.Action] = []
        node.group?.handle(member.router.groupStatus, of: member.network, into: &orders)
        for case .order(let other, let event) in orders {
            if sabotage == .forgetsTheGroup, event == .group(.retreat) { continue }
            handle(event, node, node.members[other])
        }
    }
}
