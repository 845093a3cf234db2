import Wire

@testable import VRRP

/// One director: a process with a clock, which drives one virtual router, or two in a sync group.
final class SimulatedNode {
    /// Is there a process, and what was it told last?
    enum Process {
        /// No machine, no addresses.
        case down
        /// The controller was killed: nobody speaks, the addresses are still there.
        case killed
        case running
        /// Told to stop.
        case stopping
    }

    let index: Int
    /// Of its clock: the offset in nanoseconds, and how much faster it runs.
    let offset: Int
    let partsPerMillion: Int
    var settings: VirtualRouterSettings
    var members: [SimulatedMember]
    var group: SyncGroup?
    var ledger: PriorityLedger
    var process = Process.down
    /// Not scheduled until then; what arrives waits in the socket, or is lost if the whole machine stands still.
    var asleepUntil: Int?
    var losesPackets = false
    var inbox: [Message] = []
    /// When it last was not scheduled.
    var lastAsleep = -1
    /// Whether its interface to each network is up.
    var hasLink: [Bool]
    /// It was told to release, and was not active since.
    var isHeld = false
    /// When something was last done to it from the outside.
    var lastTouched = 0

    init(index: Int, settings: VirtualRouterSettings, shape: Shape, random: inout SplitMix) {
        self.index = index
        self.settings = settings
        offset = 1_000_000_000_000 + random.below(1_000_000_000_000)
        partsPerMillion = random.within(-10_000...10_000)
        let networks = shape.isGrouped ? 2 : 1
        hasLink = [Bool](repeating: true, count: networks)
        let trackers = [PriorityLedger.Tracker(.script, name: "check", weight: random.below(2) == 0 ? -30 : 30)]
        ledger = PriorityLedger(base: settings.priority, trackers: trackers)
        members = (0..<networks).map { SimulatedMember(settings, network: $0) }
    }

    func local(_ time: Int) -> Int { offset + time + time * partsPerMillion / 1_000_000 }

    func instant(_ time: Int) -> Instant { Instant(nanoseconds: UInt64(local(time))) }

    /// The first moment of the world at which the clock shows this or more.
    func time(of instant: Instant) -> Int {
        let rest = Int(instant.nanoseconds) - offset
        let rate = 1_000_000 + partsPerMillion
        var time = rest * 1_000_000 / rate
        while local(time) < Int(instant.nanoseconds) { time += 1 }
        return time
    }

    /// When the process acts next by itself.
    var nextCall: Int? {
        guard process == .running || process == .stopping else { return nil }
        if let asleepUntil { return asleepUntil }
        var first = members[0].due
        if members.count > 1, let due = members[1].due { first = min(first ?? due, due) }
        return first
    }

    /// It could be active now, as far as the world knows.
    var isEligible: Bool { process == .running && hasLink.allSatisfy { $0 } }

    /// What the trackers and the configuration amount to.
    var priority: UInt8 { hasBackedOff ? 254 : ledger.priority }

    /// Requirement 35: an owner that has met another.
    private var hasBackedOff: Bool { settings.priority == 255 && members[0].router.priority == 254 }

    var mayPreempt: Bool { !isHeld && (settings.preempts || priority == 255) }
}

/// One virtual router of a director, what its actions have done, and what the specification would have it do.
final class SimulatedMember {
    let network: Int
    var router: VirtualRouter
    var codec: AdvertCodec
    /// By the actions alone.
    var service = VirtualRouter.Service.none
    /// When the world calls its timer, and for which deadline.
    var due: Int?
    var deadline: Instant?
    /// Local time before which silence allows no takeover, by RFC 9568 section 6.4.2.
    var earliest = Int.max
    /// The active router's interval as learned.
    var learned = 0
    /// Local time of the first advert of a lower priority, from which preempt_delay counts.
    var firstLower: Int?
    /// Local time of the last advert sent with a priority above 0.
    var lastSent: Int?
    /// World time since which it is active.
    var activeSince: Int?
    /// The last advert that got through.
    var heard: ReceivedAdvert?

    init(_ settings: VirtualRouterSettings, network: Int) {
        self.network = network
        router = VirtualRouter(settings)
        codec = AdvertCodec(AdvertFormat(settings))
        renew(settings)
    }

    /// A new process.
    func renew(_ settings: VirtualRouterSettings) {
        router = VirtualRouter(settings)
        due = nil
        deadline = nil
        earliest = .max
        firstLower = nil
        activeSince = nil
        reformat(settings)
    }

    func reformat(_ settings: VirtualRouterSettings) {
        var format = AdvertFormat(settings)
        if settings.version == .v2 { format.authentication = .password([1, 2, 3]) }
        format.peers = settings.peers.map { UnicastPeer(address: $0) }
        if settings.priority % 2 == 0 { format.checksumReading = .messageOnly }
        codec.format = format
    }

    /// (256 - priority) / 256 of the learned interval (v3) or of a second (v2), in nanoseconds.
    func skew(_ priority: UInt8) -> Int {
        let unit = router.settings.version == .v2 ? 1_000_000_000 : learned
        return unit * (256 - Int(priority)) / 256
    }

    func masterDown(_ priority: UInt8) -> Int { router.settings.downTimerAdverts * learned + skew(priority) }
}
