import Wire

/// A route of the kernel's tables, as it is added and removed. Numbers are rtnetlink's (rtnetlink(7)).
package struct RouteEntry: Hashable, Sendable {
    /// RTN_*: 1 is unicast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw.
    package var type: UInt8 = 1
    /// Where it leads; its family is that of the route.
    package var destination: Prefix
    /// Only for packets from there; IPv6 alone.
    package var source: Prefix?
    /// 254 is main.
    package var table: UInt32 = 254
    /// The metric, the lowest preferred; nil: the kernel's default.
    package var priority: UInt32?
    /// Only for packets with this TOS; 0: for all.
    package var tos: UInt8 = 0
    /// RT_SCOPE_*: 0 is global.
    package var scope: UInt8 = 0
    /// RTPROT_*: who made it.
    package var routeProtocol: UInt8
    /// The address to send from.
    package var preferredSource: IPAddress?
    /// Where packets go next; more than one share the load. None for routes that lead nowhere.
    package var hops: [Hop] = []
    /// FROM << 16 | TO; IPv4 alone.
    package var realms: UInt32?
    /// By RTAX_*; bits of `lockedMetrics` are 1 << RTAX_*.
    package var metrics: [UInt16: UInt32] = [:]
    /// Those that the kernel does not change.
    package var lockedMetrics: UInt32 = 0
    /// Of TCP connections that take it, such as "cubic".
    package var congestionControl: String?
    /// IPv6: the preference of a router, 0 medium, 1 high, 3 low (RFC 4191).
    package var preference: UInt8?
    /// IPv6: seconds until it goes by itself.
    package var lifetimeSeconds: UInt32?
    /// MPLS: whether the TTL is copied.
    package var propagatesTTL: Bool?

    /// One of the ways of a route.
    package struct Hop: Hashable, Sendable {
        /// nil: the destination is on the link.
        package var gateway: IPAddress?
        /// The interface's index; nil: the kernel finds it by the gateway.
        package var ifindex: UInt32?
        /// Its share among several, 1...256.
        package var weight = 1
        /// The gateway need not be in a known network.
        package var isOnlink = false
        /// FROM << 16 | TO; IPv4 alone.
        package var realms: UInt32?
        /// How packets are wrapped.
        package var encapsulation: Encapsulation?

        /// With nothing else said of it.
        package init(gateway: IPAddress? = nil, ifindex: UInt32? = nil) {
            self.gateway = gateway
            self.ifindex = ifindex
        }
    }

    /// How packets are wrapped (lightweight tunnels).
    package enum Encapsulation: Hashable, Sendable {
        /// For an IPv4 tunnel interface.
        case ipv4(Tunnel)
        /// For an IPv6 tunnel interface.
        case ipv6(Tunnel)
        /// Labels, each of 20 bits, the outermost first.
        case mpls([UInt32])
        /// The locator of identifier-locator addressing, in host byte order.
        case ila(UInt64)
    }

    /// What a tunnel interface is told about a packet.
    package struct Tunnel: Hashable, Sendable {
        /// The tunnel's key.
        package var id: UInt64?
        package var destination: IPAddress?
        package var source: IPAddress?
        /// TOS or traffic class.
        package var tos: UInt8?
        /// TTL or hop limit.
        package var ttl: UInt8?
        /// TUNNEL_* flags, host byte order.
        package var flags: UInt16?

        /// With nothing said.
        package init() {}
    }

    /// A unicast route, directly on the link of its hop.
    package init(to destination: Prefix, hops: [Hop] = [], routeProtocol: UInt8) {
        self.destination = destination
        self.hops = hops
        self.routeProtocol = routeProtocol
    }
}
