import Wire

/// A route, in the words of `ip route`: a line of `static_routes` or `virtual_routes`.
package struct RouteSpecification: Hashable, Sendable {
    /// What becomes of the packets.
    package var type = RouteType.unicast
    /// Of the destination and all else.
    package var family = IPAddress.Family.ipv4
    /// `to`: where it leads; of length 0 for the default route.
    package var destination: Prefix
    /// `via`: the next hop.
    package var via: IPAddress?
    /// `dev`, `oif`.
    package var interface: String?
    /// `table`; main is 254.
    package var table = RoutingName.number(254)
    /// `metric`, `priority`, `preference`.
    package var metric: UInt32?
    /// `src`: the address to send from.
    package var preferredSource: IPAddress?
    /// `from`: only for packets from there; IPv6 alone.
    package var source: Prefix?
    /// `scope`; nil: global.
    package var scope: RoutingName?
    /// `tos`, `dsfield`: only for packets with it.
    package var tos: RoutingName?
    /// `protocol`: who made it; nil: keepalived's number, 18.
    package var routeProtocol: RoutingName?
    /// `onlink`: the next hop need not be in a known network.
    package var isOnlink = false
    /// `encap`: how packets are wrapped.
    package var encapsulation: RouteEncapsulation?
    /// `nexthop`: several ways that share the load; empty: `via` and `interface`.
    package var nextHops: [RouteNextHop] = []
    /// All else, each name once, in the order in which they were first written.
    package var attributes: [RouteAttribute] = []
    /// That its loss is noticed; never without an interface. `no_track` clears it.
    package var isTracked = true
    /// `track_group`: of a static route, the group whose VRRP instances lose by it.
    package var trackGroup: String?
}

/// What becomes of the packets of a route; the raw value is the kernel's.
package enum RouteType: UInt8, Sendable, CaseIterable {
    case unicast = 1
    case local, broadcast, anycast, multicast, blackhole, unreachable, prohibit, `throw`, nat, xresolve

    /// By a name, or by its number.
    init?(word: String) {
        guard let type = Self.allCases.first(where: { "\($0)" == word || String($0.rawValue) == word }) else {
            return nil
        }
        self = type
    }
}

/// One of several ways of a route.
package struct RouteNextHop: Hashable, Sendable {
    /// `via`.
    package var via: IPAddress?
    /// `dev`.
    package var interface: String?
    /// `weight`: its share, 1 to 256.
    package var weight = 1
    /// `onlink`.
    package var isOnlink = false
    /// `realms`; IPv4 alone.
    package var realms: RouteRealms?
    /// `encap`.
    package var encapsulation: RouteEncapsulation?

    /// With nothing said of it.
    package init(via: IPAddress? = nil) { self.via = via }
}

/// `[FROM/]TO`, each 0 to 65,535 or a name of rt_realms.
package struct RouteRealms: Hashable, Sendable {
    /// nil: none.
    package var from: RoutingName?
    package var to: RoutingName
}

/// `encap`: how packets are wrapped.
package struct RouteEncapsulation: Hashable, Sendable {
    /// What they are wrapped in.
    package enum Kind: String, Sendable, CaseIterable {
        case ip, ip6, mpls, ila
    }

    package var kind: Kind
    /// Checked: names and values of ip and ip6, the labels of mpls, the locator of ila.
    package var words: [String]
}

/// A rarer option of a route.
package struct RouteAttribute: Hashable, Sendable {
    /// As in the file.
    package enum Name: String, Sendable, CaseIterable {
        case mtu, hoplimit, advmss, rtt, rttvar, reordering, window, cwnd, ssthresh, realms, initcwnd, initrwnd
        case features, quickack, congctl, pref, expires
        case minimumTimeout = "rto_min"
        case propagatesTTL = "ttl-propagate"
        case opensWithoutCookie = "fastopen_no_cookie"
    }

    /// What follows the name.
    package enum Value: Hashable, Sendable {
        /// A number, or for `rtt`, `rttvar` and `rto_min` one in the kernel's own unit.
        case number(UInt32)
        /// A time with its unit.
        case milliseconds(UInt32)
        case realms(RouteRealms)
        /// `ecn`; low, medium, high; enabled, disabled; the name of a congestion control.
        case word(String)
    }

    package var name: Name
    package var value: Value
    /// `lock`: the kernel does not change it.
    package var isLocked = false
}
