internal import Config
internal import VRRP
internal import Wire

/// What the VRRP driver is to do, as the configuration says: all defaults resolved, nothing of this machine's state.
struct VRRPPlan: Hashable, Sendable {
    /// In the order of the files.
    var instances: [Instance] = []
    /// In the order of the files.
    var groups: [Group] = []
    /// Of the thread.
    var scheduling = VRRPScheduling()
    /// Of announcements.
    var pacing = VRRPPacing()
    /// `log_unknown_vrids`.
    var logsUnknownRouterIDs = false
    /// How long after the machine's start no instance does anything.
    var delayAfterBoot = Duration.zero
    /// How long after the start no instance does anything.
    var startupDelay = Duration.zero
    /// When it takes effect.
    var occasion = Occasion.part

    enum Occasion: Hashable, Sendable {
        /// Some of the instances, as an earlier run left them; more may follow.
        case part
        /// All of them; what an earlier run left of others is forgotten.
        case start
        /// All of them; new ones begin from nothing.
        case reload
    }

    /// What is adopted advertises when its next advert is due, not at once: a machine that dies altogether must not be taken
    /// for alive by one more advert.
    var keepsRhythm = false

    /// One virtual router.
    struct Instance: Hashable, Sendable {
        /// For the machine; the source is filled in by who knows the interface.
        var settings: VirtualRouterSettings
        /// Of the packets.
        var family: IPAddress.Family
        /// Where adverts are sent and heard; nil, for unicast only: as routing decides.
        var interface: String?
        /// Faults of `interface` don't matter.
        var ignoresOwnInterface = false
        /// `mcast_src_ip` or `unicast_src_ip`; nil: the interface's first address.
        var source: IPAddress?
        /// FAULT while no interface has `source`.
        var tracksSource = false
        /// Where adverts go without peers.
        var group: IPAddress
        /// With what is accepted from them.
        var peers: [VRRP.UnicastPeer] = []
        var authentication = Authentication.none
        var checksumReading = ChecksumReading.pseudoHeader
        var checksUnicastSource = false
        var skipsKnownAddressLists = false
        var dropsOtherAddressLists = false
        /// Advertised ones first, then the excluded.
        var addresses: [PlacedAddress]
        /// How many of them are to be advertised, as far as there is room.
        var advertisedCount = 0
        /// `unicast_ttl`.
        var sentTTL = AdvertWire.ttl
        /// `old_unicast_checksum never`.
        var refusesOldUnicastChecksum = false
        /// `unicast_fault_no_peer`, and there is none.
        var lacksPeer = false
        /// `garp_extra_if`: how often the addresses on other interfaces are announced; nil: not at all.
        var extraRefresh: Duration?
        /// Those addresses.
        var extraAddresses: [PlacedAddress] = []
        /// `use_vmac`, `use_ipvlan`: what adverts are sent from and addresses are on, in the place of `interface`.
        var link: VirtualLink?
        /// For addresses on other interfaces.
        var addressLinks: [VirtualLink] = []
        /// Adverts are sent from `interface` and heard there all the same.
        var transmitsOnBase = false
        /// False: an active router that is not the owner takes nothing that is sent to the addresses.
        var accepts = true
        /// Of the instance and of its group.
        var trackers: [PriorityLedger.Tracker] = []

        var name: String { settings.name }

        /// What is another virtual router if it changes, and starts anew.
        var identity: Identity {
            Identity(
                routerID: settings.routerID, version: settings.version, family: family, interface: interface,
                isGrouped: settings.isGrouped, ignoresOwnInterface: ignoresOwnInterface,
                usesHeader: authentication.type == 2, links: links, transmitsOnBase: transmitsOnBase)
        }

        struct Identity: Hashable, Sendable {
            var routerID: UInt8
            var version: VRRPVersion
            var family: IPAddress.Family
            var interface: String?
            var isGrouped: Bool
            var ignoresOwnInterface: Bool
            var usesHeader: Bool
            var links: [VirtualLink]
            var transmitsOnBase: Bool
        }

        /// How adverts look.
        var format: AdvertFormat {
            var format = AdvertFormat(settings)
            format.family = family
            format.authentication = authentication
            format.checksumReading = checksumReading
            format.peers = peers
            format.checksUnicastSource = checksUnicastSource
            format.skipsKnownAddressLists = skipsKnownAddressLists
            format.dropsOtherAddressLists = dropsOtherAddressLists
            format.sentTTL = sentTTL
            format.refusesOldUnicastChecksum = refusesOldUnicastChecksum
            return format
        }
    }

    /// An address and the interface that it goes to.
    struct PlacedAddress: Hashable, Sendable {
        var address: VirtualAddress
        var interface: String
    }

    /// A sync group.
    struct Group: Hashable, Sendable {
        var name: String
        /// Names of instances.
        var members: [String]
    }

    /// None.
    init() {}

    /// Which instance holds a VIP, by the VIP.
    var holders: [IPAddress: String] {
        var holders: [IPAddress: String] = [:]
        for instance in instances {
            for placed in instance.addresses where holders[placed.address.address] == nil {
                holders[placed.address.address] = instance.name
            }
        }
        return holders
    }
}
