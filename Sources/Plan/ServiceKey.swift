import CSluiceABI
internal import Wire

/// What a slot of the service table is found by. Markers of an address alone have port 0 and protocol 0, and so have
/// those of a virtual MAC address.
struct ServiceKey: Hashable {
    /// Means nothing beside a virtual MAC.
    var address: IPAddress
    /// Host byte order; 0 is any port.
    var port: UInt16
    /// IPPROTO_TCP, IPPROTO_UDP, or 0 for a marker.
    var protocolNumber: UInt8
    /// The slot is that of a virtual MAC address on an interface.
    var virtualMAC: VirtualMAC.Place?

    init(address: IPAddress, port: UInt16, protocolNumber: UInt8) {
        self.address = address
        self.port = port
        self.protocolNumber = protocolNumber
    }

    init(_ place: VirtualMAC.Place) {
        self.init(address: .v4(IPv4Address(rawValue: 0)), port: 0, protocolNumber: 0)
        virtualMAC = place
    }

    static func marker(_ address: IPAddress) -> ServiceKey {
        ServiceKey(address: address, port: 0, protocolNumber: 0)
    }

    /// A slot's value with this key and nothing else; its kind is EMPTY.
    var slotValue: sluice_service {
        var value = sluice_service()
        value.address = virtualMAC?.words ?? address.words
        value.port = port.bigEndian
        value.protocol = protocolNumber
        value.family = virtualMAC == nil ? address.family.rawValue : UInt8(SLUICE_FAMILY_MAC)
        return value
    }

    /// The slot at which a look-up starts.
    func home(secret: UnsafeBufferPointer<UInt64>) -> UInt32 {
        let value = slotValue
        let ports = UInt32(value.port) | UInt32(protocolNumber) << 16 | UInt32(value.family) << 24
        return withUnsafeBytes(of: value.address) {
            sluice_service_home(secret.baseAddress, $0.assumingMemoryBound(to: UInt32.self).baseAddress, ports)
        }
    }
}

extension ServiceKey: CustomStringConvertible {
    var description: String {
        if let virtualMAC { return "virtual MAC \(virtualMAC.mac) on interface #\(virtualMAC.ifindex)" }
        return switch protocolNumber {
        case 0: "address \(address)"
        case 6: "virtual service \(address.text(withPort: port)) TCP"
        case 17: "virtual service \(address.text(withPort: port)) UDP"
        default: "virtual service \(address.text(withPort: port)) protocol \(protocolNumber)"
        }
    }
}

extension sluice_service {
    func hasKey(of other: sluice_service) -> Bool {
        address == other.address && port == other.port && self.protocol == other.protocol && family == other.family
    }

    /// The kind, if the byte is one that this version knows.
    var slotKind: sluice_slot_kind? { sluice_slot_kind(rawValue: UInt32(kind)) }
}
