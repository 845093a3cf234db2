import CSluiceABI
import Testing
import Wire

/// ICMP errors that follow a flow.
@Suite struct ModelICMPTests {
    private let router = IPv4Address("203.0.113.99")!

    /// What the client's side says about a packet from the VIP to the client.
    private func errorLayers(
        to vip: IPv4Address, from server: IPv4Address, port: UInt16, ttl: UInt8 = 64
    ) -> [any PacketLayer] {
        [
            IPv4(source: router, destination: vip, ttl: ttl), ICMPv4(type: 3, code: 4, rest: 1400),
            IPv4(source: server, destination: W.client, ttl: 50),
            Self.quoted(.ack, from: port, to: 1234), Payload([1, 2, 3]),
        ]
    }

    /// Its checksum is not translated, so it is given.
    private static func quoted(_ flags: TCP.Flags, from source: UInt16, to destination: UInt16) -> TCP {
        TCP(source: source, destination: destination, flags: flags, checksum: 0x1234)
    }

    private func error() -> [UInt8] { Packet([W.ethernet] + errorLayers(to: W.vip, from: W.vip, port: 80)).bytes }

    @Test func anErrorFollowsItsFlow() {
        for mode in [sluice_mode.SLUICE_MODE_DR, .SLUICE_MODE_TUN, .SLUICE_MODE_NAT] {
            var model = W.model([W.service()], [W.destination(1, mode, port: 8080)])
            #expect(model.process(error()).verdict == .SLUICE_DROP_NO_FLOW)
            _ = model.process(W.frame(W.ipv4(), W.tcp()))
            let ethernet = Ethernet(source: W.other, destination: W.serverMAC(1))
            let plain = errorLayers(to: W.vip, from: W.vip, port: 80, ttl: 63)
            let layers: [any PacketLayer]
            switch mode {
            case .SLUICE_MODE_DR: layers = plain
            case .SLUICE_MODE_TUN: layers = [IPv4(source: W.server(200), destination: W.server(1), ttl: 63)] + plain
            case .SLUICE_MODE_NAT: layers = errorLayers(to: W.server(1), from: W.server(1), port: 8080, ttl: 63)
            }
            let expected = ModelResult(
                verdict: .SLUICE_ICMP_FORWARDED, action: .redirect(ifindex: 4),
                frame: Packet([ethernet] + layers).bytes)
            #expect(model.process(error()) == expected)
        }
    }

    @Test func natTranslatesWhatTheServersSideQuotes() {
        var model = W.model([W.service()], [W.destination(1, .SLUICE_MODE_NAT, port: 8080)])
        func layers(from source: IPv4Address, to server: IPv4Address, port: UInt16, ttl: UInt8) -> [any PacketLayer] {
            [
                IPv4(source: source, destination: W.client, ttl: ttl), ICMPv4(type: 3, code: 4, rest: 1400),
                IPv4(source: W.client, destination: server, ttl: 50), Self.quoted(.ack, from: 1234, to: port),
                Payload([1, 2, 3]),
            ]
        }
        let error = Packet([W.ethernet] + layers(from: router, to: W.server(1), port: 8080, ttl: 64)).bytes
        #expect(model.process(error).verdict == .SLUICE_PASS_NOT_SERVICE)
        _ = model.process(W.frame(W.ipv4(), W.tcp()))
        let ethernet = Ethernet(source: W.own, destination: W.router)
        let expected = Packet([ethernet] + layers(from: W.vip, to: W.vip, port: 80, ttl: 63)).bytes
        #expect(
            model.process(error)
                == ModelResult(verdict: .SLUICE_ICMP_FORWARDED, action: .transmit, frame: expected))
    }

    @Test func natOverIPv6CorrectsThePseudoHeader() {
        var model = W.model(
            [W.service(.v6(W.vip6), 53, IPProtocol.udp)], [W.destination(1, .SLUICE_MODE_NAT, .ipv6, port: 5353)])
        _ = model.process(W.frame(W.ipv6(), UDP(source: 9, destination: 53)))
        func layers(_ server: IPv6Address, _ port: UInt16, _ hopLimit: UInt8) -> [any PacketLayer] {
            [
                IPv6(source: W.client6, destination: server, hopLimit: hopLimit), ICMPv6(type: 1, code: 4),
                IPv6(source: server, destination: W.client6), UDP(source: port, destination: 9, checksum: 0x1234),
                Payload([1, 2, 3]),
            ]
        }
        let result = model.process(Packet([W.ethernet] + layers(W.vip6, 53, 64)).bytes)
        let ethernet = Ethernet(source: W.other, destination: W.serverMAC(1))
        #expect(result.verdict == .SLUICE_ICMP_FORWARDED)
        #expect(result.frame == Packet([ethernet] + layers(W.server6(1), 5353, 63)).bytes)
    }

    @Test func hashSchedulersChooseForAnUnknownFlow() {
        let ring = (0..<256).map { UInt32($0 % 3 + 1) }
        for scheduler in [sluice_scheduler.SLUICE_SCHEDULER_SH, .SLUICE_SCHEDULER_MH] {
            let service = W.service(.v4(W.vip), 80, IPProtocol.tcp, scheduler, ring: ring)
            var model = W.model([service], (1...3).map { W.destination($0, .SLUICE_MODE_DR) })
            let result = model.process(error())
            #expect(result.verdict == .SLUICE_ICMP_FORWARDED)
            #expect(model.flows.connections.isEmpty)
            let flow = model.process(W.frame(W.ipv4(), W.tcp()))
            #expect(flow.frame.prefix(6) == result.frame.prefix(6), "the error goes where the flow goes")
        }
    }

    @Test func otherICMPPasses() {
        var model = W.model([W.service()], [W.destination(1, .SLUICE_MODE_DR)])
        _ = model.process(W.frame(W.ipv4(), W.tcp()))
        let outer = IPv4(source: router, destination: W.vip)
        let inner = Packet([IPv4(source: W.vip, destination: W.client), TCP(source: 80, destination: 1234)]).bytes
        func verdict(_ type: UInt8, _ quoted: some Sequence<UInt8>) -> sluice_verdict {
            model.process(W.frame(outer, ICMPv4(type: type), Payload(quoted))).verdict
        }
        #expect(verdict(8, []) == .SLUICE_PASS_NOT_SERVICE)
        #expect(verdict(5, inner) == .SLUICE_PASS_NOT_SERVICE)
        #expect(verdict(11, inner.prefix(24)) == .SLUICE_ICMP_FORWARDED)
        #expect(verdict(11, inner.prefix(23)) == .SLUICE_PASS_NOT_SERVICE)
        let other = Packet([IPv4(source: W.vip, destination: W.client), TCP(source: 81, destination: 1234)]).bytes
        #expect(verdict(3, other) == .SLUICE_PASS_NOT_SERVICE)
        model.services[0].isActive = false
        #expect(verdict(3, inner) == .SLUICE_PASS_BACKUP)
    }
}
