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
}
