import CLibNL
import CShim
import Glibc
import Wire

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
    /// The other end of a point-to-point link, of the address's family: then the prefix length is of its network.
    package var peer: IPAddress?
    /// Seconds for which it may be chosen as the source of new connections; `UInt32.max`: for ever.
    package var preferredSeconds = UInt32.max
    /// IPv6: a home address (RFC 6275).
    package var isHome = false
    /// IPv6, with a length of 64: temporary addresses are made of it (RFC 8981).
    package var managesTemporary = false
    /// The interface joins the multicast group that it is.
    package var joinsGroup = false
    /// IPv4: of the scopes that `AddressScope` has no name for; then `scope` does not matter.
    package var numberedScope: UInt8?

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

extension NetlinkSocket {
    /// Adds an address to an interface. False if it was there already, with this prefix length; then nothing is changed.
    @discardableResult
    package mutating func add(
        _ address: IPAddress, prefixLength: Int, to ifindex: UInt32, options: AddressOptions = AddressOptions()
    ) throws(NetlinkError) -> Bool {
        let operation = "adding \(address)/\(prefixLength) to interface #\(ifindex)"
        let header = try addressHeader(
            address, prefixLength: prefixLength, ifindex: ifindex, options.scopeNumber, operation)
        let attributes = options.attributes(of: address)
        let request = Request(RTM_NEWADDR, flags: NLM_F_CREATE | NLM_F_EXCL, header: header, attributes: attributes)
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
        _ address: IPAddress, peer: IPAddress? = nil, prefixLength: Int, from ifindex: UInt32
    ) throws(NetlinkError) -> Bool {
        let operation = "removing \(address)/\(prefixLength) from interface #\(ifindex)"
        let header = try addressHeader(address, prefixLength: prefixLength, ifindex: ifindex, 0, operation)
        var attributes = AttributeBytes()
        attributes.put(IFA_LOCAL, address.bytes)
        attributes.put(IFA_ADDRESS, (peer ?? address).bytes)
        let request = Request(RTM_DELADDR, flags: 0, header: header, attributes: attributes)
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

private func addressHeader(
    _ address: IPAddress, prefixLength: Int, ifindex: UInt32, _ scope: UInt8, _ operation: String
) throws(NetlinkError) -> ifaddrmsg {
    guard (0...address.family.bits).contains(prefixLength), let index = Int32(exactly: ifindex), index > 0 else {
        throw .failed(
            operation: operation, errno: EINVAL,
            reason: "a prefix length is 0 to \(address.family.bits), an interface's index above 0")
    }
    var header = ifaddrmsg()
    header.ifa_family = UInt8(address.family.number)
    header.ifa_prefixlen = UInt8(prefixLength)
    header.ifa_index = UInt32(index)
    // IPv6 derives it from the address.
    header.ifa_scope = address.family == .ipv4 ? scope : 0
    return header
}

extension AddressOptions {
    fileprivate func attributes(of address: IPAddress) -> AttributeBytes {
        var bytes = AttributeBytes()
        bytes.put(IFA_LOCAL, address.bytes)
        bytes.put(IFA_ADDRESS, (peer ?? address).bytes)
        if address.family == .ipv4 {
            if let broadcast { bytes.put(IFA_BROADCAST, IPAddress.v4(broadcast).bytes) }
            if let label { bytes.put(Int(IFA_LABEL), text: label) }
        }
        bytes.put(Int(IFA_FLAGS), number: flags(of: address.family))
        if isDeprecated || preferredSeconds != .max {
            let times = ifa_cacheinfo(
                ifa_prefered: isDeprecated ? 0 : preferredSeconds, ifa_valid: .max, cstamp: 0, tstamp: 0)
            bytes.put(IFA_CACHEINFO, AttributeBytes.bytes(times))
        }
        return bytes
    }

    fileprivate var scopeNumber: UInt8 { numberedScope ?? scope.rawValue }

    private func flags(of family: IPAddress.Family) -> UInt32 {
        var flags = 0
        if hasNoPrefixRoute { flags |= Int(IFA_F_NOPREFIXROUTE) }
        if joinsGroup { flags |= Int(IFA_F_MCAUTOJOIN) }
        if family == .ipv6 {
            if skipsDuplicateDetection { flags |= Int(IFA_F_NODAD) }
            if isHome { flags |= Int(IFA_F_HOMEADDRESS) }
            if managesTemporary { flags |= Int(IFA_F_MANAGETEMPADDR) }
        }
        return UInt32(flags)
    }
}
