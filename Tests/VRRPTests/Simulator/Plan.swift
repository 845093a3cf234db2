import Wire

@testable import VRRP

/// Something that is done to a router or a network at a certain time.
struct Plan {
    enum Deed: Hashable {
        /// The machine dies; or only the controller, and the addresses stay.
        case crash, kill
        /// A new process; it adopts if it may.
        case start
        case shutdown(VirtualRouter.Shutdown)
        case release, reclaim
        /// What the check script says: raises or lowers the priority by 30.
        case check(PriorityLedger.Verdict)
        case link(network: Int, isUp: Bool)
        /// A reload with another advert interval (nanoseconds) or base priority.
        case interval(Int)
        case priority(UInt8)
        /// Not scheduled for so long; the machine stands still too, and loses packets.
        case nap(Int, losesPackets: Bool)
        /// Cut the way to one other router, or both ways.
        case cut(network: Int, to: Int, bothWays: Bool)
        case mend
    }

    var at: Int
    var router: Int
    var deed: Deed
}

extension World {
    func plan(_ plan: Plan) {
        var index = plans.count
        while index > 0, plans[index - 1].at <= plan.at { index -= 1 }
        plans.insert(plan, at: index)
    }

    func perform(_ plan: Plan) {
        let node = nodes[plan.router]
        trace?.note("\(clock) R\(plan.router) --- \(plan.deed)")
        node.lastTouched = now
        switch plan.deed {
        case .crash: stopProcess(node, leavesAddresses: false)
        case .kill: stopProcess(node, leavesAddresses: true)
        case .start: start(node)
        case .shutdown(let how): shutdown(node, how)
        case .release: release(node)
        case .reclaim:
            node.isHeld = false
            tell(.reclaim, node)
        case .check(let verdict): check(verdict, node)
        case .link(let network, let isUp): setLink(node, network, isUp)
        case .interval(let interval): reload(node) { $0.advertInterval = .nanoseconds(interval) }
        case .priority(let priority): reload(node) { $0.priority = priority }
        case .nap(let duration, let loses): sleep(node, duration, loses)
        case .cut(let network, let to, let bothWays): cut(node, network, to, bothWays)
        case .mend: for index in networks.indices { networks[index].heal() }
        }
        resetConflicts(of: node.index)
    }

    private func tell(_ event: VirtualRouter.Event, _ node: SimulatedNode) {
        guard node.process == .running || node.process == .stopping else { return }
        for member in node.members { handle(event, node, member) }
        checkGroup(node)
    }

    private func stopProcess(_ node: SimulatedNode, leavesAddresses: Bool) {
        node.process = leavesAddresses && node.process != .down ? .killed : .down
        node.asleepUntil = nil
        node.inbox = []
        for member in node.members where !leavesAddresses { serve(.none, member) }
    }

    private func start(_ node: SimulatedNode) {
        guard node.process == .down || node.process == .killed else { return }
        let states = node.members.map(\.router.state)
        let mayAdopt = node.process == .killed && states.allSatisfy { $0 == .active }
        node.process = .running
        node.isHeld = false
        node.lastAsleep = now
        var settings = sabotaged(node.settings)
        if node.group != nil || shape.isGrouped {
            settings.isGrouped = true
            node.group = SyncGroup(name: "G", members: node.members.map { "I\($0.network)" })
        }
        for member in node.members {
            // What a killed controller left, the shell removes before a cold start.
            if !mayAdopt { serve(.none, member) }
            member.renew(settings)
            if node.ledger.priority != node.settings.priority { handle(.priority(node.ledger.priority), node, member) }
        }
        for member in node.members where !node.hasLink[member.network] {
            handle(.fault(.interface, isRaised: true), node, member)
        }
        for member in node.members {
            if mayAdopt, let last = member.lastSent {
                handle(.adopt(silence: .nanoseconds(node.local(now) - last)), node, member)
            } else {
                handle(.start, node, member)
            }
        }
        checkGroup(node)
    }

    private func shutdown(_ node: SimulatedNode, _ how: VirtualRouter.Shutdown) {
        guard node.process == .running else { return }
        wake(node)
        node.process = .stopping
        tell(.shutdown(how), node)
    }

    private func release(_ node: SimulatedNode) {
        guard node.process == .running else { return }
        wake(node)
        node.isHeld = node.members[0].router.state != .fault
        tell(.release, node)
    }

    private func check(_ verdict: PriorityLedger.Verdict, _ node: SimulatedNode) {
        // What waited in the socket is heard with the priority that it found.
        wake(node)
        let old = node.priority
        guard node.ledger.record(verdict, of: 0), node.priority != old else { return }
        for member in node.members { notePriority(from: old, to: node.priority, member) }
        tell(.priority(node.priority), node)
    }

    private func setLink(_ node: SimulatedNode, _ network: Int, _ isUp: Bool) {
        guard node.hasLink[network] != isUp else { return }
        wake(node)
        node.hasLink[network] = isUp || node.hasLink[network]
        guard node.process == .running || node.process == .stopping else {
            node.hasLink[network] = isUp
            return
        }
        handle(.fault(.interface, isRaised: !isUp), node, node.members[network])
        node.hasLink[network] = isUp
        checkGroup(node)
    }

    private func reload(_ node: SimulatedNode, _ change: (inout VirtualRouterSettings) -> Void) {
        wake(node)
        let old = node.priority
        change(&node.settings)
        if node.ledger.base != node.settings.priority {
            var ledger = PriorityLedger(base: node.settings.priority, trackers: node.ledger.entries.map(\.tracker))
            for (index, entry) in node.ledger.entries.enumerated() { _ = ledger.record(entry.verdict, of: index) }
            node.ledger = ledger
        }
        for member in node.members {
            notePriority(from: old, to: node.priority, member)
            noteInterval(node, member)
            member.reformat(node.settings)
        }
        tell(.configure(sabotaged(node.settings)), node)
        tell(.priority(node.priority), node)
    }

    private func sleep(_ node: SimulatedNode, _ duration: Int, _ losesPackets: Bool) {
        guard node.process == .running, node.asleepUntil == nil else { return }
        node.asleepUntil = now + duration
        node.losesPackets = losesPackets
        node.lastAsleep = now + duration
    }

    /// A process that is told something runs again.
    func wake(_ node: SimulatedNode) {
        guard node.asleepUntil != nil else { return }
        node.asleepUntil = now
        let waiting = node.inbox
        node.inbox = []
        node.asleepUntil = nil
        node.lastAsleep = now
        for message in waiting { deliver(message, node) }
    }

    private func cut(_ node: SimulatedNode, _ network: Int, _ to: Int, _ bothWays: Bool) {
        networks[network].block(node.index, to)
        if bothWays { networks[network].block(to, node.index) }
        resetConflicts(of: to)
    }
}
