import BPF
import Testing
import Wire

@testable import Datapath

private let director = MACAddress("02:00:00:00:00:01")!
private let server = MACAddress("02:00:00:00:00:02")!
private let ethernet = Ethernet(source: director, destination: server)

/// The layers of a tunnel and what is inside, with the addresses that the program is told of.
private enum Outer: CaseIterable {
    case v4, v6

    func layer(ecn: UInt8 = 0) -> any PacketLayer {
        switch self {
        case .v4:
            IPv4(source: IPv4Address("192.0.2.1")!, destination: IPv4Address("192.0.2.2")!, tos: 0xb8 | ecn)
        case .v6:
            IPv6(
                source: IPv6Address("2001:db8::1")!, destination: IPv6Address("2001:db8::2")!, trafficClass: 0xb8 | ecn)
        }
    }
}

private enum Inner: CaseIterable {
    case v4, v6

    func layers(ecn: UInt8 = 0, isVIP: Bool = true) -> [any PacketLayer] {
        let ip: any PacketLayer =
            switch self {
            case .v4:
                IPv4(
                    source: IPv4Address("198.51.100.7")!,
                    destination: IPv4Address(isVIP ? "203.0.113.1" : "203.0.113.2")!,
                    ttl: 61, tos: 0x28 | ecn, identification: 0xfffe, options: [1, 1, 1, 1])
            case .v6:
                IPv6(
                    source: IPv6Address("2001:db8:7::7")!,
                    destination: IPv6Address(isVIP ? "2001:db8:f::1" : "2001:db8:f::2")!, trafficClass: 0x28 | ecn,
                    flowLabel: 0xfedcb)
            }
        return [ip, TCP(source: 4711, destination: 80), Payload("hello".utf8)]
    }
}

private struct Outcome {
    var verdict: UInt32
    var output: [UInt8]
    var counters: DecapCounters
}

private let pass: UInt32 = 2
private let drop: UInt32 = 1

/// Counters in which one field is 1.
private func one(_ field: WritableKeyPath<DecapCounters, UInt64>) -> DecapCounters {
    var counters = DecapCounters()
    counters[keyPath: field] = 1
    return counters
}

private func run(_ bytes: [UInt8]) throws -> Outcome {
    let program = try DecapProgram()
    try program.addresses.assign([IPAddress("192.0.2.2")!, IPAddress("2001:db8::2")!])
    try program.vips.assign([IPAddress("203.0.113.1")!, IPAddress("2001:db8:f::1")!])
    let result = try program.program.testRun(packet: bytes)
    return Outcome(verdict: result.returnValue, output: result.output, counters: try program.counters())
}

private func run(_ layers: [any PacketLayer]) throws -> Outcome { try run(Packet(layers).bytes) }

@Suite struct DecapTests {
    private func expectStripped(_ link: [any PacketLayer], _ outer: any PacketLayer, _ inner: [any PacketLayer]) throws
    {
        let outcome = try run(link + [outer] + inner)
        #expect(outcome.verdict == pass)
        #expect(outcome.output == Packet(link + inner).bytes)
        #expect(outcome.counters == one(\.stripped))
    }

    private func expectUntouched(_ bytes: [UInt8], _ field: WritableKeyPath<DecapCounters, UInt64>) throws {
        let outcome = try run(bytes)
        #expect(outcome.verdict == pass)
        #expect(outcome.output == bytes)
        #expect(outcome.counters == one(field))
    }

    @Test(arguments: Outer.allCases, Inner.allCases)
    fileprivate func theOuterHeaderIsStripped(_ outer: Outer, _ inner: Inner) throws {
        try expectStripped([ethernet], outer.layer(), inner.layers())
    }

    @Test(arguments: Outer.allCases, Inner.allCases)
    fileprivate func tagsStay(_ outer: Outer, _ inner: Inner) throws {
        try expectStripped([ethernet, VLAN(id: 5, priority: 3)], outer.layer(), inner.layers())
        let twice: [any PacketLayer] = [ethernet, VLAN(id: 4000, tag: EtherType.serviceVLAN), VLAN(id: 7)]
        try expectStripped(twice, outer.layer(), inner.layers())
    }

    @Test func aThirdTagIsTheKernelsAffair() throws {
        let layers: [any PacketLayer] = [ethernet, VLAN(id: 1), VLAN(id: 2), VLAN(id: 3), Outer.v4.layer()]
        try expectUntouched(Packet(layers + Inner.v4.layers()).bytes, \.notTunnel)
    }

    @Test(arguments: Outer.allCases, Inner.allCases)
    fileprivate func otherInnerDestinationsPass(_ outer: Outer, _ inner: Inner) throws {
        try expectUntouched(Packet([ethernet, outer.layer()] + inner.layers(isVIP: false)).bytes, \.notVIP)
    }

    @Test(arguments: Inner.allCases)
    fileprivate func otherOuterDestinationsPass(_ inner: Inner) throws {
        let four = IPv4(source: IPv4Address("192.0.2.1")!, destination: IPv4Address("192.0.2.3")!)
        let six = IPv6(source: IPv6Address("2001:db8::1")!, destination: IPv6Address("2001:db8::3")!)
        try expectUntouched(Packet([ethernet, four] + inner.layers()).bytes, \.notOurs)
        try expectUntouched(Packet([ethernet, six] + inner.layers()).bytes, \.notOurs)
    }

    @Test(arguments: Inner.allCases)
    fileprivate func whatIsNotTunnelledPasses(_ inner: Inner) throws {
        try expectUntouched(Packet([ethernet] + inner.layers()).bytes, \.notTunnel)
        try expectUntouched(Packet([ethernet, Payload([1, 2, 3])]).bytes, \.notTunnel)
    }

    @Test func outerOptionsAndExtensionHeadersPass() throws {
        let four = IPv4(
            source: IPv4Address("192.0.2.1")!, destination: IPv4Address("192.0.2.2")!, options: [1, 1, 1, 1])
        try expectUntouched(Packet([ethernet, four] + Inner.v4.layers()).bytes, \.notTunnel)
        let hops = IPv6Extension(.hopByHop, body: [1, 4, 0, 0, 0, 0])
        try expectUntouched(Packet([ethernet, Outer.v6.layer(), hops] + Inner.v4.layers()).bytes, \.notTunnel)
    }

    @Test func outerFragmentsPass() throws {
        for (more, offset) in [(true, 0), (false, 100)] as [(Bool, UInt16)] {
            let four = IPv4(
                source: IPv4Address("192.0.2.1")!, destination: IPv4Address("192.0.2.2")!, moreFragments: more,
                fragmentOffset: offset)
            try expectUntouched(Packet([ethernet, four] + Inner.v4.layers()).bytes, \.fragment)
        }
        try expectUntouched(
            Packet([ethernet, Outer.v6.layer(), IPv6Fragment(moreFragments: true)] + Inner.v4.layers()).bytes,
            \.fragment)
    }

    @Test(arguments: Outer.allCases, Inner.allCases)
    fileprivate func cutOffPacketsPassAtEveryLength(_ outer: Outer, _ inner: Inner) throws {
        let whole = Packet([ethernet, VLAN(id: 5), outer.layer()] + inner.layers()).bytes
        let program = try DecapProgram()
        try program.addresses.assign([IPAddress("192.0.2.2")!, IPAddress("2001:db8::2")!])
        try program.vips.assign([IPAddress("203.0.113.1")!, IPAddress("2001:db8:f::1")!])
        for length in 14..<whole.count {
            let result = try program.program.testRun(packet: Array(whole[..<length]))
            #expect(result.returnValue == pass && result.output == Array(whole[..<length]), "\(length) bytes")
        }
        let counters = try program.counters()
        #expect(counters.stripped == 0 && counters.notTunnel + counters.malformed == whole.count - 14)
    }

    @Test func contradictingLengthsPass() throws {
        let short = IPv4(
            source: IPv4Address("192.0.2.1")!, destination: IPv4Address("192.0.2.2")!, totalLength: 45)
        try expectUntouched(Packet([ethernet, short] + Inner.v4.layers()).bytes, \.malformed)
        let tiny = IPv4(source: IPv4Address("192.0.2.1")!, destination: IPv4Address("192.0.2.2")!, totalLength: 19)
        try expectUntouched(Packet([ethernet, tiny] + Inner.v4.layers()).bytes, \.malformed)
        let long = IPv6(
            source: IPv6Address("2001:db8::1")!, destination: IPv6Address("2001:db8::2")!, payloadLength: 1000)
        try expectUntouched(Packet([ethernet, long] + Inner.v4.layers()).bytes, \.malformed)
        let wrongSum = IPv4(
            source: IPv4Address("192.0.2.1")!, destination: IPv4Address("192.0.2.2")!, checksum: 0x1234)
        try expectUntouched(Packet([ethernet, wrongSum] + Inner.v4.layers()).bytes, \.malformed)
    }

    @Test(arguments: [(Outer.v4, Inner.v6), (.v4, .v4), (.v6, .v4), (.v6, .v6)])
    fileprivate func anotherFamilyInsideThanTheProtocolSaysPasses(_ outer: Outer, _ inner: Inner) throws {
        var bytes = Packet([ethernet, Outer.v6.layer()] + inner.layers()).bytes
        bytes[20] = bytes[20] == 4 ? 41 : 4
        try expectUntouched(bytes, \.malformed)
    }

    @Test func paddingOfShortFramesDoesNotMatter() throws {
        let inner = IPv4(source: IPv4Address("198.51.100.7")!, destination: IPv4Address("203.0.113.1")!)
        let link: [any PacketLayer] = [ethernet]
        let padding = Padding([UInt8](repeating: 0, count: 12))
        let payload: [any PacketLayer] = [inner, UDP(source: 1, destination: 2), Payload([7]), padding]
        try expectStripped(link, Outer.v4.layer(), payload)
    }

    /// RFC 6040 figure 4: rows are the inner field, columns the outer one; nil is a drop.
    @Test(arguments: Outer.allCases, Inner.allCases)
    fileprivate func congestionMarksGoInwards(_ outer: Outer, _ inner: Inner) throws {
        let table: [[UInt8?]] = [
            [0, 0, 0, nil],  // not ECT
            [1, 1, 1, 3],  // ECT(1)
            [2, 1, 2, 3],  // ECT(0)
            [3, 3, 3, 3],  // CE
        ]
        for (innerECN, row) in table.enumerated() {
            for (outerECN, expected) in row.enumerated() {
                let outcome = try run(
                    [ethernet, outer.layer(ecn: UInt8(outerECN))] + inner.layers(ecn: UInt8(innerECN)))
                if let expected {
                    #expect(outcome.verdict == pass)
                    #expect(outcome.output == Packet([ethernet] + inner.layers(ecn: expected)).bytes)
                    #expect(outcome.counters == one(\.stripped))
                } else {
                    #expect(outcome.verdict == drop)
                    #expect(outcome.counters == one(\.droppedECN))
                }
            }
        }
    }

    @Test func theChecksumIsRightAfterEveryMark() throws {
        for identification in stride(from: UInt16.min, to: .max, by: 997) {
            let inner = IPv4(
                source: IPv4Address("198.51.100.7")!, destination: IPv4Address("203.0.113.1")!, tos: 2,
                identification: identification)
            let outcome = try run([ethernet, Outer.v4.layer(ecn: 3), inner, UDP(source: 1, destination: 2)])
            #expect(Frame.dissect(outcome.output).checksumsAreValid)
        }
    }
}
