import CShim
import Glibc

/// Wakes a thread that polls: eventfd(2). Any thread may call any of it.
package final class WakeDescriptor: Sendable {
    private let file: FileDescriptor

    /// Not signalled.
    package init() throws(SystemError) { file = FileDescriptor(owning: try check("eventfd") { cshim_eventfd() }) }

    /// Readable once it is signalled.
    package var descriptor: Int32 { file.rawValue }

    /// Makes it readable; never waits.
    package func signal() {
        var one: UInt64 = 1
        _ = write(file.rawValue, &one, 8)
    }

    /// Makes it unreadable again.
    package func clear() {
        var count: UInt64 = 0
        _ = read(file.rawValue, &count, 8)
    }
}

/// What a thread waits for: descriptors to read from, and a time. Nothing is allocated once all are added.
package struct PollSet {
    private var polls: [pollfd] = []

    /// Without any.
    package init() {}

    /// Waits for this one too, with `writing` also until it can be written to; its place in `isReady`. A negative number is
    /// never ready.
    @discardableResult
    package mutating func add(_ descriptor: Int32, writing: Bool = false) -> Int {
        let events = Int16(writing ? POLLIN | POLLOUT : POLLIN)
        polls.append(pollfd(fd: descriptor, events: events, revents: 0))
        return polls.count - 1
    }

    /// Exchanges the descriptor at a place.
    package mutating func replace(_ place: Int, by descriptor: Int32) { polls[place].fd = descriptor }

    /// Waits until one of them is readable (or broken), a signal comes, or `SystemClock.monotonicNanoseconds` is
    /// `deadline` (nil: without limit), to the nanosecond as far as the kernel's timers go.
    package mutating func wait(until deadline: UInt64?) {
        let ready = polls.withUnsafeMutableBufferPointer {
            cshim_poll_until($0.baseAddress, $0.count, deadline ?? .max)
        }
        guard ready < 0 else { return }
        for index in polls.indices { polls[index].revents = 0 }
    }

    /// Whether the descriptor at a place was readable after the last wait.
    package func isReady(_ place: Int) -> Bool { polls[place].revents != 0 }
}

/// The calling thread's scheduling.
package enum ThreadPriority {
    /// Real-time, SCHED_RR; processes that it starts are ordinary.
    ///
    /// - Parameter priority: 1...99.
    package static func makeRealTime(priority: Int) throws(SystemError) {
        let remedy = "needs CAP_SYS_NICE, or a limit of real-time priority (ulimit -r)"
        try check("sched_setscheduler(SCHED_RR)", "\(priority)", remedy: remedy) { cshim_realtime(Int32(priority)) }
    }
}
