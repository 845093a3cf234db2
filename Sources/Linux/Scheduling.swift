import CShim

extension ThreadPriority {
    /// How nice the calling thread is, -20...19.
    package static func makeNice(_ value: Int) throws(SystemError) {
        let remedy = "needs CAP_SYS_NICE to be less nice than it is, or a limit (ulimit -e)"
        try check("setpriority", "\(value)", remedy: remedy) { cshim_nice(Int32(clamping: value)) }
    }

    /// The calling thread runs on these CPUs only; at least one of them has to exist.
    package static func bind(toCPUs cpus: [Int]) throws(SystemError) {
        let numbers = cpus.map { Int32(clamping: $0) }
        let remedy = "name CPUs that there are and that this process may run on (taskset -p)"
        try check("sched_setaffinity", cpus.map(String.init).joined(separator: " "), remedy: remedy) {
            cshim_affinity(numbers, numbers.count)
        }
    }

    /// Nothing of the process' memory is paged out from now on.
    package static func lockMemory() throws(SystemError) {
        try check("mlockall", remedy: "needs CAP_IPC_LOCK, or a limit (ulimit -l)") { cshim_lock_memory() }
    }

    /// A calling thread that has real-time priority and runs for so many microseconds without waiting becomes an ordinary
    /// one, so that it can't hold the machine up; see `hasLostRealTime`. One thread of a process.
    package static func limitRealTime(microseconds: Int) throws(SystemError) {
        try check("setrlimit(RLIMIT_RTTIME)", "\(microseconds)", remedy: "needs CAP_SYS_RESOURCE") {
            cshim_limit_realtime(UInt64(max(microseconds, 1)))
        }
    }

    /// Whether the limit of `limitRealTime` was reached since the last call.
    package static var hasLostRealTime: Bool { cshim_realtime_was_lost() }
}
