import Wire

/// A `vrrp_instance` block: one virtual router, as it is written. What is nil takes its default from `global_defs` or
/// from another setting; the reader of the model fills it in.
package struct VRRPInstance: Equatable, Sendable, Located {
    /// What `state` says. It decides little: only the owner (priority 255) starts as active.
    package enum State: String, Sendable, CaseIterable {
        case master = "MASTER"
        case backup = "BACKUP"
    }

    /// Its name, and where the block begins.
    @Setting package var name: String
    /// `state`; nil: MASTER with priority 255, else BACKUP.
    @Setting package var state: State? = nil
    /// `interface`: where adverts are sent, and where the addresses are; nil only with unicast.
    @Setting package var interface: String? = nil
    /// `vrf`: the VRF's interface, of an instance without `interface`.
    @Setting package var vrf: String? = nil
    /// `virtual_router_id`, 1...255. Never nil in a configuration that was checked.
    @Setting package var virtualRouterID: UInt8? = nil
    /// `priority`, 1...255; 255 is the addresses' owner. nil: 255 with state MASTER, else 100.
    @Setting package var priority: UInt8? = nil
    /// `version`: 2 or 3; nil: `vrrp_version`, but 3 for IPv6.
    @Setting package var version: Int? = nil
    /// `advert_int`, in seconds, 0.01...255. Whole seconds with version 2, hundredths up to 40.95 with version 3, once
    /// it is checked.
    @Setting package var advertIntervalSeconds = 1.0
    /// The family of its addresses, which the first address in it decides; nil: none was seen, which means IPv4.
    package internal(set) var family: IPAddress.Family?

    /// `authentication`; nil: none. Only ever there with version 2, once it is checked.
    package var authentication: VRRPAuthentication?
    /// `auth_hmac`; nil: none.
    package var hmac: VRRPHMAC?

    /// `virtual_ipaddress`: what adverts carry, in their order; at most 255, all of one family.
    package var addresses: [Setting<VirtualAddress>] = []
    /// `virtual_ipaddress_excluded`: added and removed alike, but in no advert; of either family.
    package var excludedAddresses: [Setting<VirtualAddress>] = []
    /// `virtual_routes`: added and removed with the addresses.
    package var routes: [Setting<RouteSpecification>] = []
    /// `virtual_rules`: added and removed with the addresses.
    package var rules: [Setting<RuleSpecification>] = []
    /// `no_virtual_ipaddress`: no address at all is meant so.
    @Setting package var allowsNoAddresses = false
    /// `promote_secondaries`: set the interface's sysctl of that name.
    @Setting package var promotesSecondaries = false

    /// `mcast_src_ip`, `unicast_src_ip`: the source of adverts; nil: the interface's first address.
    @Setting package var sourceAddress: IPAddress? = nil
    /// `track_src_ip`: FAULT while no interface has `sourceAddress`.
    @Setting package var tracksSourceAddress = false
    /// `mcast_dst_ip`: another multicast group; nil: `vrrp_mcast_group4` or `vrrp_mcast_group6`.
    @Setting package var multicastGroup: IPAddress? = nil
    /// `unicast_peer`: adverts go to these; none: multicast.
    package var peers: [Setting<UnicastPeer>] = []
    /// `unicast_ttl`, 0...255; nil: 255.
    @Setting package var unicastTTL: UInt8? = nil
    /// `unicast_fault_no_peer`: without peers, FAULT instead of multicast.
    @Setting package var faultsWithoutPeers = false
    /// `check_unicast_src`: adverts from others than the peers are dropped; nil: `vrrp_check_unicast_src`.
    @Setting package var checksUnicastSource: Bool? = nil
    /// `old_unicast_checksum`; nil: found out from what is received.
    @Setting package var oldUnicastChecksum: OldUnicastChecksum? = nil
    /// Whether any keyword about unicast is there; without peers it means multicast all the same.
    package internal(set) var mentionsUnicast = false

    /// `use_vmac`; nil: the interface's own address.
    @Setting package var vmac: VMACSettings? = nil
    /// `vmac_xmit_base`: adverts are sent from the interface under the VMAC.
    @Setting package var transmitsOnBase = false
    /// `use_vmac_addr`: a VMAC too on each other interface that carries an address.
    @Setting package var usesVMACForAddresses = false
    /// `use_ipvlan`; nil: none.
    @Setting package var ipvlan: IPVLANSettings? = nil

    /// False by `nopreempt`: a director of lower priority that is active stays so.
    @Setting package var preempts = true
    /// `preempt_delay`, in seconds, 0...1,000: how long to let one of lower priority go on before taking over.
    @Setting package var preemptDelaySeconds = 0.0
    /// `accept`, `no_accept`: whether traffic to the addresses is taken; nil: yes, but for the strict mode.
    @Setting package var accepts: Bool? = nil
    /// `strict_mode`: as in the RFC and no more; nil: `vrrp_strict`.
    @Setting package var strict: Bool? = nil
    /// `skip_check_adv_addr`: the addresses in an advert are not checked again for the same sender; nil:
    /// `vrrp_skip_check_adv_addr`.
    @Setting package var skipsAddressCheck: Bool? = nil
    /// `lower_prio_no_advert`: adverts of lower priority are not answered; nil: `vrrp_lower_prio_no_advert`.
    @Setting package var isSilentToLowerPriority: Bool? = nil
    /// `higher_prio_send_advert`: one of higher priority is answered once; nil: `vrrp_higher_prio_send_advert`.
    @Setting package var answersHigherPriority: Bool? = nil
    /// `owner_ignore_adverts`: the owner drops adverts; nil: `vrrp_owner_ignore_adverts`.
    @Setting package var ownerIgnoresAdverts: Bool? = nil
    /// `down_timer_adverts`: after how many missing adverts to take over, 1...100; nil: `vrrp_down_timer_adverts`.
    @Setting package var downTimerAdverts: Int? = nil
    /// `timer_expired_backup [PRIORITY]`: the highest priority of the others, 1...254; when it finds itself scheduled
    /// so late that one of them must have taken over, it goes to backup. nil: it stays active.
    @Setting package var timerExpiredBackup: UInt8? = nil
    /// `v3_checksum_as_v2`: IPv4 checksums without pseudo header; nil: `vrrp_v3_checksum_as_v2`.
    @Setting package var checksumsAsVersion2: Bool? = nil

    /// Gratuitous ARP and its IPv6 counterpart.
    package var announcements = Announcements()

    /// `dont_track_primary`: faults of its own interface make no FAULT.
    @Setting package var ignoresOwnInterface = false
    /// `track_interface`, `track_script`, `track_process`, `track_file`, `track_bfd`.
    package var tracking = Tracking()
    /// `notify*`, `smtp_alert`.
    package var notifications = Notifications()

    /// How many trackers the file had defined when the block began.
    var definedBefore = DefinedBefore()

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `vrrp_instance` line.
    package var location: SourceLocation { $name.place }
}

/// Gratuitous ARP of an instance; what is nil is as in `global_defs`.
package struct Announcements: Equatable, Sendable {
    /// `garp_master_delay`: seconds until the second burst, 0...4,294; 0: no second one. nil: 5.
    @Setting package var delaySeconds: Int? = nil
    /// `garp_master_repeat`: how many in a burst, at least 1; nil: 5.
    @Setting package var burst: Int? = nil
    /// `garp_master_refresh`: seconds between refreshes while active; 0: none. nil: 0.
    @Setting package var refreshSeconds: Int? = nil
    /// `garp_master_refresh_repeat`: how many at each refresh, at least 1; nil: 1.
    @Setting package var refreshBurst: Int? = nil
    /// `garp_lower_prio_delay`: seconds until the second burst after an advert of lower priority; nil: as `delaySeconds`.
    @Setting package var lowerPriorityDelaySeconds: Int? = nil
    /// `garp_lower_prio_repeat`: how many after an advert of lower priority, 0: none; nil: as `burst`.
    @Setting package var lowerPriorityBurst: Int? = nil
    /// `garp_extra_if`: on the interfaces of addresses elsewhere; nil: as in `global_defs`.
    @Setting package var extraInterfaces: ExtraInterfaces? = nil

    /// All as in `global_defs`.
    package init() {}

    /// `garp_extra_if [all] SECONDS`.
    package struct ExtraInterfaces: Hashable, Sendable {
        /// Whether interfaces without a VMAC are meant too.
        package var all: Bool
        /// Seconds between two, 0...86,400; 0: none.
        package var seconds: Int
    }
}

/// What `old_unicast_checksum` says about version 3 over unicast, which keepalived up to 1.3.6 got wrong.
package enum OldUnicastChecksum: Sendable, CaseIterable {
    /// The peers use the old one.
    case always
    /// They don't, whatever seems to be received.
    case never
}

/// `authentication`, of version 2.
package struct VRRPAuthentication: Equatable, Sendable {
    /// How adverts are authenticated; the raw value is the word in the file.
    package enum Kind: String, Sendable, CaseIterable {
        /// A password in the clear.
        case password = "PASS"
        /// The IPsec authentication header, HMAC-MD5-96; IPv4 only.
        case header = "AH"
    }

    /// `auth_type`. Never nil in a configuration that was checked.
    @Setting package var kind: Kind? = nil
    /// `auth_pass`, 1 to 8 bytes. Never nil in a configuration that was checked.
    @Setting package var password: String? = nil

    /// How many bytes of a password count.
    package static let passwordBytes = 8
}

/// `auth_hmac`: an HMAC-SHA256 trailer on adverts. The keys as written.
package struct VRRPHMAC: Equatable, Sendable {
    /// `key`: each key, its words as written.
    package var keys: [Setting<[String]>] = []
    /// `active_key`: the one to send with.
    @Setting package var activeKey: String? = nil
    /// `mode`: what to do with adverts that fail, as written.
    @Setting package var mode: String? = nil
    /// `time_window`, in seconds.
    @Setting package var timeWindowSeconds: Double? = nil
    /// `anti_replay`.
    @Setting package var rejectsReplays: Bool? = nil
}
