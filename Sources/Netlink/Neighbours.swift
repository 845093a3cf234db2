import CLibNL
import CShim
import Glibc
import Wire

/// What the kernel knows of a neighbour on a link (ARP, ND).
package struct Neighbour: Hashable, Sendable {
    /// Index of the interface that it is reached by.
    package var ifindex: UInt32
    /// Its network address.
    package var address: IPAddress
    /// nil until it is known.
    package var mac: MACAddress?
    /// How far the MAC address can be trusted.
    package var state: NeighbourState

    /// The MAC address, if the kernel itself would send to it now.
    package var usableMAC: MACAddress? { state.isUsable ? mac : nil }
}

/// The state of a neighbour entry, as `ip neighbour` names them; the raw value is the kernel's NUD_*.
package enum NeighbourState: UInt16, Sendable, CaseIterable {
    /// New, nothing asked yet.
    case none = 0x00
    /// Asked, not answered yet.
    case incomplete = 0x01
    /// Confirmed lately.
    case reachable = 0x02
    /// Not confirmed lately; used, and asked about when used.
    case stale = 0x04
    /// Used while stale: soon asked about.
    case delay = 0x08
    /// Asked about again, by unicast.
    case probe = 0x10
    /// Nobody answered.
    case failed = 0x20
    /// Needs no resolution.
    case noARP = 0x40
    /// Set by the administrator, never asked about.
    case permanent = 0x80

    /// The kernel would send to the entry's MAC address.
    package var isUsable: Bool {
        switch self {
        case .reachable, .stale, .delay, .probe, .noARP, .permanent: true
        case .none, .incomplete, .failed: false
        }
    }
}

extension Neighbour {
    /// From libnl's object; nil if it is no ARP or ND entry.
    init?(_ object: OpaquePointer) {
        guard let destination = rtnl_neigh_get_dst(object), let address = IPAddress(library: destination) else {
            return nil
        }
        self.address = address
        ifindex = UInt32(rtnl_neigh_get_ifindex(object))
        mac = rtnl_neigh_get_lladdr(object).flatMap(MACAddress.init(library:))
        // libnl gives a negative number for an entry without a state.
        state = NeighbourState(rawValue: UInt16(exactly: rtnl_neigh_get_state(object)) ?? 0) ?? .none
    }
}

extension NetlinkSocket {
    /// All neighbour entries of both families.
    package mutating func neighbours() throws(NetlinkError) -> [Neighbour] {
        var neighbours: [Neighbour] = []
        let request = Request(RTM_GETNEIGH, flags: dumpFlags, header: ndmsg())
        try exchange(
            "listing the neighbours", request, restart: { neighbours = [] },
            each: { object in
                if let neighbour = Neighbour(object) { neighbours.append(neighbour) }
            })
        return neighbours
    }

    /// The entry of one address on one interface; nil if there is none.
    package mutating func neighbour(_ address: IPAddress, on ifindex: UInt32) throws(NetlinkError) -> Neighbour? {
        var found: Neighbour?
        let request = neighbourRequest(RTM_GETNEIGH, address, ifindex)
        do {
            try exchange("reading neighbour \(address)", request, each: { found = Neighbour($0) ?? found })
        } catch .failed(_, errno: ENOENT, _) {
            return nil
        } catch .failed(_, errno: ENODEV, _) {
            throw .noSuchInterface("#\(ifindex)")
        }
        return found
    }

    /// Asks the kernel to find the address' MAC and to keep it fresh from now on: from Linux 5.16 on by itself
    /// (NTF_EXT_MANAGED; a failed one is tried again too), before that just this once (NTF_USE), so call it again now and then.
    ///
    /// Returns at once; the answer comes as an event. A permanent entry is left alone.
    package mutating func resolve(_ address: IPAddress, on ifindex: UInt32) throws(NetlinkError) {
        if let known = try neighbour(address, on: ifindex), known.state == .permanent { return }
        let request = neighbourRequest(
            RTM_NEWNEIGH, address, ifindex, flags: NLM_F_CREATE | NLM_F_REPLACE, entryFlags: UInt8(NTF_USE))
        request.put(Int(CSHIM_NDA_FLAGS_EXT), CSHIM_NTF_EXT_MANAGED)
        try change("resolving neighbour \(address) on interface #\(ifindex)", request, ifindex)
    }

    /// Ends what `resolve` began: the kernel lets the entry age again. Nothing happens if there is none.
    package mutating func release(_ address: IPAddress, on ifindex: UInt32) throws(NetlinkError) {
        guard let known = try neighbour(address, on: ifindex), known.state != .permanent else { return }
        let request = neighbourRequest(
            RTM_NEWNEIGH, address, ifindex, flags: NLM_F_REPLACE, entryFlags: UInt8(NTF_USE))
        try change("releasing neighbour \(address) on interface #\(ifindex)", request, ifindex)
    }

    private mutating func change(
        _ operation: String, _ request: borrowing Request, _ ifindex: UInt32
    ) throws(NetlinkError) {
        do {
            try exchange(operation, request)
        } catch .failed(_, errno: ENODEV, _) {
            throw .noSuchInterface("#\(ifindex)")
        }
    }
}

private func neighbourRequest(
    _ type: Int, _ address: IPAddress, _ ifindex: UInt32, flags: Int32 = 0, entryFlags: UInt8 = 0
) -> Request {
    var header = ndmsg()
    header.ndm_family = UInt8(address.family.number)
    header.ndm_ifindex = Int32(bitPattern: ifindex)
    header.ndm_flags = entryFlags
    let request = Request(type, flags: flags, header: header)
    request.put(NDA_DST, address.bytes)
    return request
}
