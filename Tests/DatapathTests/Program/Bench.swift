import BPF
import CSluiceABI
import Config
import Plan
import Testing
import Wire

@testable import Datapath

/// Virtual services in a forwarder of their own, brought there by the planner.
///
/// Clients' packets come from `W.router` by interface 1, whose address is `W.own`. Real server n is behind interface 4,
/// whose address is `W.other`, and has the next hop `W.serverMAC(n)`.
final class Bench {
    let forwarder: TestForwarder
    var desired: DesiredState
    private var planner = Planner()

    /// Without `features` the program is pruned to what the services need.
    init(
        _ services: [DesiredService], features: Features? = nil, flows: Int = 4096, mtu: UInt16 = 1500,
        tickShift: UInt32 = TestForwarder.noTime, timeoutTicks: UInt16 = 900, seed: UInt64 = 1
    ) throws {
        desired = DesiredState(
            services: services,
            interfaces: [
                InterfaceState(ifindex: 1, mac: W.own, mtu: 1500, attached: true, generic: false),
                InterfaceState(ifindex: 4, mac: W.other, mtu: 1500, attached: true, generic: false),
            ])
        forwarder = try TestForwarder(
            flows: flows, features: features ?? Features(of: desired), tickShift: tickShift, timeoutTicks: timeoutTicks,
            seed: seed)
        for number in 1...8 as ClosedRange<UInt32> { setHop(number, mtu: mtu) }
        try apply()
    }

    convenience init(_ services: VirtualService..., features: Features? = nil, mtu: UInt16 = 1500) throws {
        try self.init(services.map { DesiredService($0) }, features: features, mtu: mtu)
    }

    /// Gives real server `number` its way, or with `resolved` false one whose neighbour is not known.
    func setHop(_ number: UInt32, mtu: UInt16 = 1500, ifindex: UInt32 = 4, resolved: Bool = true) {
        for family in [IPAddress.Family.ipv4, .ipv6] {
            desired.nextHops[Self.address(number, family)] = NextHop(
                ifindex: ifindex, sourceMAC: ifindex == 4 ? W.other : W.own,
                destinationMAC: resolved ? W.serverMAC(number) : nil, mtu: mtu, source: Self.address(200, family))
        }
    }

    /// Makes the maps say what is desired.
    func apply() throws {
        let rings = forwarder.maps.rings
        let edits = try planner.edits(from: forwarder.maps.snapshot(), to: desired) { rings.holds($0, $1) }
        for edit in edits { forwarder.maps.apply(edit) }
    }

    /// Changes one service, and with it the maps.
    func change(_ place: Int = 0, _ change: (inout DesiredService) -> Void) throws {
        change(&desired.services[place])
        try apply()
    }

    // MARK: - Services

    static func address(_ number: UInt32, _ family: IPAddress.Family) -> IPAddress {
        family == .ipv4 ? .v4(W.server(number)) : .v6(W.server6(number))
    }

    static func server(
        _ number: UInt32, _ mode: ForwardingMode = .dr, _ family: IPAddress.Family = .ipv4, port: UInt16 = 80,
        weight: UInt32 = 1
    ) -> RealServer {
        RealServer(
            address: address(number, family), port: port, weight: weight, mode: mode,
            location: SourceLocation(file: "test", line: 1))
    }

    static func service(
        _ family: IPAddress.Family = .ipv4, port: UInt16 = 80, _ transport: TransportProtocol = .tcp,
        _ scheduler: Scheduler = .rr, _ servers: [RealServer]
    ) -> VirtualService {
        VirtualService(
            address: vip(family), port: port, transport: transport, scheduler: scheduler, realServers: servers,
            location: SourceLocation(file: "test", line: 1))
    }

    static func vip(_ family: IPAddress.Family) -> IPAddress { family == .ipv4 ? .v4(W.vip) : .v6(W.vip6) }
    static func client(_ family: IPAddress.Family) -> IPAddress { family == .ipv4 ? .v4(W.client) : .v6(W.client6) }

    // MARK: - Packets

    /// An IP header of the addresses' family.
    static func ip(_ source: IPAddress, _ destination: IPAddress, ttl: UInt8 = 64) -> any PacketLayer {
        switch (source, destination) {
        case (.v4(let source), .v4(let destination)):
            IPv4(source: source, destination: destination, ttl: ttl, tos: 0x28, identification: 77, dontFragment: true)
        case (.v6(let source), .v6(let destination)):
            IPv6(source: source, destination: destination, hopLimit: ttl, trafficClass: 0x28, flowLabel: 0x54321)
        case (.v4, .v6), (.v6, .v4): preconditionFailure("a packet's addresses are of one family")
        }
    }

    /// A client's TCP segment to the VIP.
    static func segment(
        _ flags: TCP.Flags = .syn, from port: UInt16 = 1234, to vipPort: UInt16 = 80, family: IPAddress.Family = .ipv4
    ) -> [any PacketLayer] {
        [W.ethernet, ip(client(family), vip(family)), TCP(source: port, destination: vipPort, flags: flags)]
    }

    /// A client's UDP datagram to the VIP.
    static func datagram(from port: UInt16 = 1234, to vipPort: UInt16 = 80, family: IPAddress.Family = .ipv4)
        -> [any PacketLayer]
    {
        [W.ethernet, ip(client(family), vip(family)), UDP(source: port, destination: vipPort), Payload("ask".utf8)]
    }

    func send(_ layers: [any PacketLayer]) throws -> ModelObservation { try forwarder.run(Packet(layers).bytes) }

    /// Sends a packet of which nothing but the verdict matters.
    @discardableResult
    func verdict(_ layers: [any PacketLayer]) throws -> sluice_verdict? { try send(layers).verdict }

    /// The real server to which a client's segment goes; nil if it is not forwarded.
    func chosen(_ layers: [any PacketLayer]) throws -> UInt32? {
        let observed = try send(layers)
        guard observed.verdict == .SLUICE_FORWARDED else { return nil }
        return (1...8).first { observed.frame.starts(with: W.serverMAC($0).bytes) }
    }

    /// Verdict, action and the whole frame of one packet.
    func expect(
        _ layers: [any PacketLayer], _ verdict: sluice_verdict, _ action: ModelAction, _ output: [any PacketLayer],
        _ comment: String = "", sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let expected = ModelResult(verdict: verdict, action: action, frame: Packet(output).bytes)
        let observed = try send(layers)
        let difference = expected.difference(from: observed)
        #expect(
            difference == nil, "\(comment) \(difference ?? ""): \(observed) instead of \(expected)",
            sourceLocation: sourceLocation)
    }

    /// A packet that is dropped.
    func expectDrop(
        _ layers: [any PacketLayer], _ verdict: sluice_verdict, _ comment: String = "",
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        try expect(layers, verdict, .drop, layers, comment, sourceLocation: sourceLocation)
    }

    /// A packet that goes to the kernel untouched.
    func expectPass(
        _ layers: [any PacketLayer], _ verdict: sluice_verdict, _ comment: String = "",
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        try expect(layers, verdict, .pass, layers, comment, sourceLocation: sourceLocation)
    }

    // MARK: - Counters

    /// Index of a real server's destination, by its address and port.
    func index(_ number: UInt32, _ family: IPAddress.Family = .ipv4) throws -> UInt16 {
        let words = Self.address(number, family).mapWords
        let found = forwarder.maps.snapshot().destinations.filter { $0.value.address == words }.keys
        return try #require(found.first)
    }

    func counters(_ number: UInt32, _ family: IPAddress.Family = .ipv4) throws -> DestinationCounters {
        try forwarder.maps.destinationCounters(try index(number, family))
    }

    func event(_ event: sluice_event) throws -> UInt64 { try forwarder.maps.countersNow()[event] }
}
