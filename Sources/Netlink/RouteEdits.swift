import CLibNL
import CShim
import Glibc
import Wire

extension NetlinkSocket {
    /// Adds a route, before others of the same destination, TOS and metric. False if this very one was there.
    ///
    /// Of an IPv6 route over several hops those that are missing are added.
    @discardableResult
    package mutating func add(_ route: RouteEntry) throws(NetlinkError) -> Bool {
        if try add(route, flags: 0) { return true }
        guard route.destination.address.family == .ipv6, route.hops.count > 1 else { return false }
        var isChanged = false
        for hop in route.hops {
            var single = route
            single.hops = [hop]
            if try add(single, flags: NLM_F_APPEND, asMultipath: true) { isChanged = true }
        }
        return isChanged
    }

    private mutating func add(
        _ route: RouteEntry, flags: Int32, asMultipath: Bool = false
    ) throws(NetlinkError) -> Bool {
        let operation = "adding the route to \(route.destination)"
        let attributes = try route.attributes(isRemoval: false, asMultipath: asMultipath, operation)
        let request = Request(
            RTM_NEWROUTE, flags: NLM_F_CREATE | flags, header: route.header(isRemoval: false), attributes: attributes)
        do {
            try exchange(operation, request)
            return true
        } catch .failed(_, errno: EEXIST, _) {
            return false
        }
    }

    /// Removes a route that has the same destination, table, metric, TOS, protocol and hops; what else is said of it does
    /// not matter. False if there is none.
    @discardableResult
    package mutating func remove(_ route: RouteEntry) throws(NetlinkError) -> Bool {
        let operation = "removing the route to \(route.destination)"
        let attributes = try route.attributes(isRemoval: true, asMultipath: false, operation)
        let request = Request(
            RTM_DELROUTE, flags: 0, header: route.header(isRemoval: true), attributes: attributes)
        do {
            try exchange(operation, request)
            return true
        } catch .failed(_, errno: ESRCH, _) {
            return false
        } catch .failed(_, errno: ENODEV, _) {
            return false
        }
    }
}

extension RouteEntry {
    fileprivate func header(isRemoval: Bool) -> rtmsg {
        var header = rtmsg()
        header.rtm_family = UInt8(destination.address.family.number)
        header.rtm_dst_len = UInt8(destination.length)
        header.rtm_src_len = UInt8(source?.length ?? 0)
        header.rtm_tos = tos
        header.rtm_table = table < 256 ? UInt8(table) : UInt8(RT_TABLE_COMPAT.rawValue)
        header.rtm_protocol = routeProtocol
        // Removal: of whatever scope.
        header.rtm_scope = isRemoval ? UInt8(RT_SCOPE_NOWHERE.rawValue) : scope
        header.rtm_type = type
        if hops.count == 1, hops[0].isOnlink { header.rtm_flags = UInt32(RTNH_F_ONLINK) }
        return header
    }

    fileprivate func attributes(
        isRemoval: Bool, asMultipath: Bool, _ operation: String
    ) throws(NetlinkError) -> AttributeBytes {
        var bytes = AttributeBytes()
        if destination.length > 0 { bytes.put(RTA_DST, destination.network.bytes) }
        if let source { bytes.put(RTA_SRC, source.network.bytes) }
        bytes.put(RTA_TABLE, number: table)
        if let priority { bytes.put(RTA_PRIORITY, number: priority) }
        if hops.count > 1 || asMultipath {
            var all = AttributeBytes()
            for hop in hops { all.append(hop.bytes) }
            bytes.put(RTA_MULTIPATH, all)
        } else if let hop = hops.first {
            if let ifindex = hop.ifindex { bytes.put(RTA_OIF, number: ifindex) }
            bytes.append(hop.attributes)
        }
        if !isRemoval { putDetails(into: &bytes) }
        guard !bytes.isOverlong else {
            throw .failed(operation: operation, errno: EMSGSIZE, reason: "it has too many next hops")
        }
        return bytes
    }

    private func putDetails(into bytes: inout AttributeBytes) {
        if let preferredSource { bytes.put(RTA_PREFSRC, preferredSource.bytes) }
        if let realms { bytes.put(RTA_FLOW, number: realms) }
        var details = AttributeBytes()
        if lockedMetrics != 0 { details.put(RTAX_LOCK, number: lockedMetrics) }
        for (kind, value) in metrics.sorted(by: { $0.key < $1.key }) { details.put(Int(kind), number: value) }
        if let congestionControl { details.put(RTAX_CC_ALGO, text: congestionControl) }
        if !details.bytes.isEmpty { bytes.put(RTA_METRICS, details) }
        if let preference { bytes.put(RTA_PREF, number: preference) }
        if let lifetimeSeconds { bytes.put(RTA_EXPIRES, number: lifetimeSeconds) }
        if let propagatesTTL { bytes.put(RTA_TTL_PROPAGATE, number: UInt8(propagatesTTL ? 1 : 0)) }
    }
}

extension RouteEntry.Hop {
    /// All but the interface, the weight and the flags.
    fileprivate var attributes: AttributeBytes {
        var bytes = AttributeBytes()
        if let gateway { bytes.put(RTA_GATEWAY, gateway.bytes) }
        if let realms { bytes.put(RTA_FLOW, number: realms) }
        if let encapsulation {
            bytes.put(RTA_ENCAP_TYPE, number: encapsulation.type)
            bytes.put(RTA_ENCAP, encapsulation.attributes)
        }
        return bytes
    }

    /// As one of several (`struct rtnexthop` and what belongs to it).
    fileprivate var bytes: AttributeBytes {
        let attributes = attributes
        var header = rtnexthop()
        header.rtnh_len = UInt16(clamping: MemoryLayout<rtnexthop>.size + attributes.bytes.count)
        header.rtnh_flags = isOnlink ? UInt8(RTNH_F_ONLINK) : 0
        header.rtnh_hops = UInt8(clamping: weight - 1)
        header.rtnh_ifindex = Int32(clamping: ifindex ?? 0)
        var bytes = AttributeBytes()
        bytes.append(header)
        bytes.append(attributes)
        return bytes
    }
}

extension RouteEntry.Encapsulation {
    fileprivate var type: UInt16 {
        switch self {
        case .ipv4: UInt16(LWTUNNEL_ENCAP_IP.rawValue)
        case .ipv6: UInt16(LWTUNNEL_ENCAP_IP6.rawValue)
        case .mpls: UInt16(LWTUNNEL_ENCAP_MPLS.rawValue)
        case .ila: UInt16(LWTUNNEL_ENCAP_ILA.rawValue)
        }
    }

    fileprivate var attributes: AttributeBytes {
        var bytes = AttributeBytes()
        switch self {
        // The numbers of LWTUNNEL_IP_* and LWTUNNEL_IP6_* are the same.
        case .ipv4(let tunnel), .ipv6(let tunnel):
            if let id = tunnel.id { bytes.put(Int(LWTUNNEL_IP_ID.rawValue), number: id.bigEndian) }
            if let address = tunnel.destination { bytes.put(Int(LWTUNNEL_IP_DST.rawValue), address.bytes) }
            if let address = tunnel.source { bytes.put(Int(LWTUNNEL_IP_SRC.rawValue), address.bytes) }
            if let ttl = tunnel.ttl { bytes.put(Int(LWTUNNEL_IP_TTL.rawValue), number: ttl) }
            if let tos = tunnel.tos { bytes.put(Int(LWTUNNEL_IP_TOS.rawValue), number: tos) }
            if let flags = tunnel.flags { bytes.put(Int(LWTUNNEL_IP_FLAGS.rawValue), number: flags.bigEndian) }
        case .mpls(let labels):
            var stack = AttributeBytes()
            for (place, label) in labels.enumerated() {
                // Label, three bits of class, bottom of stack, TTL (RFC 3032, section 2.1).
                stack.append((label << 12 | (place == labels.count - 1 ? 0x100 : 0)).bigEndian)
            }
            bytes.put(MPLS_IPTUNNEL_DST, stack.bytes)
        case .ila(let locator): bytes.put(ILA_ATTR_LOCATOR, number: locator.bigEndian)
        }
        return bytes
    }
}

extension AttributeBytes {
    fileprivate mutating func put(_ type: rtattr_type_t, _ payload: [UInt8]) { put(Int(type.rawValue), payload) }
    fileprivate mutating func put(_ type: rtattr_type_t, _ nested: AttributeBytes) { put(Int(type.rawValue), nested) }
    fileprivate mutating func put(_ type: rtattr_type_t, number: some FixedWidthInteger & BitwiseCopyable) {
        put(Int(type.rawValue), number: number)
    }
}
