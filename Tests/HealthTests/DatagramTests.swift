import Testing
import Wire

@testable import Health

@Suite struct DatagramTests {
    // MARK: DNS

    private func query(_ name: String, _ type: DNSQueryType = .soa) throws -> DNSQuery {
        try #require(DNSQuery(name: name, type: type, id: 0xabcd), "\(name)")
    }

    @Test func `DNS: the query asks for name and type, recursion desired`() throws {
        let head: [UInt8] = [0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        #expect(try query(".").bytes == head + [0, 0, 6, 0, 1])
        #expect(try query("").bytes == head + [0, 0, 6, 0, 1])
        let name: [UInt8] = [3] + Array("www".utf8) + [7] + Array("example".utf8) + [0]
        #expect(try query("www.example", .aaaa).bytes == head + name + [0, 28, 0, 1])
        #expect(try query("www.example.", .dnskey).bytes == head + name + [0, 48, 0, 1])
    }

    @Test func `DNS: names that can't be asked for are refused`() {
        let long = String(repeating: "a", count: 63)
        for name in ["a..b", "..", ".a", long + "a", [long, long, long, long].joined(separator: ".")] {
            #expect(DNSQuery(name: name, type: .a, id: 1) == nil, "\(name)")
        }
        #expect(DNSQuery(name: long, type: .a, id: 1) != nil)
    }

    @Test func `DNS: id, QR and rcode decide; other datagrams are waited out`() throws {
        let query = try query("example.org")
        var reply = query.bytes
        #expect(query.judge(reply) == nil, "QR is not set")
        reply[2] |= 0x80
        #expect(query.judge(reply) == .passed())
        #expect(query.judge(reply.prefix(12)) == .passed())
        #expect(query.judge(reply.prefix(11)) == nil)
        #expect(query.judge([]) == nil)
        for code in 1...15 as ClosedRange<UInt8> {
            reply[3] = 0x80 | code
            #expect(query.judge(reply) == .failed(.dns(code: code)))
        }
        reply[1] ^= 1
        #expect(query.judge(reply) == nil, "another id")
    }

    // MARK: UDP

    @Test func `UDP: require_reply compares masked bytes, as far as the reply goes`() {
        var expectation = UDPExpectation()
        #expect(expectation.judge([1]) == .passed())
        #expect(expectation.bufferSize == 1)
        expectation.requiresReply = true
        #expect(expectation.judge([]) == .passed())
        expectation.pattern = .init(bytes: [0xde, 0xad, 0xbe], mask: [0xff, 0xf0, 0xff])
        #expect(expectation.judge([0xde, 0xa0, 0xbe, 9]) == .passed())
        #expect(expectation.judge([0xde]) == .passed())
        #expect(expectation.judge([0xde, 0xb0]) == .failed(.replyDiffers(at: 1)))
        #expect(expectation.judge([0xde, 0xa1, 0xbf]) == .failed(.replyDiffers(at: 2)))
    }

    @Test func `UDP: the length of the reply`() {
        var expectation = UDPExpectation()
        expectation.requiresReply = true
        expectation.pattern = .init(bytes: [7], mask: [0])
        expectation.length = 2...4
        #expect(expectation.bufferSize == 5)
        for count in 0...6 {
            let outcome = expectation.judge([UInt8](repeating: 0, count: count))
            #expect(outcome == ((2...4).contains(count) ? .passed() : .failed(.replyLength(count, wanted: 2...4))))
        }
        expectation.pattern = nil
        #expect(expectation.judge([1]) == .passed(), "only where there is a pattern, as in keepalived")
    }

    // MARK: ICMP

    @Test(arguments: IPAddress.Family.allCases) func `ICMP: an echo reply to this request passes, nothing else`(
        family: IPAddress.Family
    ) {
        let request = EchoRequest(family: family, identifier: 0x1234, sequence: 0x0102)
        var reply = request.bytes
        #expect(reply.count == 64)
        if family == .ipv4 { #expect(InternetChecksum.of(reply) == 0) }
        #expect(request.judge(reply, comparesIdentifier: true) == nil, "a request")
        reply[0] = family == .ipv4 ? 0 : 129
        #expect(request.judge(reply, comparesIdentifier: true) == .passed())
        reply[4] ^= 1
        #expect(request.judge(reply, comparesIdentifier: true) == nil)
        #expect(request.judge(reply, comparesIdentifier: false) == .passed())
        for index in [1, 6, 7, 8, 63] {
            var other = reply
            other[index] ^= 1
            #expect(request.judge(other, comparesIdentifier: false) == nil, "byte \(index)")
        }
        for length in 0..<64 { #expect(request.judge(reply.prefix(length), comparesIdentifier: false) == nil) }
    }
}
