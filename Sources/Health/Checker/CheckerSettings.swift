/// One checker of one real server as configured, with all that is inherited filled in. The Director fills it; names and
/// defaults are keepalived's.
///
/// keepalived's checkers have no rise and fall counts: a checker falls after 1 + `retries` failures in a row and rises
/// with one success (of all its steps).
package struct CheckerSettings: Hashable, Sendable {
    /// What one check is made of.
    package enum Steps: Hashable, Sendable {
        /// One probe.
        case one
        /// HTTP_GET, SSL_GET: `count` (at least 1) URLs, one a run and a run every `delayLoop`. Once the URL that took
        /// the server down has passed again, all of them must pass, from the first on. `isFast` (`fast_recovery`) does
        /// so without waiting.
        case urls(count: Int, isFast: Bool)
        /// SMTP_CHECK with `host` blocks: `count` (at least 1) of them, one after the other without waiting.
        case hosts(count: Int)

        /// At least 1.
        var count: Int {
            switch self {
            case .one: 1
            case .urls(let count, _), .hosts(let count): max(count, 1)
            }
        }
    }

    /// `delay_loop`: from the end of one run to the start of the next; more than zero.
    package var delayLoop = Duration.seconds(60)
    /// `retry`: how often a failed run is repeated before the checker is down; only while it is up and has run before.
    package var retries = 1
    /// `delay_before_retry`.
    package var delayBeforeRetry = Duration.seconds(1)
    /// `warmup`: the first run comes after a random share of it.
    package var warmup = Duration.seconds(60)
    /// `alpha`: down until a first success.
    package var startsDown = false
    /// `connect_timeout`: how long a run may go without progress; `misc_timeout` of a script.
    package var timeout = Duration.seconds(5)
    /// How long a run may take as a whole, whatever progress it makes, so that a server that drips a byte a second does
    /// not hold it for ever. keepalived has no such limit.
    package var wholeLimit = Duration.seconds(60)
    /// UDP_CHECK without `require_reply`: a run that times out has passed.
    package var passesInSilence = false
    /// What one check is made of.
    package var steps = Steps.one
    /// MISC_CHECK: delays count from the start of a run, not from its end.
    package var countsFromStart = false
    /// MISC_CHECK: how long a script may take to die of SIGTERM, then of each SIGKILL; nil: what is stopped is gone at
    /// once (a socket).
    package var stopGrace: Duration?

    /// keepalived's defaults of TCP_CHECK.
    package init() {}
}
