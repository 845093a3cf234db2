import CLibNL
import CShim
import Glibc
import Wire

/// An address of an interface.
package struct InterfaceAddress: Hashable, Sendable {
    /// The interface's index.
    package var ifindex: UInt32
    /// This machine's own, also where the interface is one end of a pair of addresses.
    package var address: IPAddress
    /// 0...32 or 0...128.
    package var prefixLength: Int
    /// How far it is valid.
    package var scope: AddressScope
    /// IPv6: duplicate address detection has not finished; nothing may be sent from it yet.
    package var isTentative: Bool
    /// IPv6: another machine has the address.
    package var isDuplicate: Bool
    /// Not chosen as the source of new connections.
    package var isDeprecated: Bool
}

/// How far an address is valid. The raw value is the kernel's (rtnetlink(7)); others than these are `site`.
package enum AddressScope: UInt8, Sendable, CaseIterable {
    /// Everywhere.
    case global = 0
    /// In this site (IPv6, deprecated).
    case site = 200
    /// On this link.
    case link = 253
    /// Inside this machine.
    case host = 254
}

/// What to make of an address that is added.
package struct AddressOptions: Sendable {
    /// IPv4 only: IPv6 derives the scope from the address.
    package var scope: AddressScope
    /// IPv6: used at once, without duplicate address detection. A VIP on lo, and one that VRRP has just taken over, needs it.
    package var skipsDuplicateDetection: Bool
    /// Not chosen as the source of new connections (IPv6: preferred lifetime zero).
    package var isDeprecated: Bool
    /// No route for the prefix is made.
    package var hasNoPrefixRoute: Bool
    /// IPv4: the broadcast address, as keepalived's `brd`.
    package var broadcast: IPv4Address?
    /// IPv4: the label, as keepalived's `label`: at most 15 bytes, and it must start with the interface's name.
    package var label: String?

    /// By default: an ordinary address of global scope that is used at once.
    package init(
        scope: AddressScope = .global, skipsDuplicateDetection: Bool = true, isDeprecated: Bool = false,
        hasNoPrefixRoute: Bool = false, broadcast: IPv4Address? = nil, label: String? = nil
    ) {
        self.scope = scope
        self.skipsDuplicateDetection = skipsDuplicateDetection
        self.isDeprecated = isDeprecated
        self.hasNoPrefixRoute = hasNoPrefixRoute
        self.broadcast = broadcast
        self.label = label
    }
}

extension InterfaceAddress {
    /// From libnl's object; nil if it is of neither family.
    init?(_ object: OpaquePointer) {
        guard let local = rtnl_addr_get_local(object), let address = IPAddress(library: local) else { return nil }
        let flags = rtnl_addr_get_flags(object)
        self.address = address
        ifindex = UInt32(rtnl_addr_get_ifindex(object))
        prefixLength = Int(rtnl_addr_get_prefixlen(object))
        scope = AddressScope(rawValue: UInt8(truncatingIfNeeded: rtnl_addr_get_scope(object))) ?? .site
        isTentative = flags & UInt32(IFA_F_TENTATIVE) != 0
        isDuplicate = flags & UInt32(IFA_F_DADFAILED) != 0
        isDeprecated = flags & UInt32(IFA_F_DEPRECATED) != 0
    }
}

extension NetlinkSocket {
    /// The addresses of one interface, or of all, of both families, in the kernel's order.
    package mutating func addresses(on ifindex: UInt32? = nil) throws(NetlinkError) -> [InterfaceAddress] {
        var addresses: [InterfaceAddress] = []
        let request = Request(RTM_GETADDR, flags: dumpFlags, header: ifaddrmsg())
        try exchange(
            "listing the addresses", request, restart: { addresses = [] },
            each: { object in
                guard let address = InterfaceAddress(object), ifindex == nil || address.ifindex == ifindex else {
                    return
                }
                addresses.append(address)
            })
        return addresses
    }

    /// Adds an address to an interface. False if it was there already, with this prefix length; then nothing is changed.
    @discardableResult
    package mutating func add(
        _ address: IPAddress, prefixLength: Int, to ifindex: UInt32, options: AddressOptions = AddressOptions()
    ) throws(NetlinkError) -> Bool {
        let operation = "adding \(address)/\(prefixLength) to interface #\(ifindex)"
        let object = try AddressObject(address, prefixLength: prefixLength, ifindex: ifindex, operation)
        object.apply(options, family: address.family)
        let request = try object.request(operation) { rtnl_addr_build_add_request($0, NLM_F_CREATE | NLM_F_EXCL, &$1) }
        do {
            try exchange(operation, request)
            return true
        } catch .failed(_, errno: EEXIST, _) {
            return false
        } catch .failed(_, errno: ENODEV, _) {
            throw .noSuchInterface("#\(ifindex)")
        }
    }

    /// Removes an address from an interface. False if it was not there.
    @discardableResult
    package mutating func remove(
        _ address: IPAddress, prefixLength: Int, from ifindex: UInt32
    ) throws(NetlinkError) -> Bool {
        let operation = "removing \(address)/\(prefixLength) from interface #\(ifindex)"
        let object = try AddressObject(address, prefixLength: prefixLength, ifindex: ifindex, operation)
        let request = try object.request(operation) { rtnl_addr_build_delete_request($0, 0, &$1) }
        do {
            try exchange(operation, request)
            return true
        } catch .failed(_, errno: EADDRNOTAVAIL, _) {
            return false
        } catch .failed(_, errno: ENODEV, _) {
            throw .noSuchInterface("#\(ifindex)")
        }
    }
}

/// libnl's address object, owned.
private struct AddressObject: ~Copyable {
    private let object: OpaquePointer

    init(
        _ address: IPAddress, prefixLength: Int, ifindex: UInt32, _ operation: String
    ) throws(NetlinkError) {
        guard (0...address.family.bits).contains(prefixLength), let index = Int32(exactly: ifindex), index > 0 else {
            throw .failed(
                operation: operation, errno: EINVAL,
                reason: "a prefix length is 0 to \(address.family.bits), an interface's index above 0")
        }
        guard let object = rtnl_addr_alloc() else { preconditionFailure("out of memory for an address") }
        self.object = object
        let local = LibraryAddress(address, prefixLength: prefixLength)
        rtnl_addr_set_ifindex(object, index)
        let status = rtnl_addr_set_local(object, local.pointer)
        precondition(status >= 0, "a new object takes any address")
    }

    deinit { rtnl_addr_put(object) }

    func apply(_ options: AddressOptions, family: IPAddress.Family) {
        var flags: UInt32 = options.hasNoPrefixRoute ? UInt32(IFA_F_NOPREFIXROUTE) : 0
        switch family {
        case .ipv4:
            rtnl_addr_set_scope(object, Int32(options.scope.rawValue))
            if let label = options.label { rtnl_addr_set_label(object, label) }
            if let broadcast = options.broadcast {
                let address = LibraryAddress(.v4(broadcast))
                rtnl_addr_set_broadcast(object, address.pointer)
            }
        case .ipv6:
            if options.skipsDuplicateDetection { flags |= UInt32(IFA_F_NODAD) }
        }
        if options.isDeprecated {
            rtnl_addr_set_preferred_lifetime(object, 0)
            rtnl_addr_set_valid_lifetime(object, .max)
        }
        rtnl_addr_set_flags(object, flags)
    }

    func request(
        _ operation: String, _ build: (OpaquePointer, inout OpaquePointer?) -> Int32
    ) throws(NetlinkError) -> Request {
        var message: OpaquePointer?
        let status = build(object, &message)
        guard status >= 0, let message else {
            throw .failed(operation: operation, errno: EINVAL, reason: libraryText(status))
        }
        return Request(owning: message)
    }
}
