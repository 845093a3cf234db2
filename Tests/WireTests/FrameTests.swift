import Testing

@testable import Wire

@Suite struct FrameTests {
    @Test func describesOnOneLine() {
        let frame = Frame.dissect(
            Packet([
                ethernet, VLAN(id: 5), IPv4(source: client, destination: server, identification: 3, dontFragment: true),
                TCP(source: 1234, destination: 80, sequence: 7), Payload([1, 2]),
            ]).bytes)
        #expect(
            frame.description
                == "02:00:00:00:00:01 > 02:00:00:00:00:02, vlan 5, IPv4 192.0.2.1 > 198.51.100.7 ttl 64 id 3 DF, "
                + "TCP 1234 > 80 [S] seq 7 win 65535, payload 2")
        var broken = Packet(frame.layers).bytes
        broken[broken.count - 1] ^= 1
        #expect(Frame.dissect(broken).description.contains("WRONG CHECKSUM in TCP 1234 > 80"))
        #expect(Frame.dissect(broken.prefix(30)).description.hasSuffix("CUT OFF in IPv4"))
    }

    @Test func readsThePortsThatAnErrorQuotes() {
        let quoted = Packet([IPv4(source: server, destination: client), TCP(source: 80, destination: 1234)]).bytes
        let frame = Frame.dissect(
            Packet([
                ethernet, IPv4(source: client, destination: server), ICMPv4(type: 11), Payload(quoted.prefix(28)),
            ]).bytes)
        #expect(frame.problem == nil)
        #expect(frame.checksumsAreValid, "\(frame)")
        #expect(frame.ports?.source == 80 && frame.ports?.destination == 1234)
        #expect(frame.addresses.map(\.source) == [.v4(client), .v4(server)])
        #expect(frame.first(QuotedPorts.self)?.rest == [0, 0, 0, 0])
    }

    @Test func truncatedInputIsReadAsFarAsItGoes() {
        for (name, layers) in shapes {
            let bytes = Packet(layers).bytes
            for length in 0...bytes.count {
                let frame = Frame.dissect(bytes.prefix(length))
                #expect(Packet(frame.layers).bytes == Array(bytes.prefix(length)), "\(name) cut to \(length): \(frame)")
            }
        }
    }

    @Test func mutatedInputIsReadAndWrittenBack() {
        var random = SplitMix(seed: 2)
        for round in 0..<20_000 {
            let (name, layers) = shapes[Int(random.below(UInt64(shapes.count)))]
            var bytes = Packet(layers).bytes
            for _ in 0...random.below(4) {
                bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.removeLast(Int(random.below(4) == 0 ? random.below(UInt64(bytes.count)) : 0))
            let frame = Frame.dissect(bytes)
            #expect(!frame.description.isEmpty || bytes.isEmpty)
            #expect(Packet(frame.layers).bytes.count == bytes.count, "round \(round), \(name): \(frame)")
        }
    }

    @Test func deepNestingEnds() {
        let nested = [any PacketLayer](repeating: IPv4(source: client, destination: server), count: 1000)
        let frame = Frame.dissectIP(Packet(nested).bytes)
        #expect(frame.layers.count < 40)
        #expect(Packet(frame.layers).bytes == Packet(nested).bytes)
    }
}
