import Wire

extension VirtualRouter {
    /// What the shell does for a virtual router, in the order given. Order matters: a takeover is advert, addresses,
    /// announcement, notification.
    package enum Action: Hashable, Sendable {
        /// Send one advert with this priority (0 gives the role up) to the group or to each peer.
        case sendAdvert(priority: UInt8)
        /// Serve: addresses (advertised and excluded), routes and rules present, ARP and neighbour solicitations
        /// answered, the services' role bit on. What is present already stays untouched; ends `silenceAddresses`.
        case addAddresses
        /// Stop answering ARP requests and neighbour solicitations for the addresses; everything else stays, and
        /// packets that still come are answered and forwarded. A successor answers now: nobody sees two MAC addresses.
        case silenceAddresses
        /// Remove them all. The forwarder goes on with the flows that it knows (its drain role).
        case removeAddresses
        /// After a reload: remove what the settings no longer have, add what they newly have, announce only that.
        case updateAddresses
        /// Gratuitous ARP requests or unsolicited neighbour advertisements, each address this often.
        case announce(count: Int, AnnounceReason)
        /// The state changed: notify scripts, FIFO, role bit, `sluicectl vrrp`.
        case notify(Transition)
        /// The effective priority changed while the router ran (`notify_priority_changes`).
        case priorityChanged(from: UInt8, to: UInt8)
        /// An active router heard a lower priority (`notify_master_rx_lower_pri`).
        case heardLowerPriority
        /// To the sync group: this member would be active, or no longer would be.
        case wantsActive(Bool)
        /// A `shutdown` is complete; nothing more comes from this router.
        case stopped
        /// Something to write down.
        case log(LogEntry)
    }

    /// Why addresses are announced.
    package enum AnnounceReason: Hashable, Sendable {
        case takeover, afterDelay, refresh, lowerPriorityHeard, adopted
    }

    /// From one state to another.
    package struct Transition: Hashable, Sendable {
        /// The state left.
        package var from: State
        /// The state entered.
        package var to: State
        /// Why.
        package var reason: Reason

        /// From its parts.
        package init(from old: State, to new: State, reason: Reason) {
            from = old
            to = new
            self.reason = reason
        }

        /// Whether scripts, FIFO and mail hear of it, under `State.notifyName`. A leave is told when it is over, and not
        /// at all if the role was kept; a router that only waits for a tracker's first result is not in fault.
        package var isNotified: Bool {
            let wasKept = from == .leaving && to == .active
            return to != .leaving && from != to && !wasKept && reason != .fault(.waitingForTracker)
                || from == .fault && to == .fault
        }
    }

    /// Why a state was entered.
    package enum Reason: Hashable, Sendable {
        /// `start`, and nothing was wrong.
        case started
        /// The owner of the addresses is active at once.
        case owner
        /// No advert for the master-down interval.
        case noAdverts
        /// Only adverts of lower priorities for the master-down interval.
        case preempts
        /// The active router gave the role up (priority 0).
        case peerGaveUp
        /// A better router advertised.
        case preempted(by: IPAddress, priority: UInt8)
        /// The sync group said so.
        case group
        /// Shutting down.
        case shutdown
        /// Handing over on request.
        case released
        /// Nobody took over within the limit.
        case nobodyTookOver
        /// The successor has announced itself, or vanished again.
        case handedOver, successorGone
        /// A fault; the others may hold too (`faults`).
        case fault(Fault)
        /// The last fault went away.
        case recovered
        /// A restarted controller carries on.
        case adopted
        /// This process was not scheduled for longer than the others wait.
        case overslept
    }

    /// What is written down, with its severity.
    package enum LogEntry: Hashable, Sendable {
        /// Another router is active too and hears us. A warning: split brain, ended by the priorities.
        case otherActive(IPAddress, priority: UInt8)
        /// Two owners of the addresses: a configuration error. After the second advert the lower address backs off.
        case otherOwner(IPAddress)
        /// Backed off: this owner's priority is 254 until it is configured anew.
        case ownerBacksOff
        /// A remote router with our own address and priority: a configuration error.
        case sameAddress(IPAddress)
        /// The active router's interval was learned (v3).
        case intervalLearned(Duration)
        /// An advert of a lower priority while this router would be active.
        case lowerPriority(IPAddress, priority: UInt8)
        /// `preempt_delay` began to count.
        case preemptDelayStarted
        /// A better router came before `preempt_delay` had passed.
        case preemptDelayStopped
        /// The timer came this much too late. A warning: the process was not scheduled.
        case late(Duration)
        /// The active router gave up its role.
        case priorityZero(IPAddress)
        /// Adopted addresses are not kept: the silence was longer than the others wait.
        case adoptionStale(Duration)

        /// Whether an operator should look at it.
        package var isWarning: Bool {
            switch self {
            case .otherActive, .otherOwner, .ownerBacksOff, .sameAddress, .late, .adoptionStale: true
            case .intervalLearned, .lowerPriority, .preemptDelayStarted, .preemptDelayStopped, .priorityZero: false
            }
        }
    }

    /// A buffer for actions, to be used again and again: cleared by its owner, never shrunk.
    package struct Actions: Sendable {
        /// In the order in which they are to be performed.
        package private(set) var list: [Action] = []

        /// With room for what one event causes.
        package init() { list.reserveCapacity(32) }

        /// Forgets the actions and keeps the memory.
        package mutating func removeAll() { list.removeAll(keepingCapacity: true) }

        mutating func append(_ action: Action) { list.append(action) }

        mutating func log(_ entry: LogEntry) { list.append(.log(entry)) }
    }
}
