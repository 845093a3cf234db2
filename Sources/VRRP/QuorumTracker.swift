/// One virtual service as a tracker: whether the weights of its real servers that are in service reach its quorum, with
/// keepalived's hysteresis. Sorry servers don't count. It keeps no time.
package struct QuorumTracker: Hashable, Sendable {
    /// It is gained at `threshold + hysteresis`, and lost below `threshold - hysteresis`.
    package var threshold: Int
    /// Less than `threshold`.
    package var hysteresis: Int
    /// What the last weight amounts to; waits for the first.
    package private(set) var verdict = PriorityLedger.Verdict.waiting

    /// A service whose real servers together have no weight never has its quorum: a threshold below 1 is 1.
    package init(threshold: Int, hysteresis: Int = 0) {
        self.threshold = max(threshold, 1)
        self.hysteresis = min(max(hysteresis, 0), max(threshold, 1) - 1)
    }

    /// Takes the weight in service in; the new verdict if it is another. The first one goes by the threshold alone.
    package mutating func handle(weight: Int) -> PriorityLedger.Verdict? {
        let isUp =
            switch verdict {
            case .waiting, .value: weight >= threshold
            case .up: weight >= threshold - hysteresis
            case .down: weight >= threshold + hysteresis
            }
        let new: PriorityLedger.Verdict = isUp ? .up : .down
        guard new != verdict else { return nil }
        verdict = new
        return new
    }

    /// After a reload: the same verdict under other limits, until the next weight is taken in.
    package mutating func change(to new: QuorumTracker) {
        threshold = new.threshold
        hysteresis = new.hysteresis
    }
}
