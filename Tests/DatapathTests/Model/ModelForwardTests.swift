import CSluiceABI
import Testing
import Wire

/// What leaves towards real servers: the model against packets composed by hand.
@Suite struct ModelForwardTests {
    @Test func directRoutingChangesMACAddressesAndTTL() {
        var model = W.model([W.service()], [W.destination(1, .SLUICE_MODE_DR)])
        let result = model.process(W.frame(W.ipv4(), W.tcp(), Payload([1]), Padding([0, 0, 0])))
        #expect(result == W.sent(1, W.ipv4(ttl: 63), W.tcp(), Payload([1]), Padding([0, 0, 0])))
    }

    @Test func sameInterfaceIsTransmitted() {
        var destination = W.destination(1, .SLUICE_MODE_DR)
        destination.ifindex = 3
        var model = W.model([W.service()], [destination])
        #expect(model.process(W.frame(W.ipv4(), W.tcp())).action == .transmit)
    }

    @Test func tunnelsIPv4InIPv4() {
        var model = W.model([W.service()], [W.destination(1, .SLUICE_MODE_TUN)])
        let outer = IPv4(
            source: W.server(200), destination: W.server(1), ttl: 63, tos: 0x28, identification: 77, dontFragment: true)
        let result = model.process(W.frame(VLAN(id: 5), W.ipv4(options: [1, 1, 1, 1]), W.tcp()))
        #expect(result == W.sent(1, VLAN(id: 5), outer, W.ipv4(ttl: 63, options: [1, 1, 1, 1]), W.tcp()))
    }

    @Test func tunnelsAcrossFamilies() {
        var model = W.model(
            [W.service(), W.service(.v6(W.vip6), ring: [2])],
            [W.destination(1, .SLUICE_MODE_TUN, .ipv6), W.destination(2, .SLUICE_MODE_TUN)])
        let outer6 = IPv6(source: W.server6(200), destination: W.server6(1), hopLimit: 63, trafficClass: 0x28)
        let tag = VLAN(id: 5, tag: EtherType.serviceVLAN)
        #expect(model.process(W.frame(tag, W.ipv4(), W.tcp())) == W.sent(1, tag, outer6, W.ipv4(ttl: 63), W.tcp()))
        let outer4 = IPv4(
            source: W.server(200), destination: W.server(2), ttl: 63, tos: 0x28, dontFragment: true)
        let result = model.process(W.frame(W.ipv6(), W.tcp()))
        #expect(result == W.sent(2, outer4, W.ipv6(hopLimit: 63), W.tcp()))
    }

    @Test func natTranslatesThereAndBack() {
        var model = W.model([W.service()], [W.destination(1, .SLUICE_MODE_NAT, port: 8080)])
        var there = W.ipv4(ttl: 63)
        there.destination = W.server(1)
        #expect(
            model.process(W.frame(W.ipv4(), W.tcp(), Payload([1])))
                == W.sent(1, there, W.tcp(to: 8080), Payload([1])))
        model.ingressIfindex = 4
        let back = IPv4(source: W.server(1), destination: W.client)
        let answer = TCP(source: 8080, destination: 1234, flags: [.syn, .ack])
        let result = model.process(
            Packet([Ethernet(source: W.serverMAC(1), destination: W.other), back, answer]).bytes)
        let expected = Packet([
            Ethernet(source: W.own, destination: W.router), IPv4(source: W.vip, destination: W.client, ttl: 63),
            TCP(source: 80, destination: 1234, flags: [.syn, .ack]),
        ])
        #expect(
            result == ModelResult(verdict: .SLUICE_REPLIED, action: .redirect(ifindex: 3), frame: expected.bytes))
        #expect(model.events[.SLUICE_FLOW_INSERTED] == 2)
    }

    @Test func natOverIPv6AndUDP() {
        var model = W.model(
            [W.service(.v6(W.vip6), 0, IPProtocol.udp)], [W.destination(1, .SLUICE_MODE_NAT, .ipv6)])
        var there = W.ipv6(hopLimit: 63)
        there.destination = W.server6(1)
        let udp = UDP(source: 9, destination: 53)
        #expect(
            model.process(W.frame(W.ipv6(), udp, Payload([1, 2, 3]))) == W.sent(1, there, udp, Payload([1, 2, 3])))
        let reply = model.process(
            W.frame(
                IPv6(source: W.server6(1), destination: W.client6), UDP(source: 53, destination: 9), Payload([4])))
        #expect(reply.verdict == .SLUICE_REPLIED && reply.action == .transmit)
        #expect(Frame.dissect(reply.frame).addresses.first?.source == .v6(W.vip6))
        #expect(Frame.dissect(reply.frame).checksumsAreValid)
    }

    @Test func natLeavesAMissingUDPChecksumMissing() {
        var model = W.model(
            [W.service(.v4(W.vip), 53, IPProtocol.udp)], [W.destination(1, .SLUICE_MODE_NAT, port: 5353)])
        var there = W.ipv4(ttl: 63)
        there.destination = W.server(1)
        #expect(
            model.process(W.frame(W.ipv4(), UDP(source: 9, destination: 53, checksum: 0)))
                == W.sent(1, there, UDP(source: 9, destination: 5353, checksum: 0)))
    }

    @Test func timeExceededIsAnswered() {
        var model = W.model([W.service()], [W.destination(1, .SLUICE_MODE_DR)])
        let tag = VLAN(id: 5)
        let frame = W.frame(tag, W.ipv4(ttl: 1), W.tcp(), Payload([UInt8](repeating: 7, count: 50)))
        let expected = Packet([
            Ethernet(source: W.own, destination: W.router), tag,
            IPv4(source: W.vip, destination: W.client, ttl: 64, tos: 0xc0), ICMPv4(type: 11),
            Payload(frame[18..<18 + 28]),
        ])
        #expect(
            model.process(frame)
                == ModelResult(verdict: .SLUICE_TTL_ANSWERED, action: .transmit, frame: expected.bytes))
        #expect(model.flows.connections.count == 1)
        let withOptions = W.frame(W.ipv4(ttl: 1, options: [1, 1, 1, 1]), W.tcp())
        #expect(model.process(withOptions).verdict == .SLUICE_DROP_TTL)
    }

    @Test func tooBigIsAnsweredWithRoomForTheTunnel() {
        var model = W.model(
            [W.service(), W.service(.v6(W.vip6), ring: [2])],
            [W.destination(1, .SLUICE_MODE_TUN), W.destination(2, .SLUICE_MODE_TUN, .ipv6)])
        let fits = [UInt8](repeating: 7, count: 1500 - 20 - 20 - 20)
        #expect(model.process(W.frame(W.ipv4(), W.tcp(), Payload(fits))).verdict == .SLUICE_FORWARDED)
        let frame = W.frame(W.ipv4(), W.tcp(), Payload(fits + [7]))
        let expected = Packet([
            Ethernet(source: W.own, destination: W.router),
            IPv4(source: W.vip, destination: W.client, ttl: 64, tos: 0xc0), ICMPv4(type: 3, code: 4, rest: 1480),
            Payload(frame[14..<14 + 68]),
        ])
        #expect(
            model.process(frame)
                == ModelResult(verdict: .SLUICE_TOO_BIG_ANSWERED, action: .transmit, frame: expected.bytes))
        let frame6 = W.frame(W.ipv6(), W.tcp(), Payload(fits))
        let expected6 = Packet([
            Ethernet(source: W.own, destination: W.router), IPv6(source: W.vip6, destination: W.client6),
            ICMPv6(type: 2, rest: 1460), Payload(frame6[14..<14 + 128]),
        ])
        #expect(
            model.process(frame6)
                == ModelResult(verdict: .SLUICE_TOO_BIG_ANSWERED, action: .transmit, frame: expected6.bytes))
    }
}
