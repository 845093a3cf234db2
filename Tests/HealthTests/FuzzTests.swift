import Testing
import Wire

@testable import Health

/// Hostile bytes: nothing traps, nothing grows, and every exchange ends with an outcome.
@Suite struct FuzzTests {
    /// Some bytes changed, cut off, doubled, put in.
    private func mutated(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var changed = bytes
        for _ in 0..<random.below(6) where !changed.isEmpty {
            let index = random.below(changed.count)
            switch random.below(4) {
            case 0: changed[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: changed.insert([0, 0x0a, 0x0d, 0x20, 0x3a, 0xff][random.below(6)], at: index)
            case 2: changed.removeSubrange(index..<min(changed.count, index + random.below(9)))
            default: changed += changed[index...].prefix(random.below(200))
            }
        }
        return random.chance(20) ? Array(changed.prefix(random.below(changed.count + 1))) : changed
    }

    private static let responses = [
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nServer: x\r\n\r\nneedle hello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nneedle\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.0 404 No\r\n\r\nneedle", "HTTP/1.1 204 No\r\n\r\n",
    ]

    @Test(arguments: 0..<6 as Range<UInt64>) func `HTTP: mutated responses`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<1_500 {
            let bytes = mutated(Array(Self.responses[random.below(4)].utf8), &random)
            expectOneOutcome(bytes, &random)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func `HTTP: noise`(seed: UInt64) {
        var random = SplitMix(seed: seed ^ 0xbeef)
        for _ in 0..<500 {
            let head = random.chance(50) ? Array("HTTP/1.1 200 OK\r\n".utf8) : []
            expectOneOutcome(head + random.bytes(random.below(3_000)), &random)
        }
    }

    /// However the bytes are cut, the outcome is the same.
    private func expectOneOutcome(_ bytes: [UInt8], _ random: inout SplitMix) {
        var expectation = HTTPExpectation()
        expectation.digest = TestDigest.of("needle hello")
        if random.chance(50) { expectation.digest = nil }
        expectation.pattern = .init(TextMatcher("needle"))
        expectation.pattern?.minimumOffset = random.below(3)
        var outcomes: Set<CheckOutcome> = []
        for piece in [bytes.count + 1, 1, 1 + random.below(50)] {
            var checker = HTTPResponseChecker(expectation, digest: TestDigest())
            var rest = bytes[...]
            var outcome: CheckOutcome?
            while outcome == nil, !rest.isEmpty {
                outcome = checker.receive(Array(rest.prefix(piece)))
                rest = rest.dropFirst(piece)
            }
            outcomes.insert(outcome ?? checker.close())
            if piece != 1 { #expect(held(checker) <= 20_000) }
        }
        #expect(outcomes.count == 1, "\(bytes): \(outcomes)")
    }

    /// Bytes in all arrays inside.
    private func held(_ value: Any) -> Int {
        if let bytes = value as? [UInt8] { return bytes.count }
        return Mirror(reflecting: value).children.reduce(0) { $0 + held($1.value) }
    }

    @Test func `HTTP: what is held is bounded, however much comes`() {
        var expectation = HTTPExpectation()
        expectation.digest = [1]
        expectation.pattern = .init(TextMatcher("needle"))
        for head in ["HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n"] {
            var checker = HTTPResponseChecker(expectation, digest: TestDigest())
            _ = checker.receive(Array(head.utf8))
            for _ in 0..<20 {
                #expect(checker.receive([UInt8](repeating: 0x78, count: 50_000)) == nil)
                #expect(held(checker) <= 20_000)
            }
            #expect(held(checker) > 0, "the reflection sees it")
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func `SMTP: mutated dialogues end`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<2_000 {
            var dialogue = SMTPDialogue(heloName: "me")
            var replies = 0
            while replies < 10 {
                let line = ["220 x\r\n", "250-a\r\n250 b\r\n", "221 bye\r\n"][min(replies, 2)]
                let bytes = random.chance(20) ? random.bytes(random.below(600)) : mutated(Array(line.utf8), &random)
                replies += 1
                if case .done = bytes.withUnsafeBytes({ dialogue.receive($0) }) { break }
            }
            let outcome = dialogue.close()
            #expect(dialogue.close() == outcome)
            #expect(MemoryLayout.size(ofValue: dialogue) < 200)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func `Datagrams: DNS, UDP, ICMP`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let query = try #require(DNSQuery(name: "www.example.org", type: .a, id: 77))
        let echo = EchoRequest(family: .ipv4, identifier: 1, sequence: 2)
        var expectation = UDPExpectation()
        expectation.requiresReply = true
        expectation.pattern = .init(bytes: random.bytes(20), mask: random.bytes(20))
        for _ in 0..<5_000 {
            for original in [query.bytes, echo.bytes, random.bytes(random.below(300))] {
                let bytes = mutated(original, &random)
                let slice = ([0, 0, 0] + bytes)[3...]
                #expect(query.judge(bytes) == query.judge(slice))
                #expect(echo.judge(bytes, comparesIdentifier: true) == echo.judge(slice, comparesIdentifier: true))
                #expect(expectation.judge(bytes) == expectation.judge(slice))
            }
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func `BFD: mutated packets, and whatever they do to a session`(
        seed: UInt64
    ) {
        var random = SplitMix(seed: seed)
        var session = BFDSession(BFDSettings(), discriminator: 0x0506_0708)
        var actions: [BFDSession.Action] = []
        var now = Instant(nanoseconds: 1_000_000)
        session.handle(.start(jitter: 0), at: now, into: &actions)
        for _ in 0..<20_000 {
            now = now + .microseconds(random.below(30_000))
            let original = random.chance(90) ? BFDPacketTests.packet.bytes : random.bytes(random.below(60))
            actions.removeAll(keepingCapacity: true)
            if let packet = try? BFDPacket(decoding: mutated(original, &random)) {
                #expect(packet.myDiscriminator != 0 && packet.multiplier != 0)
                #expect((try? BFDPacket(decoding: packet.bytes)) == packet)
                session.handle(
                    .received(packet, ttl: UInt8(random.chance(95) ? 255 : 3), jitter: .nan), at: now, into: &actions)
            }
            if let due = session.nextDeadline, due <= now { session.handle(.timer(jitter: 9), at: now, into: &actions) }
            #expect(actions.count <= 8)
            #expect(session.detectionTime >= .zero)
        }
    }
}
