import Wire

/// An address that VRRP, or `static_ipaddress`, adds to an interface.
package struct VirtualAddress: Hashable, Sendable {
    /// What the kernel is told about an address.
    package enum Flag: String, Sendable, CaseIterable {
        /// A home address, as of RFC 6275.
        case home
        /// Duplicate address detection is done, which it otherwise is not.
        case detectDuplicates = "-nodad"
        /// Temporary addresses are made of it.
        case manageTemporary = "mngtmpaddr"
        /// No route to its prefix is made.
        case noPrefixRoute = "noprefixroute"
        /// Joins the multicast group that it is.
        case autoJoin = "autojoin"
    }

    /// The address itself.
    package var address: IPAddress
    /// 0...32, or 0...128. With a peer it is the peer's.
    package var prefixLength: Int
    /// `dev`: where it goes; nil: to the instance's interface, or to the default one.
    package var interface: String?
    /// `brd`: nil: none. Worked out for `+` (all host bits set) and `-` (none set).
    package var broadcast: IPv4Address?
    /// `scope`, as rtnetlink numbers it: 0 is global, 253 link, 254 host.
    package var scope: UInt8 = 0
    /// `label`, IPv4 only, at most 15 bytes.
    package var label: String?
    /// `peer`: the other end of a point-to-point link.
    package var peer: IPAddress?
    /// What else is said of it.
    package var flags: Set<Flag> = []
    /// False by `no_track`: that its interface is down makes no FAULT.
    package var isTracked = true
    /// `use_vmac`: on a VMAC, though the instance has none.
    package var usesVMAC = false
    /// `preferred_lft`, in seconds; `forever` is the kernel's own word for it. An IPv6 address of full length has 0 unless
    /// something else is said, so that it is never chosen as a source.
    package var preferredSeconds = Self.forever
    /// `track_group`, of a static address: the group of instances that track it.
    package var trackGroup: String?

    /// A preferred lifetime without end.
    package static let forever = UInt32.max

    /// With nothing else said of it; the length is within the family's range.
    package init(_ address: IPAddress, prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }
}

/// A line of `unicast_peer`.
package struct UnicastPeer: Hashable, Sendable {
    /// Where adverts go, and come from.
    package var address: IPAddress
    /// `min_ttl`, `max_ttl`: what the TTL of its adverts must be within; nil: not checked.
    package var timeToLive: ClosedRange<UInt8>?
}

/// What `use_vmac` says: a macvlan with the virtual router's own address.
package struct VMACSettings: Hashable, Sendable {
    /// The interface's name; nil: `vrrp.VRID`.
    package var name: String?
    /// Its address, six bytes in the order of the wire, or five and the VRID; nil: 00:00:5e:00:01:VRID, for IPv6
    /// 00:00:5e:00:02:VRID.
    package var hardwareAddress: [UInt8]?
    /// `netlink_notify_msg`: the kernel is told of changes by netlink.
    package var notifiesByNetlink = false

    /// With the name and the address that VRRP gives.
    package init() {}
}

/// What `use_ipvlan` says.
package struct IPVLANSettings: Hashable, Sendable {
    /// How the interfaces of one parent see each other.
    package enum Mode: String, Sendable, CaseIterable {
        case bridge, `private`, vepa
    }

    /// The interface's name; nil: `vrrp.VRID`.
    package var name: String?
    /// Its address, which adverts come from; IPv4 needs one.
    package var address: IPAddress?
    /// Its prefix length.
    package var prefixLength: Int?
    /// How it is made.
    package var mode = Mode.bridge
}
