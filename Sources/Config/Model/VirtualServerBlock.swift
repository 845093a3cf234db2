import Wire

/// A `virtual_server` block as it is written; `VirtualService` is what it comes to, groups expanded.
package struct VirtualServerBlock: Equatable, Sendable, Located {
    /// What it stands for.
    package enum Target: Hashable, Sendable {
        /// Port 0 is any port; host byte order.
        case address(IPAddress, port: UInt16)
        /// A virtual_server_group's name.
        case group(String)
        /// Packets that netfilter marked.
        case firewallMark(UInt32)
    }

    /// What it stands for, and where the block begins.
    @Setting package var target: Target
    /// `protocol`; nil: UDP is assumed.
    @Setting package var transport: WrittenTransport? = nil
    /// `lb_algo`, `lvs_sched`; nil: wlc is assumed.
    @Setting package var scheduler: Scheduler? = nil
    /// `lb_kind`, `lvs_method`; nil: NAT is assumed.
    @Setting package var forwarding: WrittenForwarding? = nil
    /// `sh-port`, `mh-port`, `flag-2`.
    @Setting package var hashesPort = false
    /// `sh-fallback`, `mh-fallback`, `flag-1`.
    @Setting package var fallback = false
    /// `weight`: of real servers that say none; 1...2,147,483,647.
    @Setting package var weight: UInt32 = 1
    /// `persistence_timeout`, in seconds, 1 to 2678400; nil: see `effectivePersistenceSeconds`.
    @Setting package var persistenceTimeout: Int? = nil
    /// `persistence_granularity`: what counts as one client; nil: an address.
    @Setting package var persistenceGranularity: PersistenceGranularity? = nil
    /// `ip_family`: of a service that stands for a mark.
    @Setting package var family: IPFamily? = nil
    /// `ops`: each datagram is scheduled alone; UDP only.
    @Setting package var onePacket = false
    /// `delay_loop` and the like, for the checkers of all real servers.
    package var timing = CheckTiming()
    /// `virtualhost`: the Host header of HTTP checks.
    @Setting package var virtualHost: String? = nil
    /// `inhibit_on_failure`: a failed real server gets weight 0 and keeps its flows.
    @Setting package var inhibitsOnFailure = false
    /// `ha_suspend`: no checks while the address is not on this machine.
    @Setting package var suspendsWithoutAddress = false
    /// `omega`: a stop runs the notify scripts, as if all failed.
    @Setting package var notifiesAtStop = false
    /// `quorum`: how much weight must be alive; at least 1. See `effectiveQuorum`.
    @Setting package var quorum = 1
    /// `hysteresis`: how much above the quorum it is gained, and below it is lost. See `effectiveQuorum`.
    @Setting package var hysteresis = 0
    /// `quorum_up`.
    @Setting package var quorumUp: Script? = nil
    /// `quorum_down`.
    @Setting package var quorumDown: Script? = nil
    /// `smtp_alert`; nil: what `global_defs` says, else no.
    @Setting package var mailsAlerts: Bool? = nil
    /// `sorry_server`: serves while the quorum is lost; nil: nobody does.
    @Setting package var sorryServer: RealServerBlock.Place? = nil
    /// `sorry_server_lvs_method`; nil: the service's.
    @Setting package var sorryForwarding: WrittenForwarding? = nil
    /// `sorry_server_inhibit`: while it is not needed it has weight 0 and keeps its flows.
    @Setting package var sorryInhibits = false
    /// `sluice_stateless`: no flow entries.
    @Setting package var stateless = false
    /// `sluice_removed_server drop|reschedule`.
    @Setting package var removedServer = RemovedServerPolicy.drop
    /// `sluice_midstream pick_up|drop`.
    @Setting package var midstream = MidstreamPolicy.pickUp
    /// In the order of the file.
    package var realServers: [RealServerBlock] = []
    /// What its checkers may name.
    var namesBefore = NamesBefore()

    init(_ target: Target, at location: SourceLocation) { _target = Setting(target, from: location) }

    /// The `virtual_server` line.
    package var location: SourceLocation { $target.place }

    /// As in the file, for messages.
    package var name: String {
        switch target {
        case .address(let address, let port): "virtual_server \(address) \(port)"
        case .group(let name): "virtual_server group \(name)"
        case .firewallMark(let mark): "virtual_server fwmark \(mark)"
        }
    }

    /// The group's name; nil if it stands for something else.
    package var groupName: String? {
        switch target {
        case .address, .firewallMark: nil
        case .group(let name): name
        }
    }
}

/// How many named blocks stand before a virtual server: its checkers can name those alone. It is no part of what the
/// block says.
struct NamesBefore: Equatable, Sendable {
    var isSet = false
    var files = 0
    var sessions = 0

    static func == (left: Self, right: Self) -> Bool { true }
}

/// What `protocol` takes.
package enum WrittenTransport: String, Sendable, CaseIterable {
    case tcp = "TCP"
    case udp = "UDP"
    case sctp = "SCTP"
}

/// What `sluice_midstream` takes.
package enum MidstreamPolicy: String, Sendable, CaseIterable {
    case pickUp = "pick_up"
    case drop
}

/// What counts as one client for persistence.
package enum PersistenceGranularity: Hashable, Sendable {
    /// Addresses that are the same under a mask, which need not be solid.
    case mask(IPv4Address)
    /// Addresses with the same first bits, 1 to 128.
    case prefix(Int)
}

/// What `ip_family` takes.
package enum IPFamily: String, Sendable, CaseIterable {
    case ipv4 = "inet"
    case ipv6 = "inet6"
}
