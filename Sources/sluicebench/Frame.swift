import Wire

/// The family of addresses.
enum Family: String, CaseIterable, Hashable {
    case ipv4
    case ipv6
}

/// The benchmark's network.
enum Network {
    // Where kinds of addresses start: the last 32 bits, host byte order. The rest of an IPv6 address is 2001:db8::.
    /// Flows' clients: 10.1.0.0.
    static let clients: UInt32 = 0x0a01_0000
    /// Virtual services: 10.2.0.0.
    static let vips: UInt32 = 0x0a02_0000
    /// Real servers: 10.3.0.0.
    static let servers: UInt32 = 0x0a03_0000
    /// No virtual service's: 10.4.0.0.
    static let strangers: UInt32 = 0x0a04_0000
    /// The director's end of tunnels.
    static let director: UInt32 = 0x0a05_0001

    static let servicePort: UInt16 = 80
    /// Behind NAT.
    static let serverPort: UInt16 = 8080

    static let directorMAC = mac(1)
    static let clientMAC = mac(2)
    static let serverMAC = mac(3)

    /// The interface that packets come in by and leave by: a test run's own is `lo`.
    static let ifindex: UInt32 = 1

    static func address(_ last: UInt32, _ family: Family) -> IPAddress {
        switch family {
        case .ipv4: .v4(IPv4Address(rawValue: last))
        case .ipv6: .v6(IPv6Address(high: 0x2001_0db8 << 32, low: UInt64(last)))
        }
    }

    private static func mac(_ last: UInt8) -> MACAddress {
        guard let address = MACAddress(bytes: [2, 0, 0, 0, 0, last]) else { preconditionFailure("six bytes are given") }
        return address
    }
}

/// A TCP segment in its frame, and where in it a flow's own numbers go.
struct Frame {
    /// What the segment is for its flow.
    enum Segment {
        case syn
        case data

        var flags: TCP.Flags { self == .syn ? .syn : .ack }
    }

    /// Which way it goes.
    enum Direction {
        /// From a flow's client to a virtual service.
        case toService
        /// From a real server to a flow's client.
        case toClient
        /// From a flow's client to an address that is no virtual service's.
        case toStranger

        /// Where the addresses of the end that is not the client's start.
        var other: UInt32 {
            switch self {
            case .toService: Network.vips
            case .toClient: Network.servers
            case .toStranger: Network.strangers
            }
        }
    }

    let family: Family
    let bytes: [UInt8]
    /// Offset of the last word of the flow's address.
    let addressAt: Int
    /// Offset of the flow's port.
    let portAt: Int
    /// Offset of the last word of the other end's address, and what it starts from, host byte order.
    let otherAt: Int
    let other: UInt32

    /// Makes frames of both families longer than the wrapper's template.
    private static let payload = [UInt8](repeating: 0, count: 26)

    init(_ family: Family, _ segment: Segment, _ direction: Direction = .toService) {
        self.family = family
        other = direction.other
        let isReply = direction == .toClient
        let ethernet = Ethernet(
            source: isReply ? Network.serverMAC : Network.clientMAC, destination: Network.directorMAC)
        let tcp = TCP(
            source: isReply ? Network.serverPort : 0, destination: isReply ? 0 : Network.servicePort,
            flags: segment.flags)
        let ip = Self.ip(
            family, from: isReply ? other : Network.clients, to: isReply ? Network.clients : other)
        bytes = Packet([ethernet, ip, tcp, Payload(Self.payload)]).bytes
        let sourceAt = 14 + (family == .ipv4 ? 12 : 20)
        let destinationAt = sourceAt + (family == .ipv4 ? 4 : 16)
        addressAt = isReply ? destinationAt : sourceAt
        otherAt = isReply ? sourceAt : destinationAt
        portAt = 14 + (family == .ipv4 ? 20 : 40) + (isReply ? 2 : 0)
    }

    private static func ip(_ family: Family, from source: UInt32, to destination: UInt32) -> any PacketLayer {
        switch (Network.address(source, family), Network.address(destination, family)) {
        case (.v4(let source), .v4(let destination)): IPv4(source: source, destination: destination, dontFragment: true)
        case (.v6(let source), .v6(let destination)): IPv6(source: source, destination: destination)
        case (.v4, .v6), (.v6, .v4): preconditionFailure("both ends are of one family")
        }
    }
}
