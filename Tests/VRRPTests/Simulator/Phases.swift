import Wire

@testable import VRRP

/// The life of a world: it begins, bad things happen, it heals, and then one thing at a time happens.
extension World {
    func live() {
        for node in nodes where random.below(6) != 0 {
            plan(Plan(at: random.below(shape.interval), router: node.index, deed: .start))
        }
        becomeBad()
        heal()
        settle(shape.settlingBound)
        for _ in 0..<2 where failure == nil {
            let end = calmly()
            settle(max(end - now, 0))
        }
    }

    private func becomeBad() {
        watch = .chaos
        for index in networks.indices {
            networks[index].loss = shape.loss
            networks[index].duplicates = shape.duplicates
            networks[index].delay = 0...shape.worstDelay
        }
        let end = now + shape.interval * random.within(2...9)
        for _ in 0..<random.within(1...7) { planBadDeed(at: random.within(now...end)) }
        run(until: end)
    }

    private func planBadDeed(at: Int) {
        let router = random.below(nodes.count)
        let network = random.below(networks.count)
        var deed: Plan.Deed
        switch random.below(16) {
        case 0: deed = .crash
        case 1:
            deed = .kill
            plan(Plan(at: at + random.below(5 * shape.interval), router: router, deed: .start))
        case 2, 3: deed = .start
        case 4: deed = .shutdown(random.below(3) == 0 ? .immediate : .handover)
        case 5: deed = .release
        case 6: deed = .reclaim
        case 7: deed = .check(random.below(2) == 0 ? .up : .down)
        case 8:
            deed = .link(network: network, isUp: false)
            plan(
                Plan(
                    at: at + random.below(6 * shape.interval), router: router,
                    deed: .link(network: network, isUp: true)))
        case 9: deed = .interval(random.below(2) == 0 ? shape.interval : shape.longestInterval)
        case 10: deed = nodes[router].settings.priority == 255 ? .reclaim : .priority(UInt8(random.within(1...254)))
        case 11, 12: deed = .nap(random.below(6 * shape.interval), losesPackets: random.below(3) == 0)
        case 13, 14:
            let other = (router + 1 + random.below(nodes.count - 1)) % nodes.count
            deed = .cut(network: network, to: other, bothWays: random.below(2) == 0)
        default: deed = .mend
        }
        plan(Plan(at: at, router: router, deed: deed))
    }

    /// The network is whole, everybody is scheduled, the reload has reached everybody; some routers are still down.
    private func heal() {
        guard failure == nil else { return }
        plans = []
        watch = .settling
        trace?.note("\(clock) --- the network heals")
        let interval = nodes[random.below(nodes.count)].settings.advertInterval
        for index in networks.indices {
            networks[index].heal()
            networks[index].loss = 0
            networks[index].keepsOrder = true
            networks[index].duplicates = 0
            networks[index].delay = 0...shape.delay
        }
        for node in nodes {
            wake(node)
            // v2 routers with different intervals don't hear each other (requirement 12); v3 routers learn.
            if shape.version == .v2 || random.below(2) == 0, node.settings.advertInterval != interval {
                perform(Plan(at: now, router: node.index, deed: .interval(Int(interval.nanosecondsClamped))))
            }
            for network in networks.indices where !node.hasLink[network] && random.below(4) != 0 {
                perform(Plan(at: now, router: node.index, deed: .link(network: network, isUp: true)))
            }
            if node.process == .down || node.process == .killed, random.below(3) != 0 {
                perform(Plan(at: now, router: node.index, deed: .start))
            }
        }
        for node in nodes { resetConflicts(of: node.index) }
    }

    /// Quiet for so long; then everything must be in its place.
    private func settle(_ duration: Int) {
        guard failure == nil else { return }
        run(until: now + duration)
        plans = []
        checkSettled()
        guard failure == nil else { return }
        watch = .calm
        adverts = 0
    }
}
