internal import Config
internal import Linux
internal import VRRP
internal import Wire

/// How the driver's thread is scheduled.
struct VRRPScheduling: Hashable, Sendable {
    /// `vrrp_rt_priority`: SCHED_RR at 1...99.
    var realTimePriority = 1
    /// `vrrp_priority`; nil: as it is.
    var nice: Int?
    /// `vrrp_rlimit_rttime`, in microseconds; nil: no limit.
    var realTimeLimit: Int?
    /// `vrrp_cpu_affinity`; nil: as it is.
    var cpus: [Int]?
    /// `vrrp_no_swap`.
    var locksMemory = false
    /// `max_auto_priority`: as far as SCHED_RR is raised, a step for each timer that is late; 0: not at all.
    var highestPriority = 0
    /// `min_auto_priority_delay`: how late a timer has to be for that.
    var raisingDelay = Duration.seconds(1)
    /// `disable_local_igmp`.
    var silencesIGMP = false

    init() {}

    init(_ global: GlobalVRRPSettings) {
        realTimePriority = min(max(global.rtPriority ?? 1, 1), 99)
        nice = global.priority
        realTimeLimit = global.rlimitRttime
        cpus = global.cpuAffinity
        locksMemory = global.noSwap
        highestPriority = min(max(global.maxAutoPriority, 0), 99)
        raisingDelay = .microseconds(Int64(min(max(global.minAutoPriorityDelay, 1), 10_000_000)))
        silencesIGMP = global.disableLocalIgmp
    }

    /// Makes the calling thread so, and says of each thing that can't be had what it is and what it needs.
    func apply(_ complain: (String) -> Void) {
        func attempt(_ what: String, _ body: () throws(SystemError) -> Void) {
            do throws(SystemError) { try body() } catch { complain("\(what): \(error)") }
        }
        if let nice {
            attempt("vrrp_priority has no effect") { () throws(SystemError) in try ThreadPriority.makeNice(nice) }
        }
        if let cpus {
            attempt("vrrp_cpu_affinity has no effect") { () throws(SystemError) in
                try ThreadPriority.bind(toCPUs: cpus)
            }
        }
        if locksMemory {
            attempt("vrrp_no_swap has no effect") { () throws(SystemError) in try ThreadPriority.lockMemory() }
        }
        if let realTimeLimit {
            attempt("vrrp_rlimit_rttime has no effect") { () throws(SystemError) in
                try ThreadPriority.limitRealTime(microseconds: realTimeLimit)
            }
        }
        attempt("VRRP runs without real-time priority, adverts may be late") { () throws(SystemError) in
            try ThreadPriority.makeRealTime(priority: realTimePriority)
        }
        guard silencesIGMP else { return }
        attempt("disable_local_igmp has no effect") { () throws(SystemError) in
            try Sysctl.write("0", to: "net/ipv4/igmp_link_local_mcast_reports")
        }
    }
}

extension VRRPDriver {
    /// The thread's scheduling as the configuration has it.
    func reschedule() {
        realTimePriority = plan.scheduling.realTimePriority
        plan.scheduling.apply { mailbox.post(.text($0, isWarning: false)) }
    }

    /// A timer that is called late enough raises the real-time priority by a step, if it may be raised at all.
    func noteLateness(_ lateness: Duration) {
        let scheduling = plan.scheduling
        guard lateness >= scheduling.raisingDelay, realTimePriority < scheduling.highestPriority else { return }
        do throws(SystemError) {
            try ThreadPriority.makeRealTime(priority: realTimePriority + 1)
        } catch { return }
        realTimePriority += 1
        mailbox.post(
            .text(
                "a timer came \(lateness.nanosecondsClamped / 1_000) us late: real-time priority raised to "
                    + "\(realTimePriority)", isWarning: false))
    }

    /// `vrrp_rlimit_rttime` was reached.
    func noteLostPriority() {
        guard ThreadPriority.hasLostRealTime else { return }
        mailbox.post(
            .text(
                "VRRP ran for longer than vrrp_rlimit_rttime without waiting and has lost its real-time priority: "
                    + "raise the limit, or reload to try again", isWarning: true))
    }
}
