import CSluiceABI
import Wire

/// Random services and destinations of every kind.
struct ModelTableMaker {
    var random: ModelRandom
    let interfaces: [ModelInterface]
    var services: [ModelService] = []
    var destinations: [ModelDestination] = []

    init(random: ModelRandom, interfaces: [ModelInterface]) {
        self.random = random
        self.interfaces = interfaces
    }

    mutating func make() {
        var nextIndex: UInt32 = UInt32(random.below(100))
        for vip in 1...3 {
            for address in [Self.vip4(vip), Self.vip6(vip)] {
                for (transport, port) in ports() {
                    let service = makeService(address, transport, port)
                    services.append(service)
                    addDestinations(&nextIndex)
                }
            }
        }
    }

    static func vip4(_ number: Int) -> IPAddress { .v4(IPv4Address(rawValue: 0xc633_6400 + UInt32(number))) }
    static func vip6(_ number: Int) -> IPAddress {
        .v6(IPv6Address(high: 0x2001_0db8_0000_0001, low: UInt64(number)))
    }

    /// Distinct (transport, port) of one VIP's services.
    private mutating func ports() -> [(UInt8, UInt16)] {
        let all: [(UInt8, UInt16)] = [(6, 80), (6, 443), (17, 53), (17, 443), (6, 0), (17, 0)]
        let chosen = all.filter { _ in random.chance(55) }
        return chosen.isEmpty ? [(6, 80)] : chosen
    }

    private mutating func makeService(_ address: IPAddress, _ transport: UInt8, _ port: UInt16) -> ModelService {
        let (isActive, drains) = random.weighted([(10, (true, false)), (1, (false, true)), (1, (false, false))])
        return ModelService(
            address: address, port: port, transport: transport, isActive: isActive, drains: drains,
            scheduler: random.of([
                .SLUICE_SCHEDULER_RR, .SLUICE_SCHEDULER_WRR, .SLUICE_SCHEDULER_SH, .SLUICE_SCHEDULER_MH,
            ]),
            hashesPort: random.chance(30), dropsMidstream: random.chance(20), reschedules: random.chance(40), ring: [],
            slot: services.count)
    }

    private mutating func addDestinations(_ nextIndex: inout UInt32) {
        let service = services[services.count - 1]
        let mode: sluice_mode = random.of([.SLUICE_MODE_DR, .SLUICE_MODE_TUN, .SLUICE_MODE_NAT, .SLUICE_MODE_NAT])
        let isMixed = random.chance(15)
        var indexes: [UInt32] = []
        for _ in 0..<random.weighted([(1, 0), (6, 1), (10, 4)]) {
            nextIndex += UInt32(random.within(1...3))
            let own = isMixed ? random.of([.SLUICE_MODE_DR, .SLUICE_MODE_TUN, .SLUICE_MODE_NAT]) : mode
            destinations.append(makeDestination(nextIndex, own, service))
            if destinations[destinations.count - 1].isAvailable { indexes.append(nextIndex) }
        }
        services[services.count - 1].ring = Self.ring(service.scheduler, of: indexes, with: &random)
    }

    private mutating func makeDestination(
        _ index: UInt32, _ mode: sluice_mode, _ service: ModelService
    ) -> ModelDestination {
        let isIPv4 =
            mode == .SLUICE_MODE_TUN ? random.chance(50) : service.address.family == .ipv4
        // Few NAT servers, so that one serves several services and their replies can meet.
        let number = mode == .SLUICE_MODE_NAT ? random.within(1...2) : Int(index & 0x7fff)
        let egress = random.of(interfaces)
        return ModelDestination(
            index: index, mode: mode, address: Self.server(number, isIPv4: isIPv4),
            port: mode == .SLUICE_MODE_NAT && service.port != 0 ? random.of([0, 8080, 8080]) : 0,
            source: Self.server(0xfffe, isIPv4: isIPv4),
            destinationMAC: Self.mac(0x5e, number), sourceMAC: egress.mac, ifindex: egress.ifindex,
            mtu: random.weighted([(10, 1500), (3, 1280), (3, 576), (1, 250), (1, 60)]),
            isAvailable: random.chance(97), isResolved: random.chance(94), service: services.count - 1)
    }

    private static func server(_ number: Int, isIPv4: Bool) -> IPAddress {
        isIPv4
            ? .v4(IPv4Address(rawValue: 0x0a00_0000 + UInt32(number)))
            : .v6(IPv6Address(high: 0xfd00_0000_0000_0001, low: UInt64(number) << 40 | 0x77))
    }

    static func mac(_ kind: UInt8, _ number: Int) -> MACAddress {
        MACAddress(bytes: [2, kind, 0, 0, UInt8(number >> 8 & 0xff), UInt8(number & 0xff)])!
    }

    /// A ring of the scheduler's size; now and then with an entry that names no server.
    static func ring(
        _ scheduler: sluice_scheduler, of indexes: [UInt32], with random: inout ModelRandom
    ) -> [UInt32] {
        guard !indexes.isEmpty else { return [] }
        let size: Int
        switch scheduler {
        case .SLUICE_SCHEDULER_RR: size = indexes.count
        case .SLUICE_SCHEDULER_WRR: size = random.within(1...20)
        case .SLUICE_SCHEDULER_SH: size = Int(SLUICE_SH_BUCKETS)
        case .SLUICE_SCHEDULER_MH: size = random.of([101, 211, 503, 1009])
        }
        if scheduler == .SLUICE_SCHEDULER_RR { return indexes }
        let hasHoles = random.chance(10)
        return (0..<size).map { _ in hasHoles && random.chance(10) ? SLUICE_RING_NONE : random.of(indexes) }
    }
}
