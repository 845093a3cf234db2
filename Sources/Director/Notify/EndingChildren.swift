import Glibc
internal import Linux
internal import Wire

/// Processes that were told to end, until they have: none stays behind as a zombie, and none that doesn't listen.
struct EndingChildren {
    /// How long one may take before it is killed.
    static let patience = Duration.seconds(1)

    private struct Ending {
        let child: ChildProcess
        /// nil once it was killed.
        var limit: Instant?
    }

    private var list: [Ending] = []

    /// Whether all have ended.
    var isEmpty: Bool { list.isEmpty }

    /// Asks a process to end (SIGTERM), and kills it if it doesn't.
    mutating func end(_ child: ChildProcess?, at now: Instant) {
        guard let child else { return }
        child.signalGroup(SIGTERM)
        list.append(Ending(child: child, limit: now + Self.patience))
    }

    /// Kills a process.
    mutating func kill(_ child: ChildProcess?) {
        guard let child else { return }
        child.signalGroup(SIGKILL)
        list.append(Ending(child: child))
    }

    /// Adds what is waited for to a set.
    func wait(in polls: inout PollSet) {
        for ending in list { polls.add(ending.child.descriptor) }
    }

    /// When `attend` is due at the latest.
    var deadline: Instant? { list.compactMap(\.limit).min() }

    /// Takes in who has ended, and kills who has had its time.
    mutating func attend(at now: Instant) {
        list.removeAll { $0.child.reap() != nil }
        for index in list.indices {
            guard let limit = list[index].limit, limit <= now else { continue }
            list[index].child.signalGroup(SIGKILL)
            list[index].limit = nil
        }
    }

    /// Waits until all have ended, not much longer than `patience`: one that is killed may be held up by the kernel.
    mutating func finish() {
        let end = VRRPDriver.now + Self.patience * 2
        attend(at: VRRPDriver.now)
        while !isEmpty, VRRPDriver.now < end {
            var polls = PollSet()
            wait(in: &polls)
            polls.wait(until: (deadline ?? end).nanoseconds)
            attend(at: VRRPDriver.now)
        }
    }
}
