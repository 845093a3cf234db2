import Wire

/// One virtual router (RFC 9568 section 6, RFC 3768 section 6): a pure value that is told what happens and says what to
/// do. It reads no clock and owns no timer: after each event the shell arms one timer for `nextDeadline`.
///
/// Where it does more than the RFCs or keepalived it says so at the place:
/// - `State.leaving`: handing over without a gap (amends requirements 26, 32 and 44, see there);
/// - `lateTimer`: a timer that came too late is no dead peer;
/// - `adopt`: carrying on after a crash of the controller.
package struct VirtualRouter: Hashable, Sendable {
    /// RFC 9568 section 6.4, keepalived's fault state, and ours.
    package enum State: UInt8, Hashable, Sendable, CaseIterable {
        /// Not started, or stopped.
        case initialize
        /// Watches the active router.
        case backup
        /// Serves the addresses.
        case active
        /// Was active, gives the role up, and fills the gap until the successor serves.
        ///
        /// keepalived's active router that stops, or that hears a better one, removes the addresses at once; clients
        /// then wait for the successor's skew time, its addresses and its announcement. A leaving router instead:
        ///
        /// 1. On shutdown, release or the group's retreat sends its one advert of priority 0 and is silent from then
        ///    on, so that any RFC or keepalived backup takes over after its skew time as ever. When preempted it sends
        ///    nothing. It goes on serving.
        /// 2. When it hears an advert with a priority above 0, the successor has announced itself. It still answers ARP
        ///    requests and neighbour solicitations for `takeoverTime`, in which the successor adds the addresses: an
        ///    answer of ours that a client takes in this time is overridden by the successor's gratuitous
        ///    announcement, which comes last.
        /// 3. From then on (or from the moment the successor's announcement was seen, `Event.addressTaken`) only the
        ///    successor answers who has the addresses (`silenceAddresses`): no client ever gets two answers that
        ///    conflict after the announcement. Packets that still come to our MAC address are served for `lingerTime`.
        /// 4. The addresses are removed; the forwarder's drain role goes on with the flows that it knows.
        ///
        /// If no successor comes within the limit: a stopping router stops, a released one stays active.
        ///
        /// The amendments, exactly these and no more. Requirement 26 (a backup answers nothing for the addresses) holds
        /// from the end of `leaving`, and for ARP and ND from step 3. Requirement 32 (shutdown: exactly one
        /// priority 0 advert, then the addresses go) holds but for the time between the two. Requirement 44 (a backup
        /// doesn't forward) holds from step 4, with the drain of known flows that the forwarder does. A fault is no
        /// planned handover: requirement 36 holds as it stands.
        case leaving
        /// May not run: see `faults`.
        case fault
    }

    /// What the operator configured, as of the last event.
    package internal(set) var settings: VirtualRouterSettings
    /// Where it is.
    package internal(set) var state = State.initialize
    /// When that state was entered; nil before the first event that changed it.
    package internal(set) var since: Instant?
    /// What keeps it from running.
    package internal(set) var faults: Faults = []
    /// The effective priority: what goes out in adverts, 1...255.
    package internal(set) var priority: UInt8
    /// The active router's interval: our own, or (v3) the one learned from its adverts.
    package internal(set) var activeInterval: Duration
    /// Who was heard, newest evicts oldest beyond `peerLimit`.
    package internal(set) var peers: [Peer] = []
    /// The sender of the last advert with a priority above 0 that this router yields to or waits out.
    package internal(set) var activePeer: IPAddress?
    /// Counters.
    package var statistics = Statistics()
    /// After `Event.release`, until the successor is gone: doesn't preempt.
    package internal(set) var isHeld = false
    /// Asked the group to become active and was not yet answered.
    package internal(set) var wantsActive = false

    /// Until when `preempt_delay` holds this router back; nil while it doesn't count.
    package internal(set) var preemptAfter: Instant?

    /// The last router that was active while this one was, if there was any; see `splitBrain(at:)`.
    package internal(set) var lastSplitBrain: SplitBrain?

    var deadlines = Deadlines()
    var leaving: Leaving?
    /// What will be the reason if the master-down timer runs out now.
    var takeoverReason = Reason.noAdverts
    /// The master-down timer has come late once since the last advert.
    var hasOverslept = false
    /// It became active, or was started again as such, without having heard that the role is free.
    var tookSilence = false
    var hasStopped = false
    var ownerConflicts = 0
    var lastConflictLog: Instant?

    /// How many peers are remembered.
    package static let peerLimit = 8

    /// A virtual router that waits for `start`.
    package init(_ settings: VirtualRouterSettings) {
        self.settings = settings
        priority = settings.priority
        activeInterval = settings.clampedInterval
        if settings.source == nil { faults.insert(Faults(.source)) }
    }

    /// Another router as heard.
    package struct Peer: Hashable, Sendable {
        /// The source address of its packets.
        package var address: IPAddress
        /// In its last advert.
        package var priority: UInt8
        /// In its last advert.
        package var interval: Duration
        /// When that was.
        package var lastHeard: Instant
        /// How many since it was first heard or remembered again.
        package var adverts: UInt64
    }

    /// When the shell must send `Event.timer`; nil for never.
    package var nextDeadline: Instant? { deadlines.next }

    /// True while the addresses are served: active or leaving.
    package var isServing: Bool { state == .active || state == .leaving }

    /// What the addresses should look like now, for a shell that puts back what something else changed.
    package var service: Service {
        switch state {
        case .initialize, .backup, .fault: .none
        case .active: .full
        case .leaving: leaving?.isSilent == true ? .silent : .full
        }
    }

    /// How much of the addresses is served.
    package enum Service: Hashable, Sendable {
        /// They are absent.
        case none
        /// Present, but ARP requests and neighbour solicitations for them are not answered.
        case silent
        /// Present.
        case full
    }

    /// True if the effective priority is the owner's.
    package var isOwner: Bool { priority == 255 }

    /// Takes one event in; the actions are appended. Allocates nothing for an advert or an advert timer once the
    /// sender is known.
    package mutating func handle(_ event: Event, at now: Instant, into actions: inout Actions) {
        guard !hasStopped else { return }
        switch event {
        case .start: start(at: now, into: &actions)
        case .adopt(let silence): adopt(silence: silence, at: now, into: &actions)
        case .shutdown(let how): shutdown(how, at: now, into: &actions)
        case .release: release(at: now, into: &actions)
        case .reclaim: isHeld = false
        case .advert(let advert): hear(advert, at: now, into: &actions)
        case .addressTaken: addressTaken(at: now, into: &actions)
        case .timer: timer(at: now, into: &actions)
        case .priority(let value): change(priority: value, at: now, into: &actions)
        case .fault(let fault, let isRaised): change(fault, isRaised: isRaised, at: now, into: &actions)
        case .source(let address):
            settings.source = address
            change(.source, isRaised: address == nil, at: now, into: &actions)
        case .configure(let new): configure(new, at: now, into: &actions)
        case .group(let order): obey(order, at: now, into: &actions)
        }
    }
}

/// A leave in progress.
struct Leaving: Hashable, Sendable {
    /// What comes after.
    enum Purpose: Hashable, Sendable {
        /// Stop.
        case shutdown
        /// Be a backup that doesn't preempt.
        case release
        /// Be a backup: a better router is active.
        case preempted
        /// Be a backup: the group wants it.
        case retreat
    }

    var purpose: Purpose
    /// The successor's advert was heard.
    var isAnnounced: Bool
    /// ARP and ND are no longer answered.
    var isSilent = false
}

/// All that this router waits for.
struct Deadlines: Hashable, Sendable {
    /// Active: the next advert.
    var advert: Instant?
    /// Backup (and leaving, once a successor was heard): the master-down timer.
    var down: Instant?
    /// Leaving: stop answering ARP and ND.
    var silence: Instant?
    /// Leaving: remove the addresses, or the limit of the wait.
    var leave: Instant?
    /// Active: the second burst after a takeover.
    var burst: Instant?
    /// Active: the refreshing burst.
    var refresh: Instant?
    /// Active: the second burst after a lower priority was heard.
    var lowerBurst: Instant?

    /// The first of them.
    var next: Instant? {
        var first = Instant.earlier(advert, down)
        first = Instant.earlier(first, silence)
        first = Instant.earlier(first, leave)
        first = Instant.earlier(first, burst)
        first = Instant.earlier(first, refresh)
        return Instant.earlier(first, lowerBurst)
    }
}
