import Wire

/// A transport protocol that is forwarded; the raw value is its IP protocol number.
package enum TransportProtocol: UInt8, Sendable, CaseIterable {
    case tcp = 6
    case udp = 17
}

/// How packets reach a real server: DR rewrites the MAC address, TUN encapsulates (IPIP), NAT rewrites addresses and
/// ports.
package enum ForwardingMode: Sendable, CaseIterable {
    case dr
    case tun
    case nat
}

/// What picks the real server of a new flow; the raw value is the name in the file.
package enum Scheduler: String, Sendable, CaseIterable {
    case rr, wrr, lc, wlc, sed, nq, lblc, lblcr, dh, sh, mh, fo, ovf, twos

    /// Whether the forwarder has it.
    package var isBuilt: Bool {
        switch self {
        case .rr, .wrr, .sh, .mh: true
        case .lc, .wlc, .sed, .nq, .lblc, .lblcr, .dh, .fo, .ovf, .twos: false
        }
    }

    /// Whether the same client always gets the same real server, without state.
    package var hashesSource: Bool {
        switch self {
        case .sh, .mh: true
        case .rr, .wrr, .lc, .wlc, .sed, .nq, .lblc, .lblcr, .dh, .fo, .ovf, .twos: false
        }
    }
}

/// What happens to the flows of a real server that was taken out of the configuration.
package enum RemovedServerPolicy: String, Sendable, CaseIterable {
    /// Their packets are dropped, as IPVS does with expire_nodest_conn 0.
    case drop
    /// They get another real server.
    case reschedule
}

/// What clients connect to: an address, a protocol, a port, and the real servers behind it.
package struct VirtualService: Equatable, Sendable {
    /// The VIP.
    package var address: IPAddress
    /// Host byte order; 0 is any port.
    package var port: UInt16
    /// What it is reached by; the same port may be another service by the other protocol.
    package var transport: TransportProtocol
    /// What the file says; see `effectiveScheduler`.
    package var scheduler: Scheduler
    /// `sh-port`, `mh-port`: the client's port is hashed too.
    package var hashesPort: Bool
    /// `sh-fallback`, `mh-fallback`: a client whose real server is not available gets another one.
    package var fallback: Bool
    /// `sluice_stateless`: no flow entries. Only ever true for TCP with mh or sh and no real server in NAT.
    package var isStateless: Bool
    /// `sluice_removed_server drop|reschedule`.
    package var removedServer: RemovedServerPolicy
    /// `sluice_midstream pick_up|drop`: sh and mh forward a TCP packet that opens no connection and has no flow.
    package var picksUpMidstream: Bool
    /// In the order of the file; at least one, no two with the same address and port.
    package var realServers: [RealServer]
    /// The name of the `virtual_server_group` that it came from.
    package var name: String?
    /// The index of its block in `Configuration.virtualServers`.
    package var block: Int
    /// Its `virtual_server` line, also when it came from a group.
    package var location: SourceLocation

    /// With the defaults of the language for what is left out.
    package init(
        address: IPAddress, port: UInt16, transport: TransportProtocol, scheduler: Scheduler, hashesPort: Bool = false,
        fallback: Bool = false, isStateless: Bool = false, removedServer: RemovedServerPolicy = .drop,
        picksUpMidstream: Bool = true, realServers: [RealServer] = [], name: String? = nil, block: Int = 0,
        location: SourceLocation
    ) {
        self.address = address
        self.port = port
        self.transport = transport
        self.scheduler = scheduler
        self.hashesPort = hashesPort
        self.fallback = fallback
        self.isStateless = isStateless
        self.removedServer = removedServer
        self.picksUpMidstream = picksUpMidstream
        self.realServers = realServers
        self.name = name
        self.block = block
        self.location = location
    }

    /// The scheduler that is used: the file's if it is built, else wrr.
    package var effectiveScheduler: Scheduler { scheduler.isBuilt ? scheduler : .wrr }
}

/// A machine behind a virtual service.
package struct RealServer: Equatable, Sendable {
    /// Of the service's family, except in TUN, which carries either family in either.
    package var address: IPAddress
    /// Host byte order. In DR and TUN the service's own; 0 only behind a service for any port: the packet's own.
    package var port: UInt16
    /// 0...2,147,483,647; 0 takes no new flows.
    package var weight: UInt32
    /// Its own `lvs_method`, or the service's.
    package var mode: ForwardingMode
    /// Where its block is: `Configuration.virtualServers[block.service].realServers[block.server]`; nil for a sorry
    /// server, which has none.
    package var block: BlockIndex?
    /// Its `real_server` line.
    package var location: SourceLocation

    /// The indices of a real server's block: the virtual server is not always the one that its service began with, as
    /// a service that is declared twice has the real servers of both.
    package struct BlockIndex: Hashable, Sendable {
        /// In `Configuration.virtualServers`.
        package var service: Int
        /// In that block's `realServers`.
        package var server: Int

        /// Counted from 0.
        package init(service: Int, server: Int) {
            self.service = service
            self.server = server
        }
    }

    /// All of it: a real server has no defaults of its own.
    package init(
        address: IPAddress, port: UInt16, weight: UInt32, mode: ForwardingMode,
        block: BlockIndex? = nil, location: SourceLocation
    ) {
        self.address = address
        self.port = port
        self.weight = weight
        self.mode = mode
        self.block = block
        self.location = location
    }
}
