import CLibNL
import CShim
import Glibc
import Wire

/// What kind of interface to make on top of another one.
package enum VirtualLinkKind: Hashable, Sendable {
    /// A macvlan in private mode: frames from its own address, sent by another director, are for it alone.
    case macvlan(MACAddress)
    /// An ipvlan of layer 2, which has the address of the interface below.
    case ipvlan(IPVLANVisibility)

    /// The kernel's name.
    package var name: String {
        switch self {
        case .macvlan: "macvlan"
        case .ipvlan: "ipvlan"
        }
    }
}

/// How the ipvlans of one interface see each other; the same for all of them.
package enum IPVLANVisibility: Hashable, Sendable, CaseIterable {
    /// They reach each other.
    case bridge
    /// They don't.
    case `private`
    /// By way of the switch.
    case vepa
}

extension NetlinkSocket {
    /// Makes an interface on top of another one. It is down.
    ///
    /// - Throws: `noSuchInterface` where there is none below; `failed` with EEXIST if the name is taken, and with EOPNOTSUPP
    ///   and a remedy where the kernel has no such kind.
    package mutating func add(
        _ kind: VirtualLinkKind, named name: String, on lower: UInt32
    ) throws(NetlinkError) {
        let operation = "adding the \(kind.name) \(name) to interface #\(lower)"
        guard (1...15).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw .failed(operation: operation, errno: EINVAL, reason: "an interface's name has 1 to 15 bytes")
        }
        let request = Request(RTM_NEWLINK, flags: NLM_F_CREATE | NLM_F_EXCL, header: ifinfomsg())
        request.put(Int(IFLA_IFNAME), name)
        request.put(Int(IFLA_LINK), lower)
        if case .macvlan(let address) = kind { request.put(Int(IFLA_ADDRESS), address.bytes) }
        request.put(Int(IFLA_LINKINFO), kind.information.bytes)
        do {
            try exchange(operation, request)
        } catch .failed(_, errno: EOPNOTSUPP, let reason) {
            let remedy = "this kernel has no \(kind.name) devices: load the module (modprobe \(kind.name))"
            throw .failed(operation: operation, errno: EOPNOTSUPP, reason: "\(reason); \(remedy)")
        } catch .failed(_, errno: ENODEV, _) {
            throw .noSuchInterface("#\(lower)")
        }
    }

    /// Removes an interface that is not hardware. False if it was not there.
    @discardableResult
    package mutating func removeLink(_ ifindex: UInt32) throws(NetlinkError) -> Bool {
        let operation = "removing interface #\(ifindex)"
        do {
            try exchange(operation, Request(RTM_DELLINK, header: Self.header(ifindex, operation)))
            return true
        } catch .failed(_, errno: ENODEV, _) {
            return false
        }
    }

    /// Switches an interface on or off; its IPv6 addresses go when it is off.
    package mutating func setLink(_ ifindex: UInt32, up: Bool) throws(NetlinkError) {
        let operation = "switching interface #\(ifindex) \(up ? "on" : "off")"
        var header = try Self.header(ifindex, operation)
        header.ifi_change = UInt32(IFF_UP)
        header.ifi_flags = up ? UInt32(IFF_UP) : 0
        do {
            try exchange(operation, Request(RTM_NEWLINK, header: header))
        } catch .failed(_, errno: ENODEV, _) {
            throw .noSuchInterface("#\(ifindex)")
        }
    }

    private static func header(_ ifindex: UInt32, _ operation: String) throws(NetlinkError) -> ifinfomsg {
        guard let number = Int32(exactly: ifindex), number > 0 else {
            throw .failed(operation: operation, errno: EINVAL, reason: "an interface's index is above 0")
        }
        var header = ifinfomsg()
        header.ifi_index = number
        return header
    }
}

extension VirtualLinkKind {
    /// The contents of IFLA_LINKINFO.
    fileprivate var information: AttributeBytes {
        var data = AttributeBytes()
        switch self {
        case .macvlan:
            data.put(Int(IFLA_MACVLAN_MODE), number: UInt32(MACVLAN_MODE_PRIVATE.rawValue))
        case .ipvlan(let visibility):
            data.put(Int(IFLA_IPVLAN_MODE), number: UInt16(IPVLAN_MODE_L2.rawValue))
            data.put(Int(IFLA_IPVLAN_FLAGS), number: visibility.flags)
        }
        var information = AttributeBytes()
        information.put(Int(IFLA_INFO_KIND), text: name)
        information.put(Int(IFLA_INFO_DATA), data)
        return information
    }
}

extension IPVLANVisibility {
    fileprivate var flags: UInt16 {
        switch self {
        case .bridge: 0
        case .private: UInt16(IPVLAN_F_PRIVATE)
        case .vepa: UInt16(IPVLAN_F_VEPA)
        }
    }
}
