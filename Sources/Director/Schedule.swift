/// When the director does what: times are seconds of the monotonic clock.
struct Schedule {
    /// How a reconcile went.
    enum Outcome {
        case done
        /// Something could not be done yet, and what could be done was.
        case incomplete
        case failed
    }

    private(set) var nextReconcile = Double.infinity
    private(set) var nextSweep: Double
    private var lastReconcile = -Double.infinity
    private var retrySeconds = Self.shortestRetry
    private var sweepSeconds = Self.shortestSweep
    private var retired = 0

    /// Events that come together are taken together.
    private static let reconcileInterval = 0.02
    private static let shortestRetry = 1.0
    /// The flow table is swept so often while removed real servers' flows end.
    private static let shortestSweep = 3.0
    private static let longest = 20.0

    init(now: Double) { nextSweep = now + Self.longest }

    /// When there is something to do if nothing else happens.
    var deadline: Double { min(nextReconcile, nextSweep) }

    /// Something changed: reconcile soon.
    mutating func request(at now: Double) {
        nextReconcile = min(nextReconcile, max(now, lastReconcile + Self.reconcileInterval))
    }

    /// A reconcile is over. One that failed is tried again after a second, what is incomplete less and less often.
    mutating func reconciled(_ outcome: Outcome, at now: Double) {
        lastReconcile = now
        switch outcome {
        case .done:
            nextReconcile = .infinity
            retrySeconds = Self.shortestRetry
        case .incomplete:
            nextReconcile = now + retrySeconds
            retrySeconds = min(2 * retrySeconds, Self.longest)
        case .failed: nextReconcile = now + Self.shortestRetry
        }
    }

    /// So many removed real servers wait for their flows to end; more than before are looked at soon.
    mutating func retired(_ count: Int, at now: Double) {
        if count > retired {
            sweepSeconds = Self.shortestSweep
            nextSweep = min(nextSweep, now + sweepSeconds)
        }
        retired = count
    }

    /// A sweep is over, after which so many wait. Those that free nothing become rarer.
    mutating func swept(freed: Bool, retired count: Int, at now: Double) {
        sweepSeconds = freed ? Self.shortestSweep : min(2 * sweepSeconds, Self.longest)
        retired = count
        nextSweep = now + (count > 0 ? sweepSeconds : Self.longest)
    }
}
