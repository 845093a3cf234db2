import Wire

/// The protocol's version; the raw value is the one on the wire.
package enum VRRPVersion: UInt8, Hashable, Sendable, CaseIterable {
    /// RFC 3768: IPv4, whole seconds, authentication.
    case v2 = 2
    /// RFC 9568: IPv4 and IPv6, centiseconds.
    case v3 = 3
}

/// One virtual router as configured, in plain values; all that the machine knows of its configuration. The Director
/// fills it; names and defaults are keepalived's, except where a comment says otherwise.
package struct VirtualRouterSettings: Hashable, Sendable {
    /// The instance's name, for people.
    package var name: String
    /// VRID, 1...255.
    package var routerID: UInt8
    /// Which packets are sent and accepted.
    package var version: VRRPVersion
    /// Base priority, 1...255; 255 is the owner of the addresses.
    package var priority: UInt8
    /// `advert_int`: v2 whole seconds 1...255, v3 10 ms...40.95 s. See `clampedInterval`.
    package var advertInterval: Duration
    /// The advertised addresses in their order, of one family; not the excluded ones.
    package var addresses: [IPAddress]
    /// What adverts are sent from, and what ties are broken by; nil while the interface has none.
    package var source: IPAddress?
    /// Unicast peers; empty means multicast.
    package var peers: [IPAddress]
    /// False for `nopreempt`.
    package var preempts = true
    /// `preempt_delay`, 0...1000 s, from the first advert of a lower priority.
    package var preemptDelay: Duration = .zero
    /// `down_timer_adverts`, 1...100: intervals without an advert until the active router is taken for dead.
    package var downTimerAdverts = 3
    /// `owner_ignore_adverts`: an owner doesn't look at others' adverts (RFC 5798 section 6.4.3).
    package var ownerIgnoresAdverts = false
    /// `higher_prio_send_advert`: answer once with an own advert before yielding to a better one.
    package var answersHigherPriority = false
    /// `lower_prio_no_advert`: don't answer adverts of a lower priority at once (RFC 9568 answers).
    package var ignoresLowerPriority = false
    /// An active router that hears a better one answers once before it yields, if both may have been active all along.
    /// See `VirtualRouter.tellsBetter`.
    package var tellsSplitBrain = true
    /// `timer_expired_backup`: an active router that was not scheduled for so long that another must have taken over,
    /// yields.
    package var yieldsWhenLate = false
    /// The highest priority of the others, which says after what silence one of them has taken over, 1...254; nil: this
    /// router's own.
    package var othersPriority: UInt8?
    /// The instance is in a sync group: it asks before it becomes active (`Action.wantsActive`).
    package var isGrouped = false
    /// When gratuitous ARP requests or neighbour advertisements are sent.
    package var gratuitous = GratuitousSettings()
    /// How the role is handed over.
    package var handover = HandoverSettings()

    /// With keepalived's defaults for all the rest.
    package init(
        name: String, routerID: UInt8, version: VRRPVersion = .v2, priority: UInt8 = 100,
        advertInterval: Duration = .seconds(1), addresses: [IPAddress], source: IPAddress?, peers: [IPAddress] = []
    ) {
        self.name = name
        self.routerID = routerID
        self.version = version
        self.priority = priority
        self.advertInterval = advertInterval
        self.addresses = addresses
        self.source = source
        self.peers = peers
    }

    /// `strict_mode`'s effect: no answers beyond RFC 3768/5798, no repeated bursts, no preemption delay.
    package mutating func applyStrictMode() {
        ignoresLowerPriority = true
        answersHigherPriority = false
        tellsSplitBrain = false
        ownerIgnoresAdverts = true
        preemptDelay = .zero
        gratuitous.lowerPriorityCount = 0
        gratuitous.lowerPriorityDelay = .zero
    }

    /// The interval that goes out: rounded and limited to what the version's field can hold.
    package var clampedInterval: Duration {
        switch version {
        case .v2: .seconds(min(max(advertInterval.nanosecondsClamped / 1_000_000_000, 1), 255))
        case .v3: .milliseconds(10 * min(max(advertInterval.nanosecondsClamped / 10_000_000, 1), 4095))
        }
    }
}

/// The schedule of gratuitous ARP requests (IPv4) and unsolicited neighbour advertisements (IPv6). Pacing inside a
/// burst (`garp_interval`) is the shell's.
package struct GratuitousSettings: Hashable, Sendable {
    /// `garp_master_repeat`: how often each address is announced at once and after `secondDelay`.
    package var count = 5
    /// `garp_master_delay`: when the second burst follows; zero for none.
    package var secondDelay: Duration = .seconds(5)
    /// `garp_master_refresh`: the period of refreshing bursts; zero for none.
    package var refreshInterval: Duration = .zero
    /// `garp_master_refresh_repeat`.
    package var refreshCount = 1
    /// `garp_lower_prio_repeat`: after an advert of a lower priority; zero for none.
    package var lowerPriorityCount = 5
    /// `garp_lower_prio_delay`: when that burst is repeated; zero for never.
    package var lowerPriorityDelay: Duration = .seconds(5)

    /// keepalived's defaults.
    package init() {}
}

/// How an active router leaves. See `VirtualRouter.State.leaving`.
package struct HandoverSettings: Hashable, Sendable {
    /// False: the addresses go at once, as keepalived does it.
    package var isEnabled = true
    /// How long after the successor's advert the leaving router goes on answering ARP requests and neighbour
    /// solicitations: the time a successor needs to add the addresses and to announce them.
    package var takeoverTime: Duration = .milliseconds(20)
    /// How much longer it goes on answering packets that still come to its MAC address.
    package var lingerTime: Duration = .milliseconds(100)
    /// The longest wait for a successor; the wait is never longer than the master-down interval of a router with
    /// priority 1, by which any backup has taken over even if it missed the last advert.
    package var limit: Duration = .seconds(5)

    /// The defaults above.
    package init() {}
}
