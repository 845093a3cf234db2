import CSluiceABI
import Config
package import Wire

/// What the maps should say: the configuration as health checks, VRRP and neighbours leave it at this moment.
package struct DesiredState: Sendable {
    /// In the order of the configuration. Of several with the same address, protocol and port the first counts.
    package var services: [DesiredService]
    /// The way to each real server, by its address. A real server without one is unresolved.
    package var nextHops: [IPAddress: NextHop]
    package var interfaces: [InterfaceState]
    /// Of VRRP instances, whatever their roles.
    package var virtualMACs: [VirtualMAC] = []
    /// Of VRRP instances, whatever their roles.
    package var unacceptedVIPs: [UnacceptedVIP] = []
    /// The kernel's jiffies now, and how many of them a stateless service remembers the ring before the last change:
    /// at least the idle timeout of its flows.
    package var now: UInt64
    package var settleTime: UInt64

    package init(
        services: [DesiredService], nextHops: [IPAddress: NextHop] = [:], interfaces: [InterfaceState] = [],
        now: UInt64 = 0, settleTime: UInt64 = 0
    ) {
        self.services = services
        self.nextHops = nextHops
        self.interfaces = interfaces
        self.now = now
        self.settleTime = settleTime
    }
}

/// A virtual service with those of its real servers that are not taken out, and the role of this director for it.
package struct DesiredService: Sendable {
    package var service: VirtualService
    package var role: ServiceRole
    /// How many real servers the configuration names, failed ones too: a Maglev ring is sized by it, since a ring of
    /// another size moves nearly every client. At least as many as `service.realServers` are counted.
    package var configuredServers: Int

    /// `configuredServers`: without it, as many as the service has.
    package init(_ service: VirtualService, role: ServiceRole = .active, configuredServers: Int? = nil) {
        self.service = service
        self.role = role
        self.configuredServers = max(configuredServers ?? 0, service.realServers.count)
    }
}

/// What this director does for a virtual service.
package enum ServiceRole: Hashable, Sendable {
    /// Forwards.
    case active
    /// Handed over: known flows are still forwarded.
    case draining
    /// Leaves its packets to the kernel.
    case backup
}

/// The resolved way to a real server.
package struct NextHop: Hashable, Sendable {
    /// The egress interface.
    package var ifindex: UInt32
    /// The egress interface's address.
    package var sourceMAC: MACAddress
    /// The neighbour's address; nil while it is not resolved.
    package var destinationMAC: MACAddress?
    /// Bytes of IP packet, tunnel header included.
    package var mtu: UInt16
    /// This director's address on the way, of the real server's family; a tunnel needs it.
    package var source: IPAddress?

    package init(
        ifindex: UInt32, sourceMAC: MACAddress, destinationMAC: MACAddress?, mtu: UInt16, source: IPAddress? = nil
    ) {
        self.ifindex = ifindex
        self.sourceMAC = sourceMAC
        self.destinationMAC = destinationMAC
        self.mtu = mtu
        self.source = source
    }
}

/// A network interface that packets come in by or leave by.
package struct InterfaceState: Hashable, Sendable {
    /// Not 0.
    package var ifindex: UInt32
    package var mac: MACAddress
    /// Bytes of IP packet.
    package var mtu: UInt32
    /// Our program runs here; otherwise packets only leave by it.
    package var attached: Bool
    /// The program runs in generic mode.
    package var generic: Bool

    package init(ifindex: UInt32, mac: MACAddress, mtu: UInt32, attached: Bool, generic: Bool) {
        self.ifindex = ifindex
        self.mac = mac
        self.mtu = mtu
        self.attached = attached
        self.generic = generic
    }
}

/// What the program must be able to do for a desired state: features that are off are pruned when it is loaded.
package struct Features: Hashable, Sendable {
    /// Some real server is NAT: replies are looked up.
    package var nat: Bool
    /// Some service is for any port.
    package var anyPort: Bool
    /// Some service is stateless.
    package var stateless: Bool
    /// Some VRRP instance has a virtual MAC address.
    package var virtualMACs: Bool
    /// Some VIP is not accepted.
    package var noAccept: Bool

    package init(nat: Bool, anyPort: Bool, stateless: Bool, virtualMACs: Bool = false, noAccept: Bool = false) {
        self.nat = nat
        self.anyPort = anyPort
        self.stateless = stateless
        self.virtualMACs = virtualMACs
        self.noAccept = noAccept
    }

    /// What either needs.
    package func union(_ other: Features) -> Features {
        Features(
            nat: nat || other.nat, anyPort: anyPort || other.anyPort, stateless: stateless || other.stateless,
            virtualMACs: virtualMACs || other.virtualMACs, noAccept: noAccept || other.noAccept)
    }

    package init(of desired: DesiredState) {
        let specifications = desired.services.map(ServiceSpecification.init)
        nat = specifications.contains { $0.servers.contains { $0.mode == .SLUICE_MODE_NAT } }
        anyPort = specifications.contains { $0.key.port == 0 }
        stateless = specifications.contains(where: \.isStateless)
        virtualMACs = !desired.virtualMACs.isEmpty
        noAccept = !desired.unacceptedVIPs.isEmpty
    }
}
