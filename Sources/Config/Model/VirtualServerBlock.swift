import Wire

/// A `virtual_server` block as it is written; `VirtualService` is what it comes to, groups expanded.
package struct VirtualServerBlock: Equatable, Sendable {
    /// What it stands for.
    package enum Target: Hashable, Sendable {
        /// Port 0 is any port; host byte order.
        case address(IPAddress, port: UInt16)
        case group(String)
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
    /// `persistence_timeout`, in seconds; nil: not persistent.
    @Setting package var persistenceTimeout: Int? = nil
    /// `sluice_stateless`: no flow entries.
    @Setting package var stateless = false
    /// `sluice_removed_server drop|reschedule`.
    @Setting package var removedServer = RemovedServerPolicy.drop
    /// `sluice_midstream pick_up|drop`.
    @Setting package var midstream = MidstreamPolicy.pickUp
    /// In the order of the file.
    package var realServers: [RealServerBlock] = []

    init(_ target: Target, at location: SourceLocation) { _target = Setting(target, from: location) }

    /// The `virtual_server` line.
    package var location: SourceLocation { $target.origin ?? SourceLocation(file: "", line: 0) }

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

/// A `real_server` block as it is written.
package struct RealServerBlock: Equatable, Sendable {
    /// Where it is, and where the block begins; no port means the service's.
    @Setting package var place: Place
    /// `weight`; nil: the service's.
    @Setting package var weight: UInt32? = nil
    /// `lvs_method`; nil: the service's.
    @Setting package var forwarding: WrittenForwarding? = nil

    /// An address, and a port in host byte order; nil: the service's own.
    package struct Place: Hashable, Sendable {
        package var address: IPAddress
        package var port: UInt16?
    }

    init(_ place: Place, at location: SourceLocation) { _place = Setting(place, from: location) }

    /// The `real_server` line.
    package var location: SourceLocation { $place.origin ?? SourceLocation(file: "", line: 0) }
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

/// What `lb_kind` and `lvs_method` say.
package enum WrittenForwarding: Hashable, Sendable {
    case mode(ForwardingMode)
    /// Known to keepalived, with no counterpart here: the tunnel's type and its options, as written.
    case tunnel([String])
}

/// A `virtual_server_group` block.
package struct VirtualServerGroup: Equatable, Sendable {
    /// Its name, and where the block begins.
    @Setting package var name: String
    /// In the order of the file.
    package var members: [Setting<Member>] = []

    /// One line of it.
    package enum Member: Hashable, Sendable {
        /// Addresses, and a port in host byte order; 0 is any port.
        case addresses(AddressRange, port: UInt16)
        case firewallMark(UInt32)
    }

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `virtual_server_group` line.
    package var location: SourceLocation { $name.origin ?? SourceLocation(file: "", line: 0) }
}
