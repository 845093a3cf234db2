internal import VRRP
internal import Wire

/// Adverts that are for nobody here, or are not taken: what is counted and said of them.
struct VRRPStrangers {
    /// Adverts with a VRID that no instance on their interface has (requirement 11).
    private(set) var unknownRouterIDs: UInt64 = 0
    private var log = OncePerSecond()

    /// Counts one; true if it may be said: at most one a second.
    mutating func count(at now: Instant) -> Bool {
        unknownRouterIDs &+= 1
        return log.maySay(at: now)
    }
}

/// What others can make happen as often as they like, and is told at most once a second.
struct OncePerSecond {
    private var last: Instant?

    /// Whether it may be told now; then not again for a second.
    mutating func maySay(at now: Instant) -> Bool {
        if let last, now < last + .seconds(1) { return false }
        last = now
        return true
    }
}

/// Which reasons for dropping adverts were said of an instance, so that each is said once a minute.
struct VRRPDropLog {
    private var said: UInt32 = 0
    private var since: Instant?

    mutating func maySay(_ failure: AdvertFailure, at now: Instant) -> Bool {
        if since.map({ now >= $0 + .seconds(60) }) ?? true {
            since = now
            said = 0
        }
        let bit = UInt32(1) << UInt32(failure.rawValue)
        defer { said |= bit }
        return said & bit == 0
    }
}

extension VRRPDriver {
    /// Requirement 11.
    func countUnknown(_ routerID: UInt8, from source: IPAddress, _ ifindex: UInt32) {
        let mayLog = strangers.count(at: Self.now)
        guard mayLog, plan.logsUnknownRouterIDs else { return }
        let interface = network.name(of: ifindex) ?? "#\(ifindex)"
        mailbox.post(
            .text(
                "\(source) advertises VRID \(routerID) on \(interface), which no instance there has", isWarning: false))
    }

    /// Why an advert was dropped, where somebody has to do something about it.
    func sayDrop(_ failure: AdvertFailure, from source: IPAddress, of member: VRRPMember, at now: Instant) {
        guard let text = Self.words(failure, member.plan), member.dropLog.maySay(failure, at: now) else { return }
        mailbox.post(.text("\(member.name): adverts from \(source) are dropped: \(text)", isWarning: true))
    }

    private static func words(_ failure: AdvertFailure, _ plan: VRRPPlan.Instance) -> String? {
        switch failure {
        case .advertInterval:
            plan.settings.version == .v2
                ? "their interval is not ours, \(plan.settings.clampedInterval.nanosecondsClamped / 1_000_000_000) s: "
                    + "version 2 needs the same advert_int everywhere" : "their interval is 0"
        case .version: "their version is not \(plan.settings.version.rawValue): set vrrp_version alike"
        case .invalidAuthType, .authTypeMismatch: "another auth_type"
        case .authFailure: "a wrong password, digest or sequence number"
        case .checksum: "wrong checksum"
        case .ttl: "they have passed a router (TTL)"
        case .addressList: "other virtual addresses than ours"
        case .packetLength, .type, .routerID, .own, .destination, .unknownPeer: nil
        }
    }

    /// Requirement 4: as many addresses as fit into one packet of the link are advertised, and the rest is said.
    func limitAddresses(of member: VRRPMember, mtu: Int) {
        let whole = member.plan.format
        let limit = AdvertWire.addressLimit(
            version: whole.version, family: whole.family, authentication: whole.authentication, mtu: mtu)
        let fitting = min(member.plan.advertisedCount, limit)
        if member.codec.format.addresses.count != fitting {
            member.codec.format.addresses = Array(whole.addresses.prefix(fitting))
        }
        guard member.saidLimit != fitting else { return }
        member.saidLimit = fitting
        guard fitting < member.plan.advertisedCount else { return }
        mailbox.post(
            .text(
                "\(member.name): of \(member.plan.advertisedCount) addresses \(fitting) fit into an advert (MTU \(mtu)): "
                    + "all are served, the others are not advertised; the peers must see the same", isWarning: true))
    }
}
