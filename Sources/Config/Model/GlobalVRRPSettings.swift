import Wire

/// The part of `global_defs` that is about VRRP: what an instance does that says nothing else, and what all have in
/// common. Properties are called as the keywords, `vrrp_` left out.
package struct GlobalVRRPSettings: Equatable, Sendable {
    // MARK: The protocol

    /// `vrrp_version`, 2 or 3; instances on IPv6 always use 3.
    @Setting package var version = 2
    /// `vrrp_strict`: instances that leave the RFC are changed or dropped.
    @Setting package var strict = false
    /// `vrrp_skip_check_adv_addr`: the addresses in an advert are checked only when its sender changes.
    @Setting package var skipCheckAdvAddr = false
    /// `vrrp_check_unicast_src`: the sender of a unicast advert has to be one of the peers.
    @Setting package var checkUnicastSrc = false
    /// `vrrp_mcast_group4`: where adverts are sent to.
    @Setting package var mcastGroup4 = IPv4Address(rawValue: 0xe000_0012)
    /// `vrrp_mcast_group6`: where adverts are sent to.
    @Setting package var mcastGroup6 = IPv6Address(high: 0xff02_0000_0000_0000, low: 0x12)
    /// `vrrp_lower_prio_no_advert`: a master does not answer an advert of a lower priority; nil: as strict as the instance.
    @Setting package var lowerPrioNoAdvert: Bool? = nil
    /// `vrrp_higher_prio_send_advert`: a master answers an advert of a higher priority once before it steps down.
    @Setting package var higherPrioSendAdvert = false
    /// `vrrp_owner_ignore_adverts`: an instance with priority 255 passes over all adverts (RFC 5798).
    @Setting package var ownerIgnoreAdverts = false
    /// `vrrp_down_timer_adverts`: after how many missing adverts the master is taken for dead, 1 to 100.
    @Setting package var downTimerAdverts = 3
    /// `v3_checksum_as_v2`: without the pseudo-header for IPv4 (RFC 9568).
    @Setting package var v3ChecksumAsV2 = false
    /// `vrrp_startup_delay`, in seconds: how long no instance does anything after the start.
    @Setting package var startupDelay = 0.0
    /// `vrrp_delay_after_boot`, in seconds: the same, counted from the machine's start.
    @Setting package var delayAfterBoot = 0.0
    /// `log_unknown_vrids`: adverts for a VRID that no instance has are logged.
    @Setting package var logUnknownVrids = false

    // MARK: Gratuitous ARP and unsolicited neighbour advertisements

    /// `vrrp_garp_master_delay`, in seconds: when the second burst follows the first; 0: there is none.
    @Setting package var garpMasterDelay = 5
    /// `vrrp_garp_master_repeat`: how many messages a burst has for each address, from 1.
    @Setting package var garpMasterRepeat = 5
    /// `vrrp_garp_master_refresh`, in seconds between refreshes while master; 0: there are none.
    @Setting package var garpMasterRefresh = 0
    /// `vrrp_garp_master_refresh_repeat`: how many messages a refresh has for each address, from 1.
    @Setting package var garpMasterRefreshRepeat = 1
    /// `vrrp_garp_lower_prio_delay`, in seconds, after an advert of a lower priority; nil: `garpMasterDelay`.
    @Setting package var garpLowerPrioDelay: Int? = nil
    /// `vrrp_garp_lower_prio_repeat`, from 0; nil: `garpMasterRepeat`.
    @Setting package var garpLowerPrioRepeat: Int? = nil
    /// `vrrp_garp_interval`, in seconds between two gratuitous ARPs on an interface; 0: no wait.
    @Setting package var garpInterval = 0.0
    /// `vrrp_gna_interval`, in seconds between two unsolicited neighbour advertisements on an interface; 0: no wait.
    @Setting package var gnaInterval = 0.0
    /// `vrrp_min_garp`: one message and no second burst. It has set the others already, as far as they were defaults.
    @Setting package var minGarp = false
    /// `vrrp_garp_extra_if [all] SECONDS`; nil: it is not done.
    @Setting package var garpExtraIf: ExtraInterfaceRefresh? = nil

    // MARK: Interfaces

    /// `default_interface`: of static addresses that name none.
    @Setting package var defaultInterface = "eth0"
    /// `dynamic_interfaces`: whether an interface may come later.
    @Setting package var dynamicInterfaces = DynamicInterfaces.no
    /// `disable_local_igmp`: the kernel is told not to report memberships of link-local groups.
    @Setting package var disableLocalIgmp = false
    /// `vmac_prefix`: how the names of interfaces with a virtual MAC address begin.
    @Setting package var vmacPrefix = "vrrp"
    /// `vmac_addr_prefix`: the same for those made for addresses; nil: `vmacPrefix`.
    @Setting package var vmacAddrPrefix: String? = nil

    // MARK: The thread

    /// `vrrp_priority`: nice, -20 to 19; nil: it is not changed.
    @Setting package var priority: Int? = nil
    /// `vrrp_rt_priority`: SCHED_RR at 1 to 99; nil: no real-time scheduling.
    @Setting package var rtPriority: Int? = nil
    /// `vrrp_rlimit_rttime`, in microseconds of CPU time between two blocking calls, from 2; nil: 10,000.
    @Setting package var rlimitRttime: Int? = nil
    /// `vrrp_cpu_affinity`: the CPUs to run on, each once; nil: any.
    @Setting package var cpuAffinity: [Int]? = nil
    /// `vrrp_no_swap`: memory is locked.
    @Setting package var noSwap = false
    /// `max_auto_priority`: how far SCHED_RR may be raised when timers fire late, 1 to 99; 0 and -1: not at all.
    @Setting package var maxAutoPriority = 0
    /// `min_auto_priority_delay`, in microseconds: how late a timer has to be for that, 1 to 10,000,000.
    @Setting package var minAutoPriorityDelay = 1_000_000

    /// The defaults.
    package init() {}
}

/// What `dynamic_interfaces` says.
package enum DynamicInterfaces: Sendable, CaseIterable {
    /// An interface that does not exist makes its instance faulty for good.
    case no
    /// It may come later.
    case allowed
    /// It may come later, and be another kind of interface then: `allow_if_changes`.
    case allowedToChange
}

/// `vrrp_garp_extra_if`: how often a master announces its addresses that are on other interfaces than the instance's.
package struct ExtraInterfaceRefresh: Equatable, Sendable {
    /// `all`: also on interfaces without a virtual MAC address.
    package var all: Bool
    /// 1 to 86,400.
    package var intervalSeconds: Int
}
