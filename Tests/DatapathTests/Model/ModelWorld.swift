import CSluiceABI
import Wire

typealias W = ModelWorld

/// A small world for cases made by hand: one client, one VIP of each family, up to three real servers per service.
enum ModelWorld {
    static let client = IPv4Address("203.0.113.1")!
    static let vip = IPv4Address("198.51.100.1")!
    static let client6 = IPv6Address("2001:db8:c::1")!
    static let vip6 = IPv6Address("2001:db8:1::1")!
    static let router = MACAddress("02:c1:00:00:00:01")!
    static let own = MACAddress("02:00:00:00:00:aa")!
    static let other = MACAddress("02:00:00:00:00:bb")!
    static let ingress = ModelInterface(ifindex: 3, mac: own)
    static let second = ModelInterface(ifindex: 4, mac: other)
    static let ethernet = Ethernet(source: router, destination: own)

    static func serverMAC(_ number: UInt32) -> MACAddress { MACAddress(bytes: [2, 0x5e, 0, 0, 0, UInt8(number)])! }
    static func server(_ number: UInt32) -> IPv4Address { IPv4Address(rawValue: 0x0a00_0000 + number) }
    static func server6(_ number: UInt32) -> IPv6Address {
        IPv6Address(high: 0xfd00_0000_0000_0000, low: UInt64(number))
    }

    static func service(
        _ address: IPAddress = .v4(vip), _ port: UInt16 = 80, _ transport: UInt8 = IPProtocol.tcp,
        _ scheduler: sluice_scheduler = .SLUICE_SCHEDULER_RR, ring: [UInt32] = [1]
    ) -> ModelService {
        ModelService(address: address, port: port, transport: transport, scheduler: scheduler, ring: ring, slot: 0)
    }

    /// Real server `index`, out by interface 4, of the given family.
    static func destination(
        _ index: UInt32, _ mode: sluice_mode, _ family: IPAddress.Family = .ipv4, port: UInt16 = 0
    ) -> ModelDestination {
        let isIPv4 = family == .ipv4
        return ModelDestination(
            index: index, mode: mode, address: isIPv4 ? .v4(server(index)) : .v6(server6(index)), port: port,
            source: isIPv4 ? .v4(server(200)) : .v6(server6(200)), destinationMAC: serverMAC(index), sourceMAC: other,
            ifindex: 4, mtu: 1500, service: 0)
    }

    static func model(_ services: [ModelService], _ destinations: [ModelDestination]) -> Model {
        var services = services
        for index in services.indices { services[index].slot = index }
        return Model(
            services: services, destinations: destinations, interfaces: [ingress, second], ingressIfindex: 3)
    }

    static func ipv4(ttl: UInt8 = 64, options: [UInt8] = []) -> IPv4 {
        IPv4(
            source: client, destination: vip, ttl: ttl, tos: 0x28, identification: 77, dontFragment: true,
            options: options)
    }

    static func ipv6(hopLimit: UInt8 = 64) -> IPv6 {
        IPv6(source: client6, destination: vip6, hopLimit: hopLimit, trafficClass: 0x28, flowLabel: 0x54321)
    }

    static func tcp(_ flags: TCP.Flags = .syn, from port: UInt16 = 1234, to vipPort: UInt16 = 80) -> TCP {
        TCP(source: port, destination: vipPort, flags: flags, sequence: 5)
    }

    /// What the router sends: Ethernet in front of the layers.
    static func frame(_ layers: any PacketLayer...) -> [UInt8] { Packet([ethernet] + layers).bytes }

    /// What must leave towards real server `index` by interface 4.
    static func sent(_ index: UInt32, _ layers: any PacketLayer...) -> ModelResult {
        let ethernet = Ethernet(source: other, destination: serverMAC(index))
        return ModelResult(
            verdict: .SLUICE_FORWARDED, action: .redirect(ifindex: 4), frame: Packet([ethernet] + layers).bytes)
    }
}
