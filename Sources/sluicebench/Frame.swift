/// The family of addresses.
enum Family: String, CaseIterable, Hashable {
    case ipv4
    case ipv6

    /// As the maps of the forwarder say it.
    var number: UInt8 { self == .ipv4 ? 4 : 6 }
}

/// Addresses of the benchmark, the last 32 bits in host byte order; the rest of an IPv6 address is 2001:db8::.
enum Address {
    /// Flows' clients start here: 10.1.0.0.
    static let client: UInt32 = 0x0a01_0000
    /// Virtual services start here: 10.2.0.0.
    static let vip: UInt32 = 0x0a02_0000
    /// Real servers start here: 10.3.0.0.
    static let server: UInt32 = 0x0a03_0000
    /// Nobody's: 10.4.0.0.
    static let stranger: UInt32 = 0x0a04_0000
    /// The director's end of the tunnels: 10.5.0.0.
    static let director: UInt32 = 0x0a05_0000

    /// An address as the maps hold it: four words in network byte order, an IPv4 address in the last one.
    static func words(_ last: UInt32, _ family: Family) -> (UInt32, UInt32, UInt32, UInt32) {
        (family == .ipv6 ? UInt32(0x2001_0db8).bigEndian : 0, 0, 0, last.bigEndian)
    }
}

/// Ports of the benchmark, host byte order.
enum Port {
    static let service: UInt16 = 80
    static let server: UInt16 = 8080
}

/// MAC addresses of the benchmark.
enum MAC {
    static let director: [UInt8] = [0x02, 0, 0, 0, 0, 1]
    static let client: [UInt8] = [0x02, 0, 0, 0, 0, 2]
    static let server: [UInt8] = [0x02, 0, 0, 0, 0, 3]
}

/// A TCP segment in its frame, and where in it a flow's own numbers go.
struct Frame {
    /// What the segment is for its flow.
    enum Segment {
        case syn
        case data

        var flags: UInt8 { self == .syn ? 0x02 : 0x10 }
    }

    /// Which way it goes.
    enum Direction {
        /// From a flow's client to a virtual service.
        case toService
        /// From a real server to a flow's client.
        case toClient
        /// From a flow's client to an address that is no virtual service's.
        case toStranger
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

    /// Bytes of payload: what makes frames of both families at least as long as the wrapper's template.
    private static let payload = 26

    init(_ family: Family, _ segment: Segment, _ direction: Direction = .toService) {
        self.family = family
        let reply = direction == .toClient
        switch direction {
        case .toService: other = Address.vip
        case .toClient: other = Address.server
        case .toStranger: other = Address.stranger
        }
        let source = reply ? other : Address.client
        let destination = reply ? Address.client : other
        let ethernet = MAC.director + (reply ? MAC.server : MAC.client) + (family == .ipv4 ? [0x08, 0x00] : [0x86, 0xdd])
        let ip = Self.ip(family, source: source, destination: destination)
        let otherPort = reply ? Port.server : Port.service
        let tcp = Self.tcp(source: reply ? otherPort : 0, destination: reply ? 0 : otherPort, segment.flags)
        bytes = ethernet + ip + tcp + [UInt8](repeating: 0, count: Self.payload)
        let addresses = ethernet.count + (family == .ipv4 ? 12 : 8)
        let size = family == .ipv4 ? 4 : 16
        let sourceAt = addresses + size - 4
        let destinationAt = addresses + 2 * size - 4
        addressAt = reply ? destinationAt : sourceAt
        otherAt = reply ? sourceAt : destinationAt
        portAt = ethernet.count + ip.count + (reply ? 2 : 0)
    }

    private static func ip(_ family: Family, source: UInt32, destination: UInt32) -> [UInt8] {
        let length = UInt16(20 + payload)
        switch family {
        case .ipv4:
            let start: [UInt8] = [0x45, 0] + big(length + 20) + [0x12, 0x34, 0x40, 0, 64, 6, 0, 0]
            return start + big(source) + big(destination)
        case .ipv6:
            let prefix: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 8)
            return [0x60, 0, 0, 0] + big(length) + [6, 64] + prefix + big(source) + prefix + big(destination)
        }
    }

    private static func tcp(source: UInt16, destination: UInt16, _ flags: UInt8) -> [UInt8] {
        big(source) + big(destination) + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]
    }

    private static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
