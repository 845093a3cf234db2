import CSluiceABI
internal import Wire

/// What a slot of the service table is found by. Markers of an address alone have port 0 and protocol 0.
struct ServiceKey: Hashable {
    var address: IPAddress
    /// Host byte order; 0 is any port.
    var port: UInt16
    /// IPPROTO_TCP, IPPROTO_UDP, or 0 for a marker.
    var protocolNumber: UInt8

    static func marker(_ address: IPAddress) -> ServiceKey {
        ServiceKey(address: address, port: 0, protocolNumber: 0)
    }

    var isMarker: Bool { protocolNumber == 0 }

    /// A slot's value with this key and nothing else; its kind is EMPTY.
    var slotValue: sluice_service {
        var value = sluice_service()
        value.address = address.words
        value.port = port.bigEndian
        value.protocol = protocolNumber
        value.family = address.family.rawValue
        return value
    }

    /// The slot at which a look-up starts.
    func home(secret: UnsafeBufferPointer<UInt64>) -> UInt32 {
        let ports = UInt32(port.bigEndian) | UInt32(protocolNumber) << 16 | UInt32(address.family.rawValue) << 24
        return withUnsafeBytes(of: address.words) {
            sluice_service_home(secret.baseAddress, $0.assumingMemoryBound(to: UInt32.self).baseAddress, ports)
        }
    }
}

extension ServiceKey: CustomStringConvertible {
    var description: String {
        switch protocolNumber {
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
