internal import Linux
internal import Plan
import Synchronization
internal import VRRP
internal import Wire

/// From the director to the VRRP driver.
enum VRRPCommand: Sendable {
    case configure(VRRPPlan)
    /// What a script, a file or a process says.
    case verdict(PriorityLedger.Kind, name: String, PriorityLedger.Verdict)
    /// Hand this instance's role over, with its sync group's; nil: all.
    case release(String?)
    /// Undo `release`.
    case reclaim(String?)
    case stop(VirtualRouter.Shutdown)
    /// End the thread; addresses stay.
    case leaveAsIs
    /// Renew the snapshot.
    case look
}

/// From the VRRP driver to the director.
enum VRRPEvent: Sendable {
    /// The service of this instance's VIPs is to have this role; `answer` with the ticket once the maps say so.
    case role(String, ServiceRole, ticket: UInt64)
    case transition(String, VirtualRouter.Transition, priority: UInt8)
    case groupTransition(String, to: VirtualRouter.State)
    case entry(String, VirtualRouter.LogEntry)
    case priorityChanged(String, from: UInt8, to: UInt8)
    case heardLowerPriority(String)
    /// Something for the log.
    case text(String, isWarning: Bool)
    /// A new configuration is in effect, with these virtual links: others are no longer used.
    case configured(links: Set<String>)
    /// All instances have stopped.
    case stopped
}

/// What both threads share: two queues, the state to look at, and the answers about roles. Locks are held for a copy only.
final class VRRPMailbox: Sendable {
    private struct Contents: Sendable {
        var commands: [VRRPCommand] = []
        var events = VRRPMailbox.emptyEvents
        var answered: UInt64 = 0
        var status = VRRPStatus()
        var looks: UInt64 = 0
    }

    private let contents = Mutex(Contents())
    /// Wakes the driver.
    let forDriver: WakeDescriptor
    /// Wakes the director.
    let forDirector: WakeDescriptor
    /// Wakes the driver while it waits for an answer about a role.
    let forAnswer: WakeDescriptor
    /// Wakes the director while it waits for a snapshot.
    let forLook: WakeDescriptor

    init() throws(SystemError) {
        forDriver = try WakeDescriptor()
        forDirector = try WakeDescriptor()
        forAnswer = try WakeDescriptor()
        forLook = try WakeDescriptor()
    }

    // MARK: The director's side

    func send(_ command: VRRPCommand) {
        contents.withLock { $0.commands.append(command) }
        forDriver.signal()
    }

    func takeEvents() -> [VRRPEvent] {
        forDirector.clear()
        // Made here, outside the lock: the driver neither takes memory nor waits for who does.
        var taken = Self.emptyEvents
        contents.withLock { swap(&$0.events, &taken) }
        return taken
    }

    private static var emptyEvents: [VRRPEvent] {
        var events: [VRRPEvent] = []
        events.reserveCapacity(256)
        return events
    }

    /// The maps say what the role event with this ticket asked for.
    func answer(_ ticket: UInt64) {
        contents.withLock { $0.answered = max($0.answered, ticket) }
        forAnswer.signal()
    }

    /// The state now: the driver is asked to renew it, and waited for, at most so many nanoseconds.
    func freshStatus(patience: UInt64 = 100_000_000) -> VRRPStatus {
        let before = contents.withLock { $0.looks }
        let deadline = SystemClock.monotonicNanoseconds + patience
        forLook.clear()
        send(.look)
        var polls = PollSet()
        polls.add(forLook.descriptor)
        while SystemClock.monotonicNanoseconds < deadline {
            polls.wait(until: deadline)
            forLook.clear()
            if contents.withLock({ $0.looks }) != before { break }
        }
        return contents.withLock { $0.status }
    }

    // MARK: The driver's side

    func takeCommands() -> [VRRPCommand] {
        forDriver.clear()
        return contents.withLock { contents in
            guard !contents.commands.isEmpty else { return [] }
            defer { contents.commands = [] }
            return contents.commands
        }
    }

    func post(_ event: VRRPEvent) {
        contents.withLock { $0.events.append(event) }
        forDirector.signal()
    }

    func isAnswered(_ ticket: UInt64) -> Bool { contents.withLock { $0.answered >= ticket } }

    func publish(_ status: VRRPStatus) {
        contents.withLock {
            $0.status = status
            $0.looks += 1
        }
        forLook.signal()
    }
}
