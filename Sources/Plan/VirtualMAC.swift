import CSluiceABI
package import Wire

/// A virtual MAC address of VRRP: frames to it are ours while the role is on.
package struct VirtualMAC: Hashable, Sendable {
    /// An address on an interface.
    package struct Place: Hashable, Sendable {
        /// By which the frames come in. Not 0.
        package var ifindex: UInt32
        package var mac: MACAddress

        package init(ifindex: UInt32, mac: MACAddress) {
            self.ifindex = ifindex
            self.mac = mac
        }
    }

    package var place: Place
    /// Of the instance that has it. Several may have the same; then it is the highest.
    package var role: ServiceRole

    package init(_ place: Place, role: ServiceRole) {
        self.place = place
        self.role = role
    }
}

extension VirtualMAC.Place {
    /// As the program makes them of a frame: see `is_virtual_mac`.
    var words: AddressWords {
        let low = withUnsafeBytes(of: (mac.bytes[0], mac.bytes[1], mac.bytes[2], mac.bytes[3])) {
            $0.loadUnaligned(as: UInt32.self)
        }
        let high = withUnsafeBytes(of: (mac.bytes[4], mac.bytes[5])) { $0.loadUnaligned(as: UInt16.self) }
        return (ifindex, low, UInt32(high), 0)
    }
}

/// A VIP whose traffic the kernel must not get while the role is on (VRRP's accept mode is off), whether or not a
/// virtual service has it.
package struct UnacceptedVIP: Hashable, Sendable {
    package var address: IPAddress
    /// Of the instance that has it.
    package var role: ServiceRole

    package init(_ address: IPAddress, role: ServiceRole) {
        self.address = address
        self.role = role
    }
}
