import Wire

@testable import VRRP

/// One thing happens to a settled world, and the bounds are the tight ones.
extension World {
    /// Does it and gives the time by which everything must be settled again.
    func calmly() -> Int {
        mayGap = false
        mayMove = true
        let end = now + shape.calmBound
        let actives = nodes.filter { $0.members[0].router.state == .active && $0.process == .running }
        guard let active = actives.first else {
            mayGap = true
            for node in nodes { perform(Plan(at: now, router: node.index, deed: .start)) }
            return now + shape.settlingBound
        }
        switch random.below(12) {
        case 0: return loseActive(active, .crash, mayGap: true, end)
        case 1: return loseActive(active, .kill, mayGap: true, end)
        case 2: return loseActive(active, .shutdown(.handover), mayGap: !active.settings.handover.isEnabled, end)
        case 3: return loseActive(active, .shutdown(.immediate), mayGap: true, end)
        case 4: return loseActive(active, .release, mayGap: !active.settings.handover.isEnabled, end)
        case 5:
            return loseActive(active, .link(network: random.below(networks.count), isUp: false), mayGap: true, end)
        case 6: return restart(active, end)
        case 7: return returning(active, end)
        case 8: return changePriority(active, end)
        case 9: return nap(active, end)
        case 10: return changeInterval(active, end)
        default: return nothing(end)
        }
    }

    /// The active router's role is lost or given up: somebody else has it in the computed time.
    private func loseActive(_ active: SimulatedNode, _ deed: Plan.Deed, mayGap: Bool, _ end: Int) -> Int {
        let others = nodes.filter { $0 !== active && $0.isEligible }
        self.mayGap = mayGap || others.isEmpty
        let isSilent = deed == .crash || deed == .kill
        let interval = Int(active.settings.clampedInterval.nanosecondsClamped)
        perform(Plan(at: now, router: active.index, deed: deed))
        guard !others.isEmpty else { return end }
        // The last advert came at most `delay` ago; the best backup waits its master-down or skew time after it.
        let waits = others.map { other in
            let unit = shape.version == .v2 ? 1_000_000_000 : interval
            let skew = unit * (256 - Int(other.priority)) / 256
            return isSilent ? other.settings.downTimerAdverts * interval + skew : skew
        }
        let bound = shape.delay + Shape.onSlowestClock(waits.min() ?? 0) + 2 * shape.jitter
        run(until: now + bound)
        for network in networks.indices where failure == nil {
            let isServed = others.contains { $0.members[network].router.state == .active }
            if !isServed { fail("nobody took network \(network) over within \(bound) ns of \(deed)") }
        }
        return end
    }

    /// The controller is killed and comes back before anybody else could have noticed: nothing moves.
    private func restart(_ active: SimulatedNode, _ end: Int) -> Int {
        mayMove = false
        perform(Plan(at: now, router: active.index, deed: .kill))
        run(until: now + random.below(shape.interval * 3 / 2))
        perform(Plan(at: now, router: active.index, deed: .start))
        return end
    }

    /// A router comes back: it takes over if it is better and may preempt, and no moment is lost.
    private func returning(_ active: SimulatedNode, _ end: Int) -> Int {
        guard let other = nodes.first(where: { $0 !== active && !$0.isEligible }) else { return nothing(end) }
        for network in networks.indices where !other.hasLink[network] {
            perform(Plan(at: now, router: other.index, deed: .link(network: network, isUp: true)))
        }
        perform(Plan(at: now, router: other.index, deed: .start))
        mayMove = other.mayPreempt && other.priority > active.priority
        return end
    }

    private func changePriority(_ active: SimulatedNode, _ end: Int) -> Int {
        let node = nodes[random.below(nodes.count)]
        perform(Plan(at: now, router: node.index, deed: .check(random.below(2) == 0 ? .up : .down)))
        mayMove = nodes.contains {
            $0 !== active && $0.isEligible && $0.mayPreempt && $0.priority > active.priority
        }
        return end
    }

    /// A process is not scheduled for a while. A backup that wakes hears what waited for it, and stays what it is; an
    /// active one comes back before the others act.
    private func nap(_ active: SimulatedNode, _ end: Int) -> Int {
        let node = nodes[random.below(nodes.count)]
        let isBackup = node !== active
        mayMove = false
        let longest = isBackup ? 6 * shape.interval : shape.interval * 3 / 2
        perform(Plan(at: now, router: node.index, deed: .nap(random.below(longest), losesPackets: false)))
        return end
    }

    /// Requirement 46: a reload with another interval goes round without a failover; the active router is first.
    private func changeInterval(_ active: SimulatedNode, _ end: Int) -> Int {
        guard shape.version == .v3 else { return nothing(end) }
        mayMove = false
        let old = Int(nodes[0].settings.advertInterval.nanosecondsClamped)
        let new = old == shape.interval ? shape.longestInterval : shape.interval
        for node in [active] + nodes.filter({ $0 !== active }) {
            perform(Plan(at: now, router: node.index, deed: .interval(new)))
            run(until: now + random.below(shape.interval))
        }
        return end
    }

    /// Nothing happens, for some intervals: one router sends, at its interval.
    private func nothing(_ end: Int) -> Int {
        mayMove = false
        let start = now
        let sent = adverts
        run(until: now + 6 * shape.longestInterval)
        let most = networks.count * (Shape.onSlowestClock(now - start) / shape.interval + 2)
        if failure == nil, adverts - sent > most { fail("\(adverts - sent) adverts in a quiet network, not \(most)") }
        return now
    }
}
