/// When a checker runs and how often it tries: what a virtual server, a real server and a checker may each say.
///
/// Nil is inherited: the checker's value, else the real server's, else the virtual server's, else a default.
package struct CheckTiming: Equatable, Sendable {
    /// `delay_loop`: from one check to the next, in seconds; more than 0.
    @Setting package var delayLoopSeconds: Double? = nil
    /// `connect_timeout`: how long an answer is waited for, in seconds; 0.000001 to 4294.967295.
    @Setting package var connectTimeoutSeconds: Double? = nil
    /// `retry`: how often a failed check is repeated before the server counts as down; only while it is up.
    @Setting package var retries: Int? = nil
    /// `delay_before_retry`: before such a repetition, in seconds; 0 or more.
    @Setting package var delayBeforeRetrySeconds: Double? = nil
    /// `warmup`: the longest that the first check is delayed, by a random share of it, in seconds; 0 or more.
    @Setting package var warmupSeconds: Double? = nil
    /// `alpha`: the server is down until a check succeeds.
    @Setting package var startsDown: Bool? = nil

    init() {}

    /// This, and where it says nothing, the other.
    func over(_ other: CheckTiming) -> CheckTiming {
        var timing = self
        if delayLoopSeconds == nil { timing.$delayLoopSeconds = other.$delayLoopSeconds }
        if connectTimeoutSeconds == nil { timing.$connectTimeoutSeconds = other.$connectTimeoutSeconds }
        if retries == nil { timing.$retries = other.$retries }
        if delayBeforeRetrySeconds == nil { timing.$delayBeforeRetrySeconds = other.$delayBeforeRetrySeconds }
        if warmupSeconds == nil { timing.$warmupSeconds = other.$warmupSeconds }
        if startsDown == nil { timing.$startsDown = other.$startsDown }
        return timing
    }
}

/// A checker's timing with everything filled in.
package struct EffectiveTiming: Equatable, Sendable {
    /// From one check to the next, in seconds.
    package var delayLoopSeconds: Double
    /// How long an answer is waited for, in seconds; of a script, how long it may run.
    package var timeoutSeconds: Double
    /// How often a failed check is repeated while the server is up.
    package var retries: Int
    /// Before such a repetition, in seconds.
    package var delayBeforeRetrySeconds: Double
    /// The first check comes after a random share of it, in seconds.
    package var warmupSeconds: Double
    /// Whether the server is down until a check succeeds.
    package var startsDown: Bool

    /// All times in seconds.
    package init(
        delayLoopSeconds: Double, timeoutSeconds: Double, retries: Int, delayBeforeRetrySeconds: Double,
        warmupSeconds: Double, startsDown: Bool
    ) {
        self.delayLoopSeconds = delayLoopSeconds
        self.timeoutSeconds = timeoutSeconds
        self.retries = retries
        self.delayBeforeRetrySeconds = delayBeforeRetrySeconds
        self.warmupSeconds = warmupSeconds
        self.startsDown = startsDown
    }
}

extension Checker {
    /// What is in force for it: its own values, its real server's, its virtual server's, and keepalived's defaults.
    package func effectiveTiming(of server: RealServerBlock, in service: VirtualServerBlock) -> EffectiveTiming {
        let timing = common.timing.over(server.timing).over(service.timing)
        let delayLoop = timing.delayLoopSeconds ?? 60
        return EffectiveTiming(
            delayLoopSeconds: delayLoop, timeoutSeconds: timeoutSeconds(timing, delayLoop),
            retries: timing.retries ?? method.kind.defaultRetries,
            delayBeforeRetrySeconds: timing.delayBeforeRetrySeconds ?? method.kind.defaultDelayBeforeRetrySeconds
                ?? delayLoop,
            warmupSeconds: timing.warmupSeconds ?? delayLoop, startsDown: timing.startsDown ?? false)
    }

    private func timeoutSeconds(_ timing: CheckTiming, _ delayLoop: Double) -> Double {
        if case .misc(let check) = method { return check.timeoutSeconds > 0 ? Double(check.timeoutSeconds) : delayLoop }
        return timing.connectTimeoutSeconds ?? 5
    }
}

extension CheckerKind {
    /// Where nothing says otherwise.
    fileprivate var defaultRetries: Int {
        switch self {
        case .dns: 3
        case .misc: 0
        case .tcp, .http, .ssl, .smtp, .udp, .ping, .file, .bfd: 1
        }
    }

    /// Where nothing says otherwise; nil: the time from one check to the next.
    fileprivate var defaultDelayBeforeRetrySeconds: Double? {
        switch self {
        case .http, .ssl: 3
        case .dns: nil
        case .tcp, .misc, .smtp, .udp, .ping, .file, .bfd: 1
        }
    }
}
