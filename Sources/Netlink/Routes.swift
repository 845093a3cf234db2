import CLibNL
import CShim
import Glibc
import Wire

/// The way that the kernel's routing table has to an address.
package struct Route: Hashable, Sendable {
    /// Index of the interface that packets leave by; of lo for local addresses.
    package var egress: UInt32
    /// The next hop; nil if the destination is on the link. May be IPv6 for an IPv4 destination (RFC 8950).
    package var gateway: IPAddress?
    /// The source address that the kernel would choose.
    package var preferredSource: IPAddress?
    /// Bytes of an IP packet, where the route has a figure of its own (set on it, or learnt by path MTU discovery).
    package var mtu: UInt32?
    /// The address is this machine's own.
    package var isLocal: Bool
}

extension Route {
    /// From libnl's object; nil if the route leads nowhere (blackhole and the like) or to no single interface.
    init?(_ object: OpaquePointer) {
        guard let hop = rtnl_route_nexthop_n(object, 0), rtnl_route_nh_get_ifindex(hop) > 0 else { return nil }
        let type = Int32(rtnl_route_get_type(object))
        guard type == Int32(RTN_UNICAST) || type == Int32(RTN_LOCAL) else { return nil }
        var figure: UInt32 = 0
        egress = UInt32(rtnl_route_nh_get_ifindex(hop))
        gateway = (rtnl_route_nh_get_gateway(hop) ?? rtnl_route_nh_get_via(hop)).flatMap(IPAddress.init(library:))
        preferredSource = rtnl_route_get_pref_src(object).flatMap(IPAddress.init(library:))
        mtu = rtnl_route_get_metric(object, Int32(RTAX_MTU), &figure) == 0 ? figure : nil
        isLocal = type == Int32(RTN_LOCAL)
    }
}

extension NetlinkSocket {
    /// The way to an address (RTM_GETROUTE), as a packet of our own would take it; with `source`, one from that address,
    /// which must be this machine's. Throws `noRoute` if the kernel would refuse to send.
    package mutating func route(
        to destination: IPAddress, from source: IPAddress? = nil
    ) throws(NetlinkError) -> Route {
        var header = rtmsg()
        header.rtm_family = UInt8(destination.family.number)
        header.rtm_dst_len = UInt8(destination.family.bits)
        if let source { header.rtm_src_len = UInt8(source.family.bits) }
        let request = Request(RTM_GETROUTE, header: header)
        request.put(Int(RTA_DST.rawValue), destination.bytes)
        if let source { request.put(Int(RTA_SRC.rawValue), source.bytes) }
        var found: Route?
        do {
            try exchange("looking up the route to \(destination)", request, each: { found = Route($0) ?? found })
        } catch .failed(_, let errno, let reason) where noRouteErrors.contains(errno) {
            throw .noRoute(to: "\(destination)", reason: reason)
        }
        guard let found else { throw .noRoute(to: "\(destination)", reason: "its route leads nowhere") }
        return found
    }

    /// The interfaces that default routes of the main table lead through, the preferred (lowest metric) first.
    package mutating func defaultRouteInterfaces(_ family: IPAddress.Family) throws(NetlinkError) -> [UInt32] {
        var header = rtmsg()
        header.rtm_family = UInt8(family.number)
        var found: [(priority: UInt32, ifindex: UInt32)] = []
        let request = Request(RTM_GETROUTE, flags: dumpFlags, header: header)
        try exchange(
            "listing the routes", request, restart: { found = [] },
            each: { object in
                guard rtnl_route_get_table(object) == UInt32(RT_TABLE_MAIN.rawValue),
                    let destination = rtnl_route_get_dst(object), nl_addr_get_prefixlen(destination) == 0,
                    let route = Route(object)
                else { return }
                found.append((rtnl_route_get_priority(object), route.egress))
            })
        var interfaces: [UInt32] = []
        for route in found.sorted(by: { $0.priority < $1.priority }) where !interfaces.contains(route.ifindex) {
            interfaces.append(route.ifindex)
        }
        return interfaces
    }
}

/// What the kernel answers when routing says no; EINVAL is for addresses that no route can lead to or from.
private let noRouteErrors: Set<Int32> = [ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, ENETDOWN]
