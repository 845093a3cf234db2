import CLibNL
import CShim
import Glibc
import Wire

/// A network interface.
package struct Link: Hashable, Sendable {
    /// The interface's index, above zero.
    package var index: UInt32
    /// At most 15 bytes; changes when the administrator renames it.
    package var name: String
    /// nil where the interface has no Ethernet address (or an all-zero one, as lo).
    package var mac: MACAddress?
    /// Bytes of an IP packet.
    package var mtu: UInt32
    /// Switched on by the administrator.
    package var isUp: Bool
    /// Up, and able to carry traffic (a carrier is there).
    package var isRunning: Bool
    /// It is lo.
    package var isLoopback: Bool
    /// The kernel's name of the kind: "veth", "bridge", "vlan"...; nil for hardware and lo.
    package var kind: String?
    /// Index of the bridge or bond that it is a port of.
    package var master: UInt32?
    /// Index of the interface below (vlan, macvlan) or of the peer (veth), which may be in another namespace.
    package var lower: UInt32?
}

extension Link {
    /// From libnl's object.
    init(_ object: OpaquePointer) {
        let flags = Int32(bitPattern: rtnl_link_get_flags(object))
        index = UInt32(rtnl_link_get_ifindex(object))
        name = rtnl_link_get_name(object).map { String(cString: $0) } ?? ""
        mac = rtnl_link_get_addr(object).flatMap(MACAddress.init(library:))
        mtu = rtnl_link_get_mtu(object)
        isUp = flags & Int32(IFF_UP) != 0
        isRunning = flags & Int32(IFF_RUNNING) != 0
        isLoopback = flags & Int32(IFF_LOOPBACK) != 0
        kind = rtnl_link_get_type(object).map { String(cString: $0) }
        master = UInt32(exactly: rtnl_link_get_master(object)).flatMap { $0 == 0 ? nil : $0 }
        lower = UInt32(exactly: rtnl_link_get_link(object)).flatMap { $0 == 0 ? nil : $0 }
    }
}

extension NetlinkSocket {
    /// All interfaces, by index.
    package mutating func links() throws(NetlinkError) -> [Link] {
        var links: [Link] = []
        let request = Request(RTM_GETLINK, flags: dumpFlags, header: ifinfomsg())
        try exchange(
            "listing the interfaces", request, restart: { links = [] },
            each: { object in
                links.append(Link(object))
            })
        return links.sorted { $0.index < $1.index }
    }

    /// The interface of this name. Throws `noSuchInterface`, also for a name that no interface can have.
    package mutating func link(named name: String) throws(NetlinkError) -> Link {
        guard (1...15).contains(name.utf8.count), !name.utf8.contains(0) else { throw .noSuchInterface(name) }
        let request = Request(RTM_GETLINK, header: ifinfomsg())
        request.put(IFLA_IFNAME, name)
        return try link(request, name: name)
    }

    /// The interface of this index. Throws `noSuchInterface`.
    package mutating func link(index: UInt32) throws(NetlinkError) -> Link {
        guard let number = Int32(exactly: index), number > 0 else { throw .noSuchInterface("#\(index)") }
        var header = ifinfomsg()
        header.ifi_index = number
        return try link(Request(RTM_GETLINK, header: header), name: "#\(index)")
    }

    private mutating func link(_ request: borrowing Request, name: String) throws(NetlinkError) -> Link {
        var found: Link?
        do {
            try exchange("reading interface \(name)", request, each: { found = Link($0) })
        } catch .failed(_, errno: ENODEV, _) {
            throw .noSuchInterface(name)
        }
        guard let found else { throw .noSuchInterface(name) }
        return found
    }
}

/// A request for a whole table.
let dumpFlags = NLM_F_ROOT | NLM_F_MATCH
