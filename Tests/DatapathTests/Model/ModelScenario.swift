import CSluiceABI
import Wire

/// A seeded world: tables, and then packet after packet with what the model makes of each. A differential test loads
/// `model.services` and `model.destinations` into the maps, and for each `step()` runs the program on `frame` and
/// compares verdict, action and, where the packet goes on, every byte. After `changeTables()` it loads the tables
/// again.
struct ModelScenario {
    let seed: UInt64
    private(set) var model: Model
    var random: ModelRandom
    /// Client packets that were for a service, to be followed by others of their flow.
    var sent: [Sent] = []
    /// What left for NAT real servers, to be answered.
    var translated: [Translated] = []
    /// NAT translates between one family; the addresses of clients are few, so that flows meet again.
    let clients: [IPAddress]
    /// Share of packets that are damaged after they are built.
    var mutatedPercent = 8

    struct Step {
        /// What kind of packet was intended, for messages.
        var kind: Kind
        /// No byte of it was damaged: its checksums are right.
        var isIntact: Bool
        var frame: [UInt8]
        var expected: ModelResult
    }

    enum Kind: CaseIterable {
        case client
        case followUp
        case reply
        case errorFromClient
        case errorFromServer
        case fragment
        case stray
    }

    struct Sent {
        var client: IPAddress
        var port: UInt16
        var service: Int
        /// The VIP's port that was used: an any-port service has many.
        var servicePort: UInt16
    }

    struct Translated {
        var server: IPAddress
        var serverPort: UInt16
        var client: IPAddress
        var clientPort: UInt16
        var transport: UInt8
    }

    /// Packets arrive by `ingress`; real servers are behind it or one of the others.
    init(seed: UInt64, ingress: ModelInterface, others: [ModelInterface] = []) {
        self.seed = seed
        var random = ModelRandom(seed: seed)
        clients = (1...6).flatMap { number in
            [
                IPAddress.v4(IPv4Address(rawValue: 0xcb00_7100 + UInt32(number))),
                IPAddress.v6(IPv6Address(high: 0x2001_0db8_00c1_0000 + UInt64(number), low: random.next())),
            ]
        }
        var tables = ModelTableMaker(random: random, interfaces: [ingress] + others)
        tables.make()
        self.random = tables.random
        model = Model(
            services: tables.services, destinations: tables.destinations, interfaces: [ingress] + others,
            ingressIfindex: ingress.ifindex)
    }

    /// The next packet, already run through the model.
    mutating func step() -> Step {
        let kind = random.weighted([
            (40, Kind.client), (22, .followUp), (16, .reply), (8, .errorFromClient), (5, .errorFromServer),
            (5, .fragment), (4, .stray),
        ])
        var frame = frame(of: kind)
        let isIntact = !random.chance(mutatedPercent)
        if !isIntact { damage(&frame) }
        let expected = model.process(frame)
        remember(expected)
        return Step(kind: kind, isIntact: isIntact, frame: frame, expected: expected)
    }

    /// One change such as an operator, a health check or VRRP makes, in the model's tables.
    mutating func changeTables() {
        let service = random.below(model.services.count)
        let indexes = model.destinations.values.filter { $0.service == service }.map(\.index).sorted()
        let index = indexes.isEmpty ? nil : random.of(indexes)
        switch random.below(4) {
        case 0:
            let (active, drains) = random.weighted([(6, (true, false)), (1, (false, true)), (1, (false, false))])
            model.services[service].isActive = active
            model.services[service].drains = drains
        case 1: model.services[service].reschedules.toggle()
        case 2: if let index { model.destinations[index]?.isResolved.toggle() }
        default:
            if let index { model.destinations[index]?.isAvailable.toggle() }
            let left = indexes.filter { model.destinations[$0]?.isAvailable == true }
            model.services[service].ring = ModelTableMaker.ring(
                model.services[service].scheduler, of: left, with: &random)
        }
    }

    private mutating func remember(_ result: ModelResult) {
        guard result.verdict == .SLUICE_FORWARDED else { return }
        let frame = Frame.dissect(result.frame)
        guard let ports = frame.ports, let addresses = frame.addresses.last, frame.addresses.count == 1,
            model.role(ofVIP: addresses.destination) == nil
        else { return }
        translated.append(
            Translated(
                server: addresses.destination, serverPort: ports.destination, client: addresses.source,
                clientPort: ports.source, transport: frame.first(TCP.self) == nil ? IPProtocol.udp : IPProtocol.tcp))
        if translated.count > 40 { translated.removeFirst() }
    }

    /// Cuts, flips or grows; never the source MAC address, which names the way back to a client, and never below the 14
    /// bytes that a test run takes.
    private mutating func damage(_ frame: inout [UInt8]) {
        switch random.below(4) {
        case 0: frame.removeLast(random.below(frame.count - 13))
        case 1: frame += random.bytes(random.within(1...40))
        default:
            for _ in 0...random.below(3) {
                let place = random.chance(10) ? random.below(6) : 12 + random.below(min(frame.count, 110) - 12)
                frame[place] =
                    random.chance(50) ? UInt8(random.below(256)) : frame[place] ^ (1 << UInt8(random.below(8)))
            }
        }
    }
}
