internal import VRRP
internal import Wire

// What VRRP's events are called in logs and listings.

extension VirtualRouter.State {
    /// keepalived's word where it has one.
    var word: String {
        switch self {
        case .initialize: "INIT"
        case .backup: "BACKUP"
        case .active: "MASTER"
        case .leaving: "LEAVING"
        case .fault: "FAULT"
        }
    }
}

extension Fault {
    /// What is wrong.
    var word: String {
        switch self {
        case .interface: "interface down"
        case .source: "no source address"
        case .tracker: "tracker down"
        case .waitingForTracker: "waiting for a tracker"
        case .group: "sync group"
        case .shell: "socket"
        case .noPeer: "no unicast peer"
        }
    }
}

extension VirtualRouter.Reason {
    /// As the end of a line.
    var words: String {
        switch self {
        case .started: "started"
        case .owner: "owner of the addresses"
        case .noAdverts: "no advert in time"
        case .preempts: "preempts a lower priority"
        case .peerGaveUp: "the other gave the role up"
        case .preempted(let address, let priority): "\(address) has priority \(priority)"
        case .group: "its sync group"
        case .shutdown: "shutting down"
        case .released: "released"
        case .nobodyTookOver: "nobody took over"
        case .handedOver: "handed over"
        case .successorGone: "the successor is gone"
        case .fault(let fault): fault.word
        case .recovered: "no fault any more"
        case .adopted: "took over from an earlier run"
        case .overslept: "was not scheduled in time"
        }
    }
}

extension VirtualRouter.LogEntry {
    /// As the end of a line.
    var words: String {
        switch self {
        case .otherActive(let address, let priority): "SPLIT BRAIN: \(address) is active too, with priority \(priority)"
        case .otherOwner(let address): "\(address) is an owner (priority 255) too: only one may be"
        case .ownerBacksOff: "backs off to priority 254 until it is configured anew"
        case .sameAddress(let address): "another router sends from our own address \(address)"
        case .intervalLearned(let interval):
            "the active router's interval is \(interval.nanosecondsClamped / 1_000_000) ms"
        case .lowerPriority(let address, let priority): "\(address) advertises priority \(priority), lower than ours"
        case .preemptDelayStarted: "preempt_delay begins"
        case .preemptDelayStopped: "preempt_delay is broken off: a better router is there"
        case .late(let lateness): "a timer came \(lateness.nanosecondsClamped / 1_000_000) ms late: was not scheduled"
        case .priorityZero(let address): "\(address) gives the role up"
        case .adoptionStale(let silence):
            "silent for \(silence.nanosecondsClamped / 1_000_000) ms: the addresses may be another's by now"
        }
    }
}
