/// What keepalived's checkers and quorum decide, written down without the machines and without state: each answer is
/// worked out from all that has happened. From the rules alone:
///
/// - a checker is up at first, or with `alpha` down;
/// - up, it goes down when a probe and `retry` repetitions have failed; the very first probe has no repetitions;
/// - down, one success takes it up.
enum Specification {
    /// Whether a checker is up after these results.
    static func isUp(_ results: [Bool], retries: Int, startsDown: Bool) -> Bool {
        guard let last = results.last else { return !startsDown }
        if last { return true }
        let streak = results.reversed().prefix { !$0 }.count
        // Nothing but failures: the first was enough. Else the success before them had it up.
        return streak < results.count && streak <= retries
    }

    /// How long after the end of a run the next one begins.
    static func pause<Time>(_ results: [Bool], retries: Int, startsDown: Bool, delayLoop: Time, beforeRetry: Time)
        -> Time
    {
        let isRetried = results.last == false && isUp(results, retries: retries, startsDown: startsDown)
        return isRetried ? beforeRetry : delayLoop
    }

    /// A service at one moment.
    struct Moment: Equatable {
        /// By server: up or down.
        var isUp: [Bool]
        /// By server.
        var weights: [Int]
    }

    /// Whether there is a quorum after this history, the first moment being the start. Lost before it.
    static func hasQuorum(_ history: [Moment], quorum: Int, hysteresis: Int) -> Bool {
        for moment in history.reversed() {
            let sum = zip(moment.isUp, moment.weights).map { $0 ? $1 : 0 }.reduce(0, +)
            if sum == 0 || sum < quorum - hysteresis { return false }
            if sum >= quorum + hysteresis { return true }
        }
        return false
    }

    /// What stands in the table: by server its weight, or nil; and the sorry server.
    static func table(
        _ history: [Moment], quorum: Int, hysteresis: Int, inhibits: [Bool], sorryWeight: Int?
    ) -> (servers: [Int?], sorry: Int?) {
        let last = history[history.count - 1]
        let isSorry = sorryWeight != nil && !hasQuorum(history, quorum: quorum, hysteresis: hysteresis)
        let servers = last.isUp.indices.map { index -> Int? in
            if last.isUp[index], !isSorry { return last.weights[index] }
            return inhibits[index] ? 0 : nil
        }
        return (servers, isSorry ? sorryWeight : nil)
    }
}
