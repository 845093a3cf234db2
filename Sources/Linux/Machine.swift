import CShim
import Glibc

/// Mounted file systems.
package enum Mounts {
    /// Whether `path` is in a mounted BPF file system; false also if it does not exist.
    package static func isBPFFS(_ path: String) -> Bool { cshim_filesystem_type(path) == CSHIM_BPFFS_MAGIC }

    /// Mounts a BPF file system on an existing folder.
    package static func mountBPFFS(_ path: String) throws(SystemError) {
        try check("mount -t bpf bpf", path) { cshim_mount_bpffs(path) }
    }
}

/// Limits of this process.
package enum Limits {
    /// Lifts the limit of locked memory: kernels before 5.11 count BPF maps against it.
    package static func raiseMemlock() throws(SystemError) {
        let remedy = "needs CAP_SYS_RESOURCE; since kernel 5.11 nothing depends on it"
        try check("setrlimit(RLIMIT_MEMLOCK)", remedy: remedy) { cshim_raise_memlock() }
    }
}

/// The machine's processors.
package enum CPU {
    /// How many the kernel may ever have: the number of values in an entry of a per-CPU map.
    package static func possibleCount() throws(SystemError) -> Int {
        let path = "/sys/devices/system/cpu/possible"
        let text = try TextFile.read(path)
        guard let count = count(ofList: text) else {
            throw SystemError("read", errno: EINVAL, context: "\(path): \(text)")
        }
        return count
    }

    /// How many numbers a list such as `0-3,8,10-11` names; nil if it is none.
    package static func count(ofList text: String) -> Int? {
        var count = 0
        for range in text.split(separator: ",") {
            let ends = range.split(separator: "-").map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
            else { return nil }
            count += last - first + 1
        }
        return count == 0 ? nil : count
    }

    /// Keeps the calling thread on one processor from now on.
    package static func pinThread(to cpu: Int) throws(SystemError) {
        try check("sched_setaffinity", "CPU \(cpu)") { cshim_pin_thread(UInt32(cpu)) }
    }
}

/// The kernel's clocks.
package enum SystemClock {
    /// Since some fixed point, never set back; nanoseconds.
    package static var monotonicNanoseconds: UInt64 { cshim_monotonic_ns() }
    /// As `monotonicNanoseconds`, in seconds.
    package static var monotonicSeconds: Double { Double(cshim_monotonic_ns()) / 1e9 }
    /// Processor time that the calling thread has used, in user space and in the kernel; nanoseconds.
    package static var threadCPUNanoseconds: UInt64 { cshim_thread_cpu_ns() }
    /// One jiffy: how often the kernel's coarse clock moves on; nanoseconds.
    package static var tickNanoseconds: UInt64 { cshim_tick_ns() }
}

/// This process' memory.
package enum ProcessMemory {
    /// Gives the system back what is free, for a process that will do little from now on.
    package static func trim() { cshim_trim_memory() }
}
