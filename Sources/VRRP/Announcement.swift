import Wire

/// The frames that say where an address is now.
package enum Announcement {
    /// The virtual MAC address of a virtual router (RFC 9568 section 7.3): 00-00-5E-00-01-VRID over IPv4,
    /// 00-00-5E-00-02-VRID over IPv6.
    package static func virtualMAC(family: IPAddress.Family, routerID: UInt8) -> MACAddress {
        let kind: UInt8 =
            switch family {
            case .ipv4: 1
            case .ipv6: 2
            }
        guard let address = MACAddress(bytes: [0, 0, 0x5e, 0, kind, routerID]) else {
            preconditionFailure("six bytes make a MAC address")
        }
        return address
    }

    /// The Ethernet frame that announces an address: a gratuitous ARP request (IPv4) or an unsolicited neighbour
    /// advertisement (IPv6).
    package static func frame(for address: IPAddress, mac: MACAddress, isRouter: Bool) -> [UInt8] {
        switch address {
        case .v4(let address): arpRequest(for: address, mac: mac)
        case .v6(let address): neighborAdvertisement(for: address, mac: mac, isRouter: isRouter)
        }
    }

    /// Requirement 39, as keepalived: a broadcast request, sender MAC and address ours, target address the same, target
    /// MAC all ones. 42 bytes.
    package static func arpRequest(for address: IPv4Address, mac: MACAddress) -> [UInt8] {
        let broadcast = MACAddress(bytes: [UInt8](repeating: 0xff, count: 6)) ?? mac
        let own = IPAddress.v4(address).bytes
        // Hardware type 1 (Ethernet), protocol type IPv4, lengths 6 and 4, operation 1 (request): RFC 826.
        let body = [0, 1, 8, 0, 6, 4, 0, 1] + mac.bytes + own + broadcast.bytes + own
        return Packet([
            Ethernet(source: mac, destination: broadcast, type: EtherType.arp), Payload(body),
        ]).bytes
    }

    /// Requirement 41: to all nodes, override set, solicited clear, router as told, with the target link-layer address
    /// option (RFC 4861 section 4.4). 86 bytes.
    package static func neighborAdvertisement(for address: IPv6Address, mac: MACAddress, isRouter: Bool) -> [UInt8] {
        let allNodes = IPv6Address(high: 0xff02_0000_0000_0000, low: 1)
        let group = MACAddress(bytes: [0x33, 0x33, 0, 0, 0, 1]) ?? mac
        let flags: UInt32 = 0x2000_0000 | (isRouter ? 0x8000_0000 : 0)
        return Packet([
            Ethernet(source: mac, destination: group, type: EtherType.ipv6),
            IPv6(source: address, destination: allNodes, hopLimit: AdvertWire.ttl),
            ICMPv6(type: 136, code: 0, rest: flags),
            Payload(IPAddress.v6(address).bytes + [2, 1] + mac.bytes),
        ]).bytes
    }
}
