import VRRP
import Wire

/// What a seed makes of a world before anything happens. All times are nanoseconds.
struct Shape {
    let version: VRRPVersion
    /// The advert interval that the routers start with.
    let interval: Int
    /// The longest that a reload may bring: a router that starts with the shorter one still hears the longer in time.
    let longestInterval: Int
    let routers: Int
    /// Two instances a router, on a network each, that move together.
    let isGrouped: Bool
    let isIPv6: Bool
    /// Adverts go through the codec, byte by byte.
    let usesWire: Bool
    /// Per million, while the network is bad.
    let loss: Int
    let duplicates: Int
    let worstDelay: Int
    /// The longest delay while the network is good.
    let delay: Int
    /// How late a timer is called at most while the process is scheduled.
    let jitter: Int
    /// `down_timer_adverts` differs, 3 to 5.
    let isPatient: Bool
    /// Adverts go from peer to peer.
    let isUnicast: Bool
    /// The longest `preempt_delay` of all routers.
    let longestPreemptDelay: Int

    static let millisecond = 1_000_000

    init(random: inout SplitMix) {
        version = random.below(4) == 0 ? .v2 : .v3
        let milliseconds = version == .v2 ? 1000 : [10, 20, 50, 100, 250, 1000][random.below(6)]
        interval = milliseconds * Self.millisecond
        longestInterval = 2 * interval
        isGrouped = random.below(4) == 0
        routers = isGrouped ? 2 + random.below(2) : [2, 2, 2, 2, 3, 3, 3, 4, 4, 5][random.below(10)]
        isIPv6 = version == .v3 && random.below(3) == 0
        usesWire = random.below(8) == 0
        loss = random.below(2) == 0 ? 0 : random.below(300_000)
        duplicates = random.below(2) == 0 ? 0 : random.below(100_000)
        worstDelay = [interval / 100, interval / 4, interval][random.below(3)]
        delay = [interval / 200, interval / 50, interval / 10][random.below(3)]
        jitter = min(interval / 20, Self.millisecond)
        isPatient = random.below(4) == 0
        isUnicast = random.below(3) == 0
        longestPreemptDelay = random.below(4) == 0 ? interval * (1 + random.below(4)) : 0
    }

    /// A local duration on the slowest clock, in real time.
    static func onSlowestClock(_ duration: Int) -> Int { duration + duration / 90 }

    /// One interval until the other's next advert, and its way.
    var conflictBound: Int { Self.onSlowestClock(longestInterval) + delay + 2 * jitter }

    /// From the moment at which the network is whole and everybody runs until exactly one router is active:
    /// what is still on its way arrives (one worst delay, at most an interval); a leave of any kind ends (3 intervals and
    /// a skew of at most one) and becomes a full master-down time (4); a late timer looks again (2); a
    /// preempt_delay passes from the next advert on, and the preempting router waits its master-down time out (5);
    /// one conflict (1).
    var settlingBound: Int {
        Self.onSlowestClock((isPatient ? 23 : 17) * longestInterval + longestPreemptDelay) + conflictBound
    }

    /// The same when one thing happens to a settled world.
    var calmBound: Int {
        Self.onSlowestClock((isPatient ? 15 : 11) * longestInterval + longestPreemptDelay) + conflictBound
    }

    func address(_ router: Int) -> IPAddress {
        isIPv6
            ? .v6(IPv6Address(high: 0xfe80_0000_0000_0000, low: UInt64(router + 1)))
            : .v4(IPv4Address(rawValue: 0x0a63_0001 + UInt32(router)))
    }

    var virtualAddress: IPAddress {
        isIPv6
            ? .v6(IPv6Address(high: 0xfe80_0000_0000_0000, low: 0x100))
            : .v4(IPv4Address(rawValue: 0x0a63_0064))
    }

    /// The settings of each router, the same for its instances but for the name.
    func settings(random: inout SplitMix) -> [VirtualRouterSettings] {
        let base = [10, 100, 200][random.below(3)]
        let preempting = [4, 4, 4, 0, 2][random.below(5)]
        let owner = random.below(8) == 0 ? random.below(routers) : -1
        // A configuration error that must end well all the same (requirement 35).
        let second = owner >= 0 && !isGrouped && random.below(3) == 0 ? (owner + 1) % routers : -1
        let hasHandover = random.below(8) != 0
        return (0..<routers).map { router in
            let priority = router == owner || router == second ? 255 : base + [0, 0, 10, 20, 50][random.below(5)]
            var settings = VirtualRouterSettings(
                name: "R\(router)", routerID: 51, version: version, priority: UInt8(priority),
                advertInterval: .nanoseconds(interval), addresses: [virtualAddress], source: address(router))
            settings.preempts = random.below(4) < preempting
            if longestPreemptDelay > 0, random.below(2) == 0 {
                settings.preemptDelay = .nanoseconds(longestPreemptDelay)
            }
            settings.ownerIgnoresAdverts = second < 0 && random.below(6) == 0
            settings.answersHigherPriority = random.below(6) == 0
            settings.ignoresLowerPriority = random.below(6) == 0
            settings.yieldsWhenLate = random.below(4) == 0
            // Versions of a configuration that differ where no rule asks for the same.
            settings.downTimerAdverts = isPatient ? 3 + random.below(3) : 3
            settings.tellsSplitBrain = random.below(4) != 0
            if random.below(3) == 0 { settings.othersPriority = UInt8(1 + random.below(254)) }
            settings.handover.isEnabled = hasHandover
            settings.isGrouped = isGrouped
            if isUnicast { settings.peers = (0..<routers).filter { $0 != router }.map(address) }
            return settings
        }
    }
}

extension SplitMix {
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func isLucky(perMillion: Int) -> Bool { perMillion > 0 && below(1_000_000) < perMillion }
}
