extension Ring {
    /// The most entries of a wrr ring.
    package static let weightedRoundRobinLimit = 65_536

    /// wrr: one cycle of the sequence of LVS' weighted round robin.
    ///
    /// The weights are divided by their greatest common divisor. Then, for each level from the greatest weight down to
    /// 1, all servers of at least that weight follow in the order of the list. So the ring has as many entries as the
    /// divided weights' sum. Where that exceeds `weightedRoundRobinLimit` the weights are scaled down in proportion,
    /// rounded, and at least 1: the ring then follows the weights to about one part in the limit. Empty if no server is
    /// live.
    package static func weightedRoundRobin(_ candidates: [Candidate]) -> [UInt32] {
        let live = candidates.live
        let weights = cycleWeights(live.map { UInt64($0.weight) })
        var ring: [UInt32] = []
        ring.reserveCapacity(weights.reduce(0, +))
        // Heaviest first; `taking` are the places of those that the current level has reached, in the order of the
        // list.
        var waiting = live.indices.sorted { weights[$0] < weights[$1] }
        var taking: [Int] = []
        for level in stride(from: weights.max() ?? 0, to: 0, by: -1) {
            let reached = taking.count
            while let next = waiting.last, weights[next] >= level {
                taking.append(next)
                waiting.removeLast()
            }
            if taking.count > reached { taking.sort() }
            for place in taking { ring.append(live[place].index) }
        }
        return ring
    }

    /// The weights without their common divisor, scaled down if one cycle of them would be too long; none is 0.
    private static func cycleWeights(_ weights: [UInt64]) -> [Int] {
        let divisor = greatestCommonDivisor(weights)
        let divided = weights.map { $0 / divisor }
        let sum = divided.reduce(0, +)
        let limit = UInt64(weightedRoundRobinLimit)
        guard sum > limit else { return divided.map(Int.init) }
        // One entry for each server, the rest of the limit in proportion. Equal weights come out equal, so divide once
        // more.
        let share = limit - min(limit, UInt64(weights.count))
        let scaled = divided.map { 1 + $0 * share / sum }
        let rest = greatestCommonDivisor(scaled)
        return scaled.map { Int($0 / rest) }
    }
}
