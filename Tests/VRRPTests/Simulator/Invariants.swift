import Wire

@testable import VRRP

/// Two routers that are active on one network.
struct Conflict {
    let network: Int
    let first: Int
    let second: Int
    /// The last moment at which something spoke against hearing each other.
    var since: Int
}

/// What must hold at every moment, and what must hold when a world is quiet.
extension World {
    // MARK: After every event

    func checkMember(
        _ event: VirtualRouter.Event, _ adverts: Int, _ before: VirtualRouter.State, _ node: SimulatedNode,
        _ member: SimulatedMember
    ) {
        let router = member.router
        let state = router.state
        // The addresses are as the state has them, by the actions alone.
        // What a killed controller left is there until its successor starts.
        if member.service != router.service, before != .initialize || state != .initialize {
            fail("R\(node.index)/\(member.network) is \(state), its addresses are \(member.service)")
        }
        let hasDeadline = router.nextDeadline != nil
        if hasDeadline != (state == .active || state == .backup || state == .leaving) {
            fail("R\(node.index)/\(member.network) is \(state) and has \(hasDeadline ? "a" : "no") deadline")
        }
        checkAdverts(event, adverts, before, node)
        if watch == .calm, !mayGap, serving[member.network] == 0 {
            fail("nobody serves network \(member.network)")
        }
    }

    /// No storm: only an active router answers an advert, with one; nothing causes more than two.
    private func checkAdverts(
        _ event: VirtualRouter.Event, _ count: Int, _ before: VirtualRouter.State, _ node: SimulatedNode
    ) {
        let limit =
            switch event {
            case .advert: before == .active ? 1 : 0
            case .timer: 1
            default: 2
            }
        if count > limit { fail("R\(node.index) sends \(count) adverts at \(event) when \(before)") }
    }

    /// The instances of a group are active together or not at all. One may still be leaving, and serve, when another
    /// has its role back already because nobody took it over; when the leave ends, they agree.
    func checkGroup(_ node: SimulatedNode) {
        guard node.members.count > 1, node.process == .running || node.process == .stopping else { return }
        let states = node.members.map(\.router.state)
        if states.contains(.active), !states.allSatisfy({ $0 == .active || $0 == .leaving }) {
            fail("the group of R\(node.index) is torn: \(states)")
        }
        if states.contains(.fault) != states.allSatisfy({ $0 == .fault }) {
            fail("the group of R\(node.index) is faulted in part: \(states)")
        }
    }

    // MARK: Two active routers

    /// Something happened to this router: the bound begins anew.
    func resetConflicts(of router: Int) {
        for index in conflicts.indices where conflicts[index].first == router || conflicts[index].second == router {
            conflicts[index].since = now
        }
    }

    func checkConflicts() {
        conflicts.removeAll { nodes[$0.first].process != .running || nodes[$0.second].process != .running }
        for index in conflicts.indices {
            let conflict = conflicts[index]
            let network = networks[conflict.network]
            guard network.loss == 0, hears(conflict.first, conflict.second, network),
                hears(conflict.second, conflict.first, network)
            else {
                conflicts[index].since = now
                continue
            }
            let bound = shape.conflictBound - shape.delay + network.delay.upperBound
            // Of two owners one backs off at the second advert.
            let areOwners = [conflict.first, conflict.second].allSatisfy { nodes[$0].settings.priority == 255 }
            let limit = areOwners ? 2 * bound : bound
            guard now > conflict.since + limit else { continue }
            fail("R\(conflict.first) and R\(conflict.second) are both active for more than \(bound) ns")
        }
    }

    private func hears(_ from: Int, _ to: Int, _ network: SimulatedNetwork) -> Bool {
        guard network.reaches(from, to), nodes[from].asleepUntil == nil else { return false }
        return shape.version == .v3 || nodes[from].settings.clampedInterval == nodes[to].settings.clampedInterval
    }

    // MARK: Quiet

    func checkSettled() {
        for node in nodes where node.process == .stopping { fail("R\(node.index) has not stopped yet") }
        for node in nodes where node.process == .running {
            checkGroup(node)
            for member in node.members where member.router.priority != node.priority {
                fail("R\(node.index) has priority \(member.router.priority), not \(node.priority)")
            }
        }
        let eligible = nodes.filter(\.isEligible)
        for network in networks.indices { checkSettled(eligible, network) }
        if let first = active(0, eligible), networks.indices.contains(where: { active($0, eligible) !== first }) {
            fail("the networks of the groups have different active routers")
        }
    }

    private func active(_ network: Int, _ eligible: [SimulatedNode]) -> SimulatedNode? {
        eligible.first { $0.members[network].router.state == .active }
    }

    private func checkSettled(_ eligible: [SimulatedNode], _ network: Int) {
        for node in nodes where node.process == .running && !node.isEligible {
            let state = node.members[network].router.state
            if state != .fault { fail("R\(node.index)/\(network) has a fault and is \(state)") }
        }
        let actives = eligible.filter { $0.members[network].router.state == .active }
        guard let active = actives.first, actives.count == 1 else {
            if !eligible.isEmpty { fail("network \(network) has \(actives.count) active routers") }
            return
        }
        let interval = active.settings.clampedInterval
        for node in eligible where node !== active {
            let router = node.members[network].router
            if router.state != .backup { fail("R\(node.index)/\(network) is \(router.state) in a quiet network") }
            if node.mayPreempt, node.priority > active.priority {
                fail("R\(node.index) is better than R\(active.index) and may preempt, but does not")
            }
            let ignores = node.priority == 255 && node.settings.ownerIgnoresAdverts
            if shape.version == .v3, !ignores, router.activeInterval != interval {
                fail("R\(node.index) has not learned R\(active.index)'s interval")
            }
        }
    }
}
