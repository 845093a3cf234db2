/// Numbers of the layers that Ethernet and VLAN tags name.
package enum EtherType {
    /// IPv4.
    package static let ipv4: UInt16 = 0x0800
    /// ARP.
    package static let arp: UInt16 = 0x0806
    /// An 802.1Q tag.
    package static let vlan: UInt16 = 0x8100
    /// IPv6.
    package static let ipv6: UInt16 = 0x86dd
    /// An 802.1ad service tag.
    package static let serviceVLAN: UInt16 = 0x88a8
}

/// An Ethernet II header, 14 bytes.
package struct Ethernet: PacketLayer, Equatable {
    /// The sender's address.
    package var source: MACAddress
    /// The receiver's address.
    package var destination: MACAddress
    /// The EtherType; nil takes the next layer's.
    package var type: UInt16?

    /// Whatever is nil is computed when the packet is built.
    package init(source: MACAddress, destination: MACAddress, type: UInt16? = nil) {
        self.source = source
        self.destination = destination
        self.type = type
    }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        var bytes = destination.bytes + source.bytes
        bytes.append(bigEndian: type ?? context.nextEtherType)
        return bytes
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard let type: UInt16 = input.bigEndian(at: 12), let destination = MACAddress(bytes: input.prefix(6)),
            let source = MACAddress(bytes: input.dropFirst(6).prefix(6))
        else { return nil }
        input = input.dropFirst(14)
        return Self(source: source, destination: destination, type: type)
    }

    package var summary: String { "\(source) > \(destination)" }
}

/// A VLAN tag, 4 bytes: IEEE 802.1Q, or 802.1ad for the outer of two.
package struct VLAN: PacketLayer, Equatable {
    /// 0...4095.
    package var id: UInt16
    /// Priority code point, 0...7.
    package var priority: UInt8
    /// The DEI bit.
    package var dropEligible: Bool
    /// The number that the header before names this tag by.
    package var tag: UInt16
    /// The EtherType of what follows; nil takes the next layer's.
    package var type: UInt16?

    /// Whatever is nil is computed when the packet is built.
    package init(
        id: UInt16, priority: UInt8 = 0, dropEligible: Bool = false, tag: UInt16 = EtherType.vlan, type: UInt16? = nil
    ) {
        self.id = id
        self.priority = priority
        self.dropEligible = dropEligible
        self.tag = tag
        self.type = type
    }

    package var etherType: UInt16? { tag }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt16(priority & 7) << 13 | (dropEligible ? 0x1000 : 0) | id & 0xfff)
        bytes.append(bigEndian: type ?? context.nextEtherType)
        return bytes
    }

    /// Takes a tag's four bytes off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>, tag: UInt16) -> Self? {
        guard let control: UInt16 = input.bigEndian(at: 0), let type: UInt16 = input.bigEndian(at: 2) else {
            return nil
        }
        input = input.dropFirst(4)
        return Self(
            id: control & 0xfff, priority: UInt8(control >> 13), dropEligible: control & 0x1000 != 0, tag: tag,
            type: type)
    }

    package var summary: String { (tag == EtherType.serviceVLAN ? "s-vlan " : "vlan ") + String(id) }
}
