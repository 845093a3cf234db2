import CSluiceABI
import Config
import Plan
import Wire

/// SplitMix64: the same sequence for the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}

private let here = SourceLocation(file: "test.conf", line: 1)

func address(_ text: String) -> IPAddress { IPAddress(text)! }
func mac(_ last: UInt8) -> MACAddress { MACAddress(bytes: [2, 0, 0, 0, 0, last])! }

func real(_ text: String, port: UInt16 = 80, weight: UInt32 = 1, mode: ForwardingMode = .dr) -> RealServer {
    RealServer(address: address(text), port: port, weight: weight, mode: mode, location: here)
}

func service(
    _ text: String, port: UInt16 = 80, transport: TransportProtocol = .tcp, scheduler: Scheduler = .wrr,
    stateless: Bool = false, _ servers: [RealServer]
) -> VirtualService {
    VirtualService(
        address: address(text), port: port, transport: transport, scheduler: scheduler, isStateless: stateless,
        realServers: servers, location: here)
}

/// At 192.0.2.1.
func service(
    port: UInt16 = 80, scheduler: Scheduler = .wrr, stateless: Bool = false, _ servers: [RealServer]
) -> VirtualService {
    service("192.0.2.1", port: port, scheduler: scheduler, stateless: stateless, servers)
}

func desired(_ services: VirtualService..., role: ServiceRole = .active) -> DesiredState {
    desired(services, role: role)
}

/// With a resolved next hop for every real server.
func desired(_ services: [VirtualService], role: ServiceRole = .active) -> DesiredState {
    var state = DesiredState(services: services.map { DesiredService($0, role: role) })
    for server in services.flatMap(\.realServers) { state.nextHops[server.address] = hop(to: server.address) }
    return state
}

func hop(to address: IPAddress, destination: UInt8? = 9) -> NextHop {
    let source: IPAddress = address.family == .ipv4 ? tunnelSource4 : tunnelSource6
    return NextHop(
        ifindex: 3, sourceMAC: mac(1), destinationMAC: destination.map(mac), mtu: 1_500, source: source)
}

let tunnelSource4 = address("10.0.0.254")
let tunnelSource6 = address("fd00::254")

/// Settings with the hash keys of a seed.
func settings(seed: UInt64 = 1) -> sluice_settings {
    var random = Seeded(state: seed)
    return settings(secrets: (0..<10).map { _ in random.next() | 1 })
}

func settings(secrets: [UInt64]) -> sluice_settings {
    var settings = sluice_settings()
    withUnsafeMutableBytes(of: &settings.secret) { bytes in
        for (index, secret) in secrets.enumerated() {
            bytes.storeBytes(of: secret, toByteOffset: 8 * index, as: UInt64.self)
        }
    }
    return settings
}
