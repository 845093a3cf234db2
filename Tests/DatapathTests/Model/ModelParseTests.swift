import CSluiceABI
import Testing
import Wire

/// Packets that are cut off, malformed, fragmented, or not for a service.
@Suite struct ModelParseTests {
    private let dr = W.model(
        [W.service(), W.service(.v6(W.vip6)), W.service(.v4(W.vip), 53, IPProtocol.udp)],
        [W.destination(1, .SLUICE_MODE_DR)])

    private func verdict(_ frame: [UInt8]) -> sluice_verdict {
        var model = dr
        return model.process(frame).verdict
    }

    @Test func whatIsNoIPPasses() {
        let arp = Ethernet(source: W.router, destination: W.own, type: EtherType.arp)
        #expect(verdict(Packet([arp]).bytes) == .SLUICE_PASS_NOT_IP)
        #expect(verdict(Array(Packet([arp]).bytes.prefix(13))) == .SLUICE_PASS_TRUNCATED)
        let tag = VLAN(id: 1)
        #expect(verdict(W.frame(tag, tag, W.ipv4(), W.tcp())) == .SLUICE_FORWARDED)
        #expect(verdict(W.frame(tag, tag, tag, W.ipv4(), W.tcp())) == .SLUICE_PASS_NOT_IP)
        #expect(verdict(Array(W.frame(tag, W.ipv4()).prefix(17))) == .SLUICE_PASS_TRUNCATED)
    }

    @Test func malformedIPHeadersPass() {
        let frame = W.frame(W.ipv4(), W.tcp())
        #expect(verdict(Array(frame.prefix(33))) == .SLUICE_PASS_TRUNCATED)
        for (version, words, total) in [(6, nil, nil), (4, 4, nil), (4, 15, 60), (4, nil, 19)]
            as [(UInt8, UInt8?, UInt16?)]
        {
            var header = W.ipv4()
            header.version = version
            header.headerWords = words
            header.totalLength = total
            #expect(
                verdict(W.frame(header, W.tcp())) == .SLUICE_PASS_TRUNCATED, "\(version) \(String(describing: words))")
        }
        #expect(verdict(Array(W.frame(W.ipv6(), W.tcp()).prefix(53))) == .SLUICE_PASS_TRUNCATED)
    }

    @Test func framesForOthersPass() {
        var frame = W.frame(W.ipv4(), W.tcp())
        frame[5] ^= 1
        #expect(verdict(frame) == .SLUICE_PASS_OTHER_HOST)
        frame.replaceSubrange(0..<6, with: [UInt8](repeating: 0xff, count: 6))
        #expect(verdict(frame) == .SLUICE_PASS_OTHER_HOST)
    }

    @Test func wrongLengthsOfAServicesPacketsAreDropped() {
        #expect(verdict(Array(W.frame(W.ipv4(), W.tcp(), Payload([1])).dropLast())) == .SLUICE_DROP_MALFORMED)
        #expect(verdict(Array(W.frame(W.ipv4(), W.tcp()).dropLast())) == .SLUICE_DROP_MALFORMED)
        #expect(verdict(Array(W.frame(W.ipv6(), W.tcp(), Payload([1])).dropLast())) == .SLUICE_DROP_MALFORMED)
        var bad = W.tcp()
        bad.dataOffset = 4
        #expect(verdict(W.frame(W.ipv4(), bad)) == .SLUICE_DROP_MALFORMED)
        bad.dataOffset = 6
        #expect(verdict(W.frame(W.ipv4(), bad)) == .SLUICE_DROP_MALFORMED)
        #expect(verdict(W.frame(W.ipv4(), bad, Padding([0, 0, 0, 0]))) == .SLUICE_DROP_MALFORMED)
        for (length, expected) in [
            (7, sluice_verdict.SLUICE_DROP_MALFORMED), (8, .SLUICE_FORWARDED), (9, .SLUICE_FORWARDED),
            (10, .SLUICE_DROP_MALFORMED),
        ] {
            let udp = UDP(source: 1, destination: 53, length: UInt16(length))
            #expect(verdict(W.frame(W.ipv4(), udp, Payload([1]))) == expected, "\(length)")
        }
        var elsewhere = W.ipv4()
        elsewhere.destination = W.client
        #expect(verdict(Array(W.frame(elsewhere, W.tcp(), Payload([1])).dropLast())) == .SLUICE_PASS_NOT_SERVICE)
    }

    @Test(arguments: [
        ("0.0.0.1", true), ("127.0.0.1", true), ("126.255.255.255", false), ("223.255.255.255", false),
        ("224.0.0.0", true), ("255.255.255.255", true), ("1.0.0.0", false), ("::", true), ("::1", true), ("::2", false),
        ("ff02::1", true), ("feff::", false), ("::ffff:192.0.2.1", true), ("::fffe:c000:201", false),
    ])
    func sourcesThatNoPacketMayHave(text: String, isDropped: Bool) throws {
        let frame: [UInt8]
        switch try #require(IPAddress(text)) {
        case .v4(let source): frame = W.frame(IPv4(source: source, destination: W.vip), W.tcp())
        case .v6(let source): frame = W.frame(IPv6(source: source, destination: W.vip6), W.tcp())
        }
        #expect(verdict(frame) == (isDropped ? .SLUICE_DROP_SOURCE : .SLUICE_FORWARDED))
    }

    @Test func extensionHeadersAreWalkedUpToALimit() {
        let header = IPv6Extension(.destinationOptions)
        func frame(_ count: Int) -> [UInt8] {
            Packet([W.ethernet, W.ipv6()] + [IPv6Extension](repeating: header, count: count) + [W.tcp()]).bytes
        }
        #expect(verdict(frame(6)) == .SLUICE_FORWARDED)
        #expect(verdict(frame(7)) == .SLUICE_DROP_EXTENSIONS)
        #expect(verdict(W.frame(W.ipv6(), IPv6Extension(.routing, lengthUnits: 9), W.tcp())) == .SLUICE_DROP_MALFORMED)
        var elsewhere = W.ipv6()
        elsewhere.destination = W.client6
        let stray = Packet([W.ethernet, elsewhere] + [IPv6Extension](repeating: header, count: 7) + [W.tcp()])
        #expect(verdict(stray.bytes) == .SLUICE_PASS_NOT_SERVICE)
        #expect(verdict(W.frame(W.ipv6(hopLimit: 1), header, W.tcp())) == .SLUICE_DROP_TTL)
    }

    @Test func fragmentsAreDroppedOrPassedByRole() {
        var first = W.ipv4()
        first.moreFragments = true
        #expect(verdict(W.frame(first, W.tcp())) == .SLUICE_DROP_FRAGMENT)
        #expect(verdict(W.frame(W.ipv6(), IPv6Fragment(), W.tcp())) == .SLUICE_DROP_FRAGMENT)
        var model = dr
        for index in model.services.indices where index != 2 { model.services[index].isActive = false }
        #expect(model.process(W.frame(first, W.tcp())).verdict == .SLUICE_DROP_FRAGMENT, "53/udp has the role")
        model.services[2].isActive = false
        #expect(model.process(W.frame(first, W.tcp())).verdict == .SLUICE_PASS_BACKUP)
        first.source = W.server(1)
        first.destination = W.client
        #expect(model.process(W.frame(first, W.tcp())).verdict == .SLUICE_PASS_NOT_SERVICE)
        model.destinations[1]?.mode = .SLUICE_MODE_NAT
        #expect(model.process(W.frame(first, W.tcp())).verdict == .SLUICE_DROP_FRAGMENT)
    }
}
