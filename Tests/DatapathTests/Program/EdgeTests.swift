import CSluiceABI
import Config
import Plan
import Testing
import Wire

@testable import Datapath

/// What is ours, and what happens at the edges: the rules of the design, one test each.
@Suite struct EdgeTests {
    private static let families: [IPAddress.Family] = [.ipv4, .ipv6]

    private func one(
        _ family: IPAddress.Family, _ mode: ForwardingMode = .dr, _ scheduler: Scheduler = .rr,
        _ transport: TransportProtocol = .tcp
    ) -> VirtualService {
        Bench.service(family, transport, scheduler, [Bench.server(1, mode, family)])
    }

    // MARK: - Ours

    @Test(arguments: families)
    func aFrameForAnotherHostsMACIsNeverAnswered(_ family: IPAddress.Family) throws {
        let bench = try Bench(one(family))
        for mac in ["02:00:00:00:00:ab", "ff:ff:ff:ff:ff:ff", "03:00:00:00:00:aa", "02:00:00:01:00:aa"] {
            var layers = Bench.segment(family: family)
            layers[0] = Ethernet(source: W.router, destination: MACAddress(mac)!)
            try bench.expectPass(layers, .SLUICE_PASS_OTHER_HOST)
        }
        bench.forwarder.maps.apply(.removeInterface(slot: 1))
        try bench.expectPass(
            Bench.segment(family: family), .SLUICE_PASS_OTHER_HOST, "an interface that is not in the table")
    }

    @Test(arguments: families)
    func whatIsForNoServicePasses(_ family: IPAddress.Family) throws {
        let bench = try Bench(one(family), features: TestForwarder.allFeatures)
        try bench.expectPass(Bench.segment(to: 81, family: family), .SLUICE_PASS_NOT_SERVICE, "another port")
        try bench.expectPass(Bench.datagram(to: 80, family: family), .SLUICE_PASS_NOT_SERVICE, "another protocol")
        let client = Bench.client(family)
        try bench.expectPass(
            [W.ethernet, Bench.ip(client, client), W.tcp()], .SLUICE_PASS_NOT_SERVICE, "another address")
        let echo: any PacketLayer = family == .ipv4 ? ICMPv4(type: 8) : ICMPv6(type: 128)
        try bench.expectPass(
            [W.ethernet, Bench.ip(client, Bench.vip(family)), echo], .SLUICE_PASS_NOT_SERVICE, "a ping of the VIP")
        try bench.expectPass([Ethernet(source: W.router, destination: W.own, type: EtherType.arp)], .SLUICE_PASS_NOT_IP)
        let tags = (0..<3).map { _ in VLAN(id: 1) }
        try bench.expectPass([W.ethernet] + tags + [Bench.ip(client, client)], .SLUICE_PASS_NOT_IP, "three tags")
    }

    @Test(arguments: families)
    func aBackupPassesTheVIPsTrafficToTheKernel(_ family: IPAddress.Family) throws {
        let bench = try Bench(one(family))
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        try bench.change { $0.role = .backup }
        try bench.expectPass(Bench.segment(.ack, family: family), .SLUICE_PASS_BACKUP, "a flow that it knows")
        try bench.expectPass(Bench.segment(from: 9, family: family), .SLUICE_PASS_BACKUP)
        try bench.expectPass(fragment(family), .SLUICE_PASS_BACKUP, "a fragment")
        try bench.change { $0.role = .active }
        #expect(try bench.verdict(Bench.segment(.ack, family: family)) == .SLUICE_FORWARDED)
    }

    @Test(arguments: families)
    func aDrainingServiceForwardsKnownFlowsAndPassesOthers(_ family: IPAddress.Family) throws {
        for scheduler in [Scheduler.rr, .mh] {
            let bench = try Bench(one(family, .dr, scheduler))
            #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
            try bench.change { $0.role = .draining }
            #expect(try bench.verdict(Bench.segment(.ack, family: family)) == .SLUICE_FORWARDED)
            try bench.expectPass(Bench.segment(from: 9, family: family), .SLUICE_PASS_BACKUP)
            try bench.expectPass(Bench.segment(.ack, from: 9, family: family), .SLUICE_PASS_BACKUP)
        }
    }

    @Test func aVIPsRoleIsThatOfAllItsServices() throws {
        let other = Bench.service(port: 443, .tcp, .rr, [Bench.server(1, port: 443)])
        let bench = try Bench(one(.ipv4), other)
        try bench.change(0) { $0.role = .backup }
        try bench.expectDrop(fragment(.ipv4), .SLUICE_DROP_FRAGMENT, "whose service can't be known")
        try bench.change(1) { $0.role = .backup }
        try bench.expectPass(fragment(.ipv4), .SLUICE_PASS_BACKUP)
    }

    // MARK: - Never leaked to the kernel

    @Test(arguments: families)
    func noServerIsACountedDrop(_ family: IPAddress.Family) throws {
        for scheduler in [Scheduler.rr, .wrr, .sh, .mh] {
            let bench = try Bench(Bench.service(family, .tcp, scheduler, [Bench.server(1, .dr, family, weight: 0)]))
            try bench.expectDrop(Bench.segment(family: family), .SLUICE_DROP_NO_SERVER, "\(scheduler)")
        }
    }

    @Test(arguments: families)
    func noNeighbourIsACountedDrop(_ family: IPAddress.Family) throws {
        let bench = try Bench(one(family))
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        bench.setHop(1, resolved: false)
        try bench.apply()
        try bench.expectDrop(Bench.segment(from: 9, family: family), .SLUICE_DROP_NO_NEIGHBOUR, "a new flow")
        try bench.expectDrop(Bench.segment(.ack, family: family), .SLUICE_DROP_NO_NEIGHBOUR, "a known flow")
        #expect(try bench.forwarder.flows().count == 1, "no flow is opened to a server that can't be reached")
        bench.setHop(1)
        try bench.apply()
        #expect(try bench.verdict(Bench.segment(.ack, family: family)) == .SLUICE_FORWARDED)
    }

    @Test(arguments: families)
    func fragmentsAreDropped(_ family: IPAddress.Family) throws {
        let bench = try Bench(one(family))
        try bench.expectDrop(fragment(family), .SLUICE_DROP_FRAGMENT)
        try bench.expectDrop(fragment(family, offset: 100), .SLUICE_DROP_FRAGMENT)
        try bench.expectDrop(fragment(family, offset: 100, more: false), .SLUICE_DROP_FRAGMENT, "the last one")
        let client = Bench.client(family)
        try bench.expectPass(fragment(family, to: client), .SLUICE_PASS_NOT_SERVICE, "for another address")
    }

    @Test(arguments: families)
    func fragmentsOfANATServerDoNotLeak(_ family: IPAddress.Family) throws {
        let bench = try Bench(one(family, .nat))
        let (client, server) = (Bench.client(family), Bench.address(1, family))
        try bench.expectDrop(fragment(family, from: server, to: client), .SLUICE_DROP_FRAGMENT)
        try bench.expectPass(fragment(family, from: client, to: client), .SLUICE_PASS_NOT_SERVICE)
    }

    @Test func moreExtensionHeadersThanAreWalkedAreADrop() throws {
        let bench = try Bench(one(.ipv6))
        let extensions = [any PacketLayer](
            repeating: IPv6Extension(.destinationOptions), count: Int(SLUICE_MAX_EXTENSION_HEADERS) + 1)
        try bench.expectDrop(
            [W.ethernet, Bench.ip(.v6(W.client6), .v6(W.vip6))] + extensions + [W.tcp()], .SLUICE_DROP_EXTENSIONS)
        try bench.expectPass(
            [W.ethernet, Bench.ip(.v6(W.client6), .v6(W.client6))] + extensions + [W.tcp()], .SLUICE_PASS_NOT_SERVICE)
    }

    @Test func impossibleSourcesAreDropped() throws {
        let bench = try Bench(one(.ipv4), one(.ipv6))
        for text in [
            "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.9", "224.0.0.1", "239.9.9.9", "240.0.0.1", "255.255.255.255",
        ] {
            let layers: [any PacketLayer] = [W.ethernet, Bench.ip(IPAddress(text)!, .v4(W.vip)), W.tcp()]
            try bench.expectDrop(layers, .SLUICE_DROP_SOURCE, text)
        }
        for text in ["::", "::1", "ff02::1", "ff0e::1", "::ffff:192.0.2.1"] {
            let layers: [any PacketLayer] = [W.ethernet, Bench.ip(IPAddress(text)!, .v6(W.vip6)), W.tcp()]
            try bench.expectDrop(layers, .SLUICE_DROP_SOURCE, text)
        }
        for text in ["1.0.0.1", "126.255.255.255", "128.0.0.1", "223.255.255.255"] {
            #expect(
                try bench.verdict([W.ethernet, Bench.ip(IPAddress(text)!, .v4(W.vip)), W.tcp()]) == .SLUICE_FORWARDED)
        }
        for text in ["::2", "::fffe:192.0.2.1", "fe80::1", "64:ff9b::1"] {
            #expect(
                try bench.verdict([W.ethernet, Bench.ip(IPAddress(text)!, .v6(W.vip6)), W.tcp()]) == .SLUICE_FORWARDED)
        }
    }

    // MARK: - A TCP packet that is no SYN and has no flow

    @Test(arguments: families)
    func hashSchedulersPickUpMidstreamUnlessForbidden(_ family: IPAddress.Family) throws {
        for scheduler in [Scheduler.sh, .mh] {
            let bench = try Bench(one(family, .dr, scheduler))
            try bench.expectDrop(Bench.segment(.rst, family: family), .SLUICE_DROP_NO_FLOW, "a reset opens nothing")
            #expect(try bench.verdict(Bench.segment(.ack, family: family)) == .SLUICE_FORWARDED)
            #expect(try bench.event(.SLUICE_FLOW_PICKED_UP) == 1)
            #expect(try bench.forwarder.flows().map(\.state) == [.SLUICE_TCP_PICKED_UP])
            #expect(try bench.verdict(Bench.segment(.ack, family: family)) == .SLUICE_FORWARDED)
            #expect(try bench.forwarder.flows().map(\.state) == [.SLUICE_TCP_ESTABLISHED])
            try bench.change { $0.service.picksUpMidstream = false }
            try bench.expectDrop(Bench.segment(.ack, from: 9, family: family), .SLUICE_DROP_NO_FLOW)
        }
    }

    @Test(arguments: families)
    func otherSchedulersDropWhatHasNoFlow(_ family: IPAddress.Family) throws {
        for scheduler in [Scheduler.rr, .wrr] {
            let bench = try Bench(one(family, .dr, scheduler))
            for flags in [[.ack], [.syn, .ack], [.fin, .ack], [.rst], [], [.syn, .fin], [.syn, .rst]] as [TCP.Flags] {
                try bench.expectDrop(Bench.segment(flags, family: family), .SLUICE_DROP_NO_FLOW, "\(flags)")
            }
            #expect(try bench.forwarder.flows().isEmpty)
        }
    }

    // MARK: - Removed servers

    @Test(arguments: families)
    func flowsOfARemovedServerAreDroppedUnlessRescheduled(_ family: IPAddress.Family) throws {
        for mode in ForwardingMode.allCases {
            let servers = [Bench.server(1, mode, family), Bench.server(2, mode, family)]
            let bench = try Bench(Bench.service(family, .udp, .rr, servers))
            #expect(try bench.chosen(Bench.datagram(family: family)) == 1)
            try bench.change { $0.service.realServers.removeFirst() }
            try bench.expectDrop(Bench.datagram(family: family), .SLUICE_DROP_SERVER_REMOVED)
            try bench.change { $0.service.removedServer = .reschedule }
            #expect(try bench.chosen(Bench.datagram(family: family)) == 2)
            #expect(try bench.event(.SLUICE_FLOW_RESCHEDULED) == 1)
            #expect(try bench.forwarder.flows().count == (mode == .nat ? 2 : 1), "the old entries are gone")
        }
    }

    /// A client that has closed its connection, and takes its port again, must not wait for the old flow to expire.
    @Test(arguments: [TCP.Flags.fin, .rst])
    func aSYNReusesAClosedFlowOfARemovedServer(_ end: TCP.Flags) throws {
        for mode in ForwardingMode.allCases where mode != .nat {
            let bench = try Bench(Bench.service(.ipv4, .tcp, .rr, [Bench.server(1, mode), Bench.server(2, mode)]))
            #expect(try bench.chosen(Bench.segment()) == 1)
            try bench.verdict(Bench.segment(.ack))
            try bench.change { $0.service.realServers.removeFirst() }
            #expect(try bench.verdict(Bench.segment()) == .SLUICE_DROP_SERVER_REMOVED, "it is established still")
            try bench.change { $0.service.realServers.append(Bench.server(1, mode)) }
            try bench.verdict(Bench.segment(end))
            try bench.change { $0.service.realServers.removeLast() }
            #expect(try bench.verdict(Bench.segment(.ack)) == .SLUICE_DROP_SERVER_REMOVED, "only a SYN")
            #expect(try bench.chosen(Bench.segment()) == 2)
            #expect(try bench.event(.SLUICE_FLOW_RESCHEDULED) == 1)
        }
    }

    @Test func aServerThatReturnsHasItsFlowsAgain() throws {
        let bench = try Bench(Bench.service(.ipv4, .tcp, .rr, [Bench.server(1), Bench.server(2)]))
        #expect(try bench.chosen(Bench.segment()) == 1)
        let index = try bench.index(1)
        try bench.change { $0.service.realServers.removeFirst() }
        #expect(try bench.verdict(Bench.segment(.ack)) == .SLUICE_DROP_SERVER_REMOVED)
        try bench.change { $0.service.realServers.append(Bench.server(1)) }
        #expect(try bench.index(1) == index)
        #expect(try bench.chosen(Bench.segment(.ack)) == 1)
    }

    // MARK: - Packets

    private func fragment(
        _ family: IPAddress.Family, from source: IPAddress? = nil, to destination: IPAddress? = nil, offset: UInt16 = 0,
        more: Bool = true
    ) -> [any PacketLayer] {
        switch (source ?? Bench.client(family), destination ?? Bench.vip(family)) {
        case (.v4(let source), .v4(let destination)):
            [
                W.ethernet,
                IPv4(source: source, destination: destination, moreFragments: more, fragmentOffset: offset), W.tcp(),
            ]
        case (.v6(let source), .v6(let destination)):
            [
                W.ethernet, IPv6(source: source, destination: destination),
                IPv6Fragment(offset: offset, moreFragments: more), W.tcp(),
            ]
        case (.v4, .v6), (.v6, .v4): preconditionFailure("a packet's addresses are of one family")
        }
    }
}
