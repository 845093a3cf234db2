import Wire

extension VirtualRouter {
    /// What happens to a virtual router. One at a time, with the time at which it happened.
    package enum Event: Hashable, Sendable {
        /// The sockets are open, the trackers' first verdicts are in (`fault`, `priority`): run.
        case start
        /// Instead of `start`, after a crash of the controller: the addresses are present, and the state file says
        /// that this instance was active `silence` ago (its last advert). See `VirtualRouter.adopt`.
        case adopt(silence: Duration)
        /// Stop; `.handover` waits for a successor if there is one to wait for. Ends with `Action.stopped`.
        case shutdown(Shutdown)
        /// Hand the role over but stay (`sluicectl vrrp release`): the router won't preempt until its successor is gone
        /// or `reclaim` is asked for. To all members of a sync group alike.
        case release
        /// Undo `release`: preempt again as configured.
        case reclaim
        /// An advert for this router, decoded and found valid.
        case advert(ReceivedAdvert)
        /// A gratuitous ARP request or unsolicited neighbour advertisement of another machine for one of the addresses:
        /// a successor has them. Optional: it only ends a handover earlier.
        case addressTaken
        /// `nextDeadline` has come. The shell reads its sockets empty and delivers what was there *before* this event,
        /// so that a late timer can be told from a dead peer.
        case timer
        /// The effective priority changed (`PriorityLedger`), 1...254; ignored by an owner.
        case priority(UInt8)
        /// A reason for the fault state appeared or went away.
        case fault(Fault, isRaised: Bool)
        /// The address that adverts are sent from changed; nil is a fault (`Fault.source`).
        case source(IPAddress?)
        /// A reload changed the settings; what didn't change keeps its state. Not for another VRID, version, address
        /// family, interface or sync group: that is another virtual router.
        case configure(VirtualRouterSettings)
        /// What the sync group decided (`SyncGroup`).
        case group(GroupOrder)
    }

    /// How to stop.
    package enum Shutdown: Hashable, Sendable {
        /// Priority 0 goes out, and the addresses are served until the successor has announced itself.
        case handover
        /// Priority 0 goes out and the addresses go.
        case immediate
    }

    /// Orders of the sync group.
    package enum GroupOrder: Hashable, Sendable {
        /// All members want to be active: become so.
        case activate
        /// Another member lost its role: go to backup, with a handover.
        case retreat
    }
}

/// Why a virtual router may not run. Several can hold at once; the fault state ends with the last of them.
package enum Fault: UInt8, Hashable, Sendable, CaseIterable {
    /// Its own interface is down or gone.
    case interface
    /// No address to send from.
    case source
    /// A tracker of weight 0 is down: `PriorityLedger.isFaulted`.
    case tracker
    /// A tracker has not yet had its first result. Held silently: no notification is sent for it.
    case waitingForTracker
    /// Another member of the sync group is faulted.
    case group
    /// What the shell was told to do failed for good (no socket, say).
    case shell
    /// Unicast without a peer (`unicast_fault_no_peer`).
    case noPeer
}

/// A set of faults without a heap.
package struct Faults: OptionSet, Hashable, Sendable {
    /// One bit a fault: 1 << `Fault.rawValue`.
    package let rawValue: UInt8

    /// From the bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The set of one fault.
    package init(_ fault: Fault) { rawValue = 1 << fault.rawValue }

    /// The members in the order of their declaration.
    package var list: [Fault] { Fault.allCases.filter { contains(Faults($0)) } }
}

/// What the machine needs to know of an advert that passed all checks of the codec.
package struct ReceivedAdvert: Hashable, Sendable {
    /// The source of the IP packet.
    package var sender: IPAddress
    /// 0 says that the sender gives the role up.
    package var priority: UInt8
    /// The sender's interval: v2 in seconds, v3 in centiseconds on the wire.
    package var interval: Duration

    /// From its parts.
    package init(sender: IPAddress, priority: UInt8, interval: Duration) {
        self.sender = sender
        self.priority = priority
        self.interval = interval
    }
}
