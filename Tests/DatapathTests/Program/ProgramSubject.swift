import CSluiceABI
import Plan
import Wire

@testable import Datapath

/// The XDP program as the subject of the differential test. The model's tables are written into the maps by rules of
/// their own, not by the planner's.
struct ProgramSubject: ModelSubject {
    let forwarder: TestForwarder
    /// By place in the model's services; -1 until it has one.
    private var slots: [Int] = []
    private var written: [UInt32: ModelDestination] = [:]
    private var markers: [IPAddress: Int] = [:]

    /// Entries of the arena that each service's ring may take.
    private static let ringRoom = 2048

    init(_ forwarder: TestForwarder) { self.forwarder = forwarder }

    func process(_ frame: [UInt8]) throws -> ModelObservation { try forwarder.run(frame) }

    mutating func load(_ model: Model) {
        for interface in model.interfaces { write(interface) }
        let isNew = slots.isEmpty
        for (place, service) in model.services.enumerated() {
            if isNew { slots.append(freeSlot(service.address, service.port, service.transport)) }
            write(service, place: place)
        }
        for service in model.services { writeMarker(service.address, .SLUICE_SLOT_VIP, model) }
        for destination in model.destinations.values {
            if destination.mode == .SLUICE_MODE_NAT, model.role(ofVIP: destination.address) == nil {
                writeMarker(destination.address, .SLUICE_SLOT_SERVER, model)
            }
            guard written[destination.index] != destination else { continue }
            written[destination.index] = destination
            forwarder.maps.apply(.writeDestination(index: UInt16(destination.index), value(destination, model)))
        }
    }

    private func write(_ interface: ModelInterface) {
        var value = sluice_interface()
        value.ifindex = interface.ifindex
        value.mac = tuple(interface.mac)
        value.attached = 1
        value.mtu = 1500
        let slot = interface.ifindex % UInt32(SLUICE_INTERFACE_SLOTS)
        forwarder.maps.apply(.writeInterface(slot: slot, value))
    }

    // MARK: - Services

    /// The first slot on the look-up's way that holds nothing.
    private func freeSlot(_ address: IPAddress, _ port: UInt16, _ transport: UInt8) -> Int {
        let key = UInt32(port.bigEndian) | UInt32(transport) << 16 | (address.family == .ipv4 ? 4 : 6) << 24
        var words = address.mapWords
        var secret = forwarder.maps.settings[0].secret
        var slot = withUnsafeBytes(of: &words) { words in
            withUnsafeBytes(of: &secret) { secret in
                Int(
                    sluice_service_home(
                        secret.assumingMemoryBound(to: UInt64.self).baseAddress,
                        words.assumingMemoryBound(to: UInt32.self).baseAddress, key))
            }
        }
        while forwarder.maps.services[slot].kind != 0 { slot = (slot + 1) % Int(SLUICE_SERVICE_SLOTS) }
        return slot
    }

    private func write(_ service: ModelService, place: Int) {
        var value = sluice_service()
        value.address = service.address.mapWords
        value.port = service.port.bigEndian
        value.protocol = service.transport
        value.family = service.address.family == .ipv4 ? 4 : 6
        value.kind = UInt8(sluice_slot_kind.SLUICE_SLOT_SERVICE.rawValue)
        value.scheduler = UInt8(service.scheduler.rawValue)
        value.flags = service.mapFlags
        value.ring = sluice_ring(base: UInt32(place * Self.ringRoom), size: UInt32(service.ring.count))
        forwarder.maps.apply(.writeRing(base: value.ring.base, service.ring))
        forwarder.maps.apply(.writeService(slot: UInt32(slots[place]), value))
    }

    /// An address alone; it is on if one of the services that use it is.
    private mutating func writeMarker(_ address: IPAddress, _ kind: sluice_slot_kind, _ model: Model) {
        let slot = markers[address] ?? freeSlot(address, 0, 0)
        markers[address] = slot
        var value = sluice_service()
        value.address = address.mapWords
        value.family = address.family == .ipv4 ? 4 : 6
        value.kind = UInt8(kind.rawValue)
        for service in model.services where service.address == address { value.flags |= service.roleFlags }
        forwarder.maps.apply(.writeService(slot: UInt32(slot), value))
    }

    // MARK: - Destinations

    private func value(_ destination: ModelDestination, _ model: Model) -> sluice_destination {
        let service = model.services[destination.service]
        var value = sluice_destination()
        value.dmac = tuple(destination.destinationMAC)
        value.smac = tuple(destination.sourceMAC)
        value.mode = UInt8(destination.mode.rawValue)
        value.flags = UInt8(SLUICE_DESTINATION_USED)
        if destination.isAvailable { value.flags |= UInt8(SLUICE_DESTINATION_AVAILABLE) }
        if destination.isResolved { value.flags |= UInt8(SLUICE_DESTINATION_RESOLVED) }
        value.mtu = UInt16(destination.mtu)
        value.ifindex = destination.ifindex
        value.service = UInt16(slots[destination.service])
        value.port = destination.port.bigEndian
        value.address = destination.address.mapWords
        value.source = destination.source.mapWords
        value.family = destination.address.family == .ipv4 ? 4 : 6
        value.weight = 1
        var gained = InternetChecksum()
        switch destination.mode {
        case .SLUICE_MODE_DR: return value
        case .SLUICE_MODE_TUN:
            gained.add([0x45, 0, 0, service.address.family == .ipv4 ? IPProtocol.ipip : IPProtocol.ipv6])
            gained.add(destination.source.bytes + destination.address.bytes)
        case .SLUICE_MODE_NAT:
            gained.add(service.address.bytes.map { ~$0 } + destination.address.bytes)
            if destination.port != 0 { gained.add(service.port.bytes.map { ~$0 } + destination.port.bytes) }
        }
        value.sum = (~gained.value).bigEndian
        return value
    }

    private func tuple(_ mac: MACAddress) -> (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) {
        let bytes = mac.bytes
        return (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5])
    }
}

extension IPAddress {
    /// Four words in network byte order, an IPv4 address in the last.
    var mapWords: (UInt32, UInt32, UInt32, UInt32) {
        let padded = [UInt8](repeating: 0, count: 16 - bytes.count) + bytes
        return padded.withUnsafeBytes { $0.loadUnaligned(as: (UInt32, UInt32, UInt32, UInt32).self) }
    }
}

extension ModelService {
    fileprivate var roleFlags: UInt16 {
        UInt16((isActive ? SLUICE_SERVICE_ACTIVE : 0) | (drains ? SLUICE_SERVICE_DRAIN : 0))
    }

    fileprivate var mapFlags: UInt16 {
        roleFlags | UInt16(reschedules ? SLUICE_SERVICE_RESCHEDULE : 0)
            | UInt16(hashesPort ? SLUICE_SERVICE_HASH_PORT : 0)
            | UInt16(dropsMidstream ? SLUICE_SERVICE_DROP_MIDSTREAM : 0)
    }
}
