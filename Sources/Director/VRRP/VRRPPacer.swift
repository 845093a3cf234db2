internal import Config
internal import VRRP
internal import Wire

/// How fast gratuitous ARP requests and neighbour advertisements may follow each other: `vrrp_garp_interval`,
/// `vrrp_gna_interval`, `garp_group`.
struct VRRPPacing: Hashable, Sendable {
    /// Between two on an interface that no group has; zero: no wait.
    var arp = Duration.zero
    var neighbour = Duration.zero
    var groups: [Group] = []

    /// A `garp_group`.
    struct Group: Hashable, Sendable {
        var arp: Duration
        var neighbour: Duration
        var interfaces: [String]
        /// The interfaces share one limit.
        var isShared: Bool
    }

    init() {}

    init(_ configuration: Configuration) {
        func duration(_ seconds: Double?) -> Duration {
            .nanoseconds(Int64(min(max(seconds ?? 0, 0), 3_600) * 1e9))
        }
        arp = duration(configuration.global.vrrp.garpInterval)
        neighbour = duration(configuration.global.vrrp.gnaInterval)
        groups = configuration.garpGroups.map { group in
            Group(
                arp: duration(group.garpIntervalSeconds), neighbour: duration(group.gnaIntervalSeconds),
                interfaces: group.interfaces.map(\.wrappedValue), isShared: group.isShared)
        }
    }

    /// What limits an interface: who shares the limit, and the time between two.
    func limit(_ interface: String, _ family: IPAddress.Family) -> (key: String, interval: Duration) {
        guard let place = groups.firstIndex(where: { $0.interfaces.contains(interface) }) else {
            return (interface, family == .ipv4 ? arp : neighbour)
        }
        let group = groups[place]
        return (group.isShared ? "#\(place)" : interface, family == .ipv4 ? group.arp : group.neighbour)
    }
}

/// Announcements that wait for their turn. The first one of an interface that has been quiet never waits.
struct VRRPPacer {
    /// An announcement.
    struct Frame {
        var bytes: [UInt8]
        var ifindex: UInt32
        var interface: String
        var family: IPAddress.Family
        /// Whose; it is dropped when that instance no longer serves.
        var member: String
    }

    private struct Lane: Hashable {
        var key: String
        var family: IPAddress.Family
    }

    var pacing = VRRPPacing()
    private var waiting: [Lane: [Frame]] = [:]
    /// When the next one may go.
    private var free: [Lane: Instant] = [:]
    /// More than that in a lane are not kept: the last ones of many bursts are missed least.
    private static let limit = 4_096

    /// When `due` has something.
    private(set) var nextDeadline: Instant?

    /// Whether the frame may go now; else it waits for its turn.
    mutating func admit(_ frame: Frame, at now: Instant) -> Bool {
        let limit = pacing.limit(frame.interface, frame.family)
        guard limit.interval > .zero else { return true }
        let lane = Lane(key: limit.key, family: frame.family)
        if waiting[lane] == nil, free[lane].map({ $0 <= now }) ?? true {
            free[lane] = now + limit.interval
            return true
        }
        if waiting[lane, default: []].count < Self.limit { waiting[lane, default: []].append(frame) }
        note()
        return false
    }

    /// Those whose turn it is, one a lane.
    mutating func due(at now: Instant) -> [Frame] {
        var frames: [Frame] = []
        for (lane, queue) in waiting where free[lane].map({ $0 <= now }) ?? true {
            guard let frame = queue.first else { continue }
            frames.append(frame)
            waiting[lane] = queue.count > 1 ? Array(queue.dropFirst()) : nil
            free[lane] = now + pacing.limit(frame.interface, frame.family).interval
        }
        note()
        return frames
    }

    /// What this instance has waiting is no longer true.
    mutating func drop(_ member: String) {
        guard !waiting.isEmpty else { return }
        for (lane, queue) in waiting {
            let kept = queue.filter { $0.member != member }
            waiting[lane] = kept.isEmpty ? nil : kept
        }
        note()
    }

    private mutating func note() {
        nextDeadline = nil
        for lane in waiting.keys {
            guard let at = free[lane] else { continue }
            nextDeadline = nextDeadline.map { min($0, at) } ?? at
        }
    }
}

extension VRRPDriver {
    /// Announcements whose turn has come; those of addresses that are announced again and again.
    func announceDue(at now: Instant) {
        if let due = pacer.nextDeadline, due <= now {
            for frame in pacer.due(at: now) { send(frame) }
        }
        for index in members.indices {
            let member = members[index]
            guard let due = member.nextExtra, due <= now, let every = member.plan.extraRefresh else { continue }
            member.nextExtra = now + every
            announce(member.plan.extraAddresses, count: 1, of: member)
        }
    }

    /// `garp_extra_if`: from now on, or no longer.
    func followExtra(_ member: VRRPMember, at now: Instant) {
        guard let every = member.plan.extraRefresh, member.router.state == .active else {
            member.nextExtra = nil
            return
        }
        if member.nextExtra == nil { member.nextExtra = now + every }
    }
}
