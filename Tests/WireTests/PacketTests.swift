import Testing

@testable import Wire

let client = IPv4Address("192.0.2.1")!
let server = IPv4Address("198.51.100.7")!
let client6 = IPv6Address("2001:db8::1")!
let server6 = IPv6Address("2001:db8:1::7")!
let ethernet = Ethernet(
    source: MACAddress("02:00:00:00:00:01")!, destination: MACAddress("02:00:00:00:00:02")!)

/// The bytes that hexadecimal text stands for; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

@Suite struct PacketTests {
    @Test("a UDP packet over IPv4, byte for byte, checksums summed by hand")
    func udpIsByteExact() {
        let packet = Packet([
            Ethernet(source: MACAddress("00:00:00:00:00:01")!, destination: MACAddress("00:00:00:00:00:02")!),
            IPv4(
                source: IPv4Address("10.0.0.1")!, destination: IPv4Address("10.0.0.2")!, identification: 1,
                dontFragment: true),
            UDP(source: 0x1234, destination: 53), Payload([0xab]),
        ])
        // IPv4: 4500+001d+0001+4000+4011+0a00+0001+0a00+0002 = d932, and ~d932 = 26cd.
        // UDP: 0a00+0001+0a00+0002+0011+0009 + 1234+0035+0009+ab00 = d18f, and ~d18f = 2e70.
        let expected = hex(
            """
            000000000002 000000000001 0800
            4500001d 00014000 4011 26cd 0a000001 0a000002
            1234 0035 0009 2e70 ab
            """)
        #expect(packet.bytes == expected, "\(Frame.dissect(packet.bytes))")
    }

    @Test("an IPv6 TCP segment, byte for byte")
    func tcp6IsByteExact() {
        let packet = Packet([
            IPv6(
                source: IPv6Address("::1")!, destination: IPv6Address("::2")!, hopLimit: 1, trafficClass: 0xb8,
                flowLabel: 0x12345),
            TCP(source: 1, destination: 2, flags: [.syn, .ack], sequence: 3, acknowledgment: 4, window: 5),
        ])
        let sum = ~UInt16(1 + 2 + 20 + 6 + 1 + 2 + 3 + 4 + 0x5012 + 5)
        let expected =
            hex("6b812345 0014 06 01 00000000000000000000000000000001 00000000000000000000000000000002")
            + hex("0001 0002 00000003 00000004 5012 0005") + [UInt8(sum >> 8), UInt8(sum & 0xff)] + hex("0000")
        #expect(packet.bytes == expected)
    }

    @Test func everyShapeSurvivesARoundTrip() {
        for (name, layers) in shapes {
            let bytes = Packet(layers).bytes
            let frame = Frame.dissect(bytes)
            #expect(Packet(frame.layers).bytes == bytes, "\(name): \(frame)")
            #expect(frame.checksumsAreValid, "\(name): \(frame)")
            #expect(frame.problem == nil, "\(name): \(frame)")
            let expected = layers.map { String(describing: type(of: $0)) }
            #expect(frame.layers.map { String(describing: type(of: $0)) } == expected, "\(name): \(frame)")
        }
    }

    @Test func aFlippedBitIsAWrongChecksum() {
        for (name, layers) in shapes where !layers.contains(where: { $0 is Padding || $0 is IPv6Fragment }) {
            guard layers.contains(where: { $0 is TCP || $0 is ICMPv4 || $0 is ICMPv6 }) else { continue }
            var bytes = Packet(layers).bytes
            bytes[bytes.count - 1] ^= 0x10
            #expect(!Frame.dissect(bytes).checksumsAreValid, "\(name)")
        }
    }

    @Test func overridesAreKept() throws {
        let bytes = Packet([
            ethernet,
            IPv4(
                source: client, destination: server, version: 5, totalLength: 999, protocolNumber: 17,
                checksum: 0x1234),
            UDP(source: 1, destination: 2, length: 3, checksum: 0),
        ]).bytes
        let frame = Frame.dissect(bytes)
        let ip = try #require(frame.first(IPv4.self))
        #expect(ip.version == 5 && ip.totalLength == 999 && ip.checksum == 0x1234)
        #expect(frame.first(UDP.self) == UDP(source: 1, destination: 2, length: 3, checksum: 0))
        #expect(frame.problem == .lengthBeyondEnd(claimed: 999, available: 28))
        #expect(!frame.checksumsAreValid)
        #expect(Packet(frame.layers).bytes == bytes)
    }

    @Test("RFC 768: a computed checksum of zero is sent as all ones")
    func udpZeroBecomesOnes() throws {
        let layers: [any PacketLayer] = [IPv4(source: client, destination: server), UDP(source: 1, destination: 2)]
        var plain = try #require(Frame.dissectIP(Packet(layers).bytes).first(UDP.self)?.checksum)
        // Adding the checksum itself to the sum, as a payload, leaves zero; the length counts twice.
        plain = InternetChecksum.updated(plain, replacing: [0, 8, 0, 8], with: [0, 10, 0, 10])
        let packet = Packet(layers + [Payload([UInt8(plain >> 8), UInt8(plain & 0xff)])])
        let frame = Frame.dissectIP(packet.bytes)
        #expect(frame.first(UDP.self)?.checksum == 0xffff)
        #expect(frame.checksumsAreValid)
    }
}

private let tcp = TCP(
    source: 1234, destination: 80, flags: [.psh, .ack], sequence: 7, acknowledgment: 9, options: [2, 4, 5, 0xb4])
private let text = Payload("hello".utf8)
private let ip4 = IPv4(source: client, destination: server, ttl: 9, tos: 0x2e, identification: 77, dontFragment: true)
private let ip6 = IPv6(source: client6, destination: server6, hopLimit: 9, trafficClass: 0x2e, flowLabel: 0xabcde)

/// One packet of every shape that the builder and the parser both know.
let shapes: [(String, [any PacketLayer])] = [
    ("TCP over IPv4", [ethernet, ip4, tcp, text]),
    ("two tags", [ethernet, VLAN(id: 100, tag: EtherType.serviceVLAN), VLAN(id: 5, priority: 3), ip4, tcp, text]),
    (
        "options",
        [
            ethernet, IPv4(source: client, destination: server, options: [7, 3, 4]), UDP(source: 1, destination: 2),
            text,
        ]
    ),
    ("UDP without checksum", [ethernet, ip4, UDP(source: 1, destination: 2, checksum: 0), text]),
    ("UDP over IPv6", [ethernet, ip6, UDP(source: 53, destination: 2), text]),
    (
        "a fragment",
        [ethernet, IPv4(source: client, destination: server, moreFragments: true, protocolNumber: 6), text]
    ),
    (
        "extension headers",
        [
            ethernet, ip6, IPv6Extension(.hopByHop, body: [5, 2, 0, 0]),
            IPv6Extension(.routing, body: [0, 0, 0, 0, 0, 0]),
            IPv6Extension(.destinationOptions, body: [UInt8](repeating: 0, count: 14)), tcp, text,
        ]
    ),
    ("an atomic fragment", [ethernet, ip6, IPv6Fragment(identification: 5), tcp, text]),
    ("a later fragment", [ethernet, ip6, IPv6Fragment(offset: 10, nextHeader: 6), text]),
    ("IPv4 in IPv4", [ethernet, IPv4(source: server, destination: client), ip4, tcp, text]),
    ("IPv4 in IPv6", [ethernet, IPv6(source: server6, destination: client6), ip4, tcp, text]),
    ("IPv6 in IPv4", [ethernet, IPv4(source: server, destination: client), ip6, tcp, text]),
    (
        "an ICMP error",
        [ethernet, ip4, ICMPv4(type: 3, code: 4, rest: 1400), IPv4(source: server, destination: client), tcp, text]
    ),
    (
        "an ICMPv6 error",
        [ethernet, ip6, ICMPv6(type: 2, rest: 1280), IPv6(source: server6, destination: client6), tcp, text]
    ),
    ("an echo request", [ethernet, ip4, ICMPv4(type: 8, rest: 0x10001), text]),
    ("padding", [ethernet, ip4, UDP(source: 1, destination: 2), Padding([UInt8](repeating: 0, count: 18))]),
    ("no IP", [Ethernet(source: ethernet.source, destination: ethernet.destination, type: EtherType.arp), text]),
]
