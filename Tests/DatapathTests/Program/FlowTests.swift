import CSluiceABI
import Config
import Plan
import Testing
import Wire

@testable import Datapath

/// The life of a flow: states, reuse, NAT's pairs.
@Suite struct FlowTests {
    private static let families: [IPAddress.Family] = [.ipv4, .ipv6]

    private func two(_ mode: ForwardingMode, _ family: IPAddress.Family, _ transport: TransportProtocol = .tcp)
        -> VirtualService
    {
        Bench.service(
            family, transport, .rr, [Bench.server(1, mode, family, port: 80), Bench.server(2, mode, family, port: 80)])
    }

    private func reply(_ flags: TCP.Flags, from number: UInt32 = 1, to port: UInt16 = 1234, _ family: IPAddress.Family)
        -> [any PacketLayer]
    {
        [
            Ethernet(source: W.serverMAC(number), destination: W.own),
            Bench.ip(Bench.address(number, family), Bench.client(family)),
            TCP(source: 80, destination: port, flags: flags),
        ]
    }

    @Test(arguments: families)
    func statesFollowIPVSWithoutReplies(_ family: IPAddress.Family) throws {
        let bench = try Bench(two(.dr, family))
        let steps: [(TCP.Flags, sluice_flow_state)] = [
            (.syn, .SLUICE_TCP_SYN_RECV), ([], .SLUICE_TCP_SYN_RECV), (.ack, .SLUICE_TCP_ESTABLISHED),
            (.syn, .SLUICE_TCP_ESTABLISHED), ([.fin, .ack], .SLUICE_TCP_FIN_WAIT), (.ack, .SLUICE_TCP_FIN_WAIT),
            ([.rst, .syn], .SLUICE_TCP_CLOSE),
        ]
        for (flags, state) in steps {
            #expect(try bench.verdict(Bench.segment(flags, family: family)) == .SLUICE_FORWARDED)
            #expect(try bench.forwarder.flows().map(\.state) == [state], "\(flags)")
        }
    }

    @Test(arguments: families)
    func aNATPairSharesItsState(_ family: IPAddress.Family) throws {
        let bench = try Bench(two(.nat, family))
        func expect(_ state: sluice_flow_state, _ comment: Comment) throws {
            let flows = try bench.forwarder.flows()
            #expect(flows.map(\.state) == [state, state], comment)
            #expect(Set(flows.map(\.isReply)) == [false, true])
            #expect(Set(flows.map(\.index)).count == 1)
        }
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        try expect(.SLUICE_TCP_SYN_RECV, "SYN")
        #expect(try bench.verdict(reply([.syn, .ack], family)) == .SLUICE_REPLIED)
        try expect(.SLUICE_TCP_SYN_RECV, "SYN+ACK")
        #expect(try bench.verdict(Bench.segment(.ack, family: family)) == .SLUICE_FORWARDED)
        try expect(.SLUICE_TCP_ESTABLISHED, "ACK")
        #expect(try bench.verdict(Bench.segment([.fin, .ack], family: family)) == .SLUICE_FORWARDED)
        try expect(.SLUICE_TCP_CLOSE_WAIT, "FIN")
        #expect(try bench.verdict(reply([.fin, .ack], family)) == .SLUICE_REPLIED)
        try expect(.SLUICE_TCP_TIME_WAIT, "FIN of the other side")
    }

    @Test(arguments: families, ForwardingMode.allCases)
    func aSYNReusesAClosedFlow(_ family: IPAddress.Family, _ mode: ForwardingMode) throws {
        let bench = try Bench(two(mode, family))
        #expect(try bench.chosen(Bench.segment(family: family)) == 1)
        #expect(try bench.chosen(Bench.segment(.syn, family: family)) == 1, "a SYN again is the same flow")
        try bench.verdict(Bench.segment(.ack, family: family))
        try bench.verdict(Bench.segment(.rst, family: family))
        #expect(try bench.chosen(Bench.segment(.ack, family: family)) == 1, "only a SYN")
        #expect(try bench.chosen(Bench.segment(.syn, family: family)) == 2)
        #expect(try bench.event(.SLUICE_FLOW_RESCHEDULED) == 1)
        #expect(try bench.forwarder.flows().count == (mode == .nat ? 2 : 1), "the old pair is gone")
        if mode == .nat {
            try bench.expectPass(reply(.ack, from: 1, family), .SLUICE_PASS_NOT_SERVICE, "of the old server")
            #expect(try bench.verdict(reply(.ack, from: 2, family)) == .SLUICE_REPLIED)
        }
    }

    @Test(arguments: families)
    func aSYNReusesAFlowInTimeWait(_ family: IPAddress.Family) throws {
        let bench = try Bench(two(.nat, family))
        #expect(try bench.chosen(Bench.segment(family: family)) == 1)
        try bench.verdict(reply([.syn, .ack], family))
        try bench.verdict(Bench.segment(.ack, family: family))
        try bench.verdict(Bench.segment(.fin, family: family))
        try bench.verdict(reply(.fin, family))
        #expect(try bench.forwarder.flows().allSatisfy { $0.state == .SLUICE_TCP_TIME_WAIT })
        #expect(try bench.chosen(Bench.segment(.syn, family: family)) == 2)
    }

    @Test(arguments: families)
    func aReplyKeyThatIsTakenMeansAnotherServerElseADrop(_ family: IPAddress.Family) throws {
        // Two ports of the VIP, one server's port behind both: the reply would look the same.
        let servers = [Bench.server(1, .nat, family, port: 80), Bench.server(2, .nat, family, port: 80)]
        let first = Bench.service(family, port: 80, .tcp, .rr, [servers[0]])
        let second = Bench.service(family, port: 443, .tcp, .rr, servers)
        let third = Bench.service(family, port: 444, .tcp, .rr, [servers[0]])
        let bench = try Bench(first, second, third)
        #expect(try bench.chosen(Bench.segment(to: 80, family: family)) == 1)
        #expect(try bench.chosen(Bench.segment(to: 443, family: family)) == 2, "whose turn it is not")
        try bench.expectDrop(Bench.segment(to: 444, family: family), .SLUICE_DROP_REPLY_TAKEN)
        #expect(try bench.chosen(Bench.segment(from: 1235, to: 444, family: family)) == 1, "another port of the client")
    }

    @Test(arguments: families)
    func repliesOfUnknownFlowsPass(_ family: IPAddress.Family) throws {
        let bench = try Bench(two(.nat, family))
        try bench.expectPass(reply(.ack, family), .SLUICE_PASS_NOT_SERVICE)
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        try bench.expectPass(reply(.ack, to: 1235, family), .SLUICE_PASS_NOT_SERVICE)
        try bench.expectPass(reply(.ack, from: 2, family), .SLUICE_PASS_NOT_SERVICE)
        #expect(try bench.verdict(reply(.ack, family)) == .SLUICE_REPLIED)
    }

    @Test(arguments: families)
    func aReplyThatIsCutOffIsADropIfItsFlowIsKnown(_ family: IPAddress.Family) throws {
        let bench = try Bench(two(.nat, family))
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        let whole = Packet(reply(.ack, family) + [Payload([1, 2, 3])]).bytes
        #expect(try bench.forwarder.run(Array(whole.dropLast())).verdict == .SLUICE_DROP_MALFORMED)
        let other = Packet(reply(.ack, to: 9, family) + [Payload([1, 2, 3])]).bytes
        #expect(try bench.forwarder.run(Array(other.dropLast())).verdict == .SLUICE_PASS_NOT_SERVICE)
    }

    @Test(arguments: families)
    func aReplyGoesBackByTheHopThatTheClientsPacketsCameBy(_ family: IPAddress.Family) throws {
        let bench = try Bench(two(.nat, family))
        let (first, other) = (MACAddress("02:c1:00:00:00:07")!, MACAddress("02:c1:00:00:00:08")!)
        func send(_ flags: TCP.Flags, _ port: UInt16, by mac: MACAddress) throws -> [UInt8] {
            var ask = Bench.segment(flags, from: port, family: family)
            ask[0] = Ethernet(source: mac, destination: W.own)
            let number = try #require(try bench.chosen(ask))
            return try bench.send(reply([.syn, .ack], from: number, to: port, family)).frame
        }
        #expect(try send(.syn, 1, by: first).starts(with: first.bytes + W.own.bytes))
        #expect(try send(.syn, 2, by: other).starts(with: first.bytes + W.own.bytes), "a SYN's source may be forged")
        #expect(
            try send(.ack, 2, by: other).starts(with: other.bytes + W.own.bytes), "an established connection's is not")
    }

    @Test(arguments: families)
    func udpIsHalfOpenUntilItsSecondPacket(_ family: IPAddress.Family) throws {
        let bench = try Bench(two(.nat, family, .udp))
        #expect(try bench.chosen(Bench.datagram(family: family)) == 1)
        #expect(try bench.forwarder.flows().map(\.state) == [.SLUICE_UDP_NEW, .SLUICE_UDP_NEW])
        #expect(try bench.chosen(Bench.datagram(family: family)) == 1)
        #expect(try bench.forwarder.flows().map(\.state) == [.SLUICE_UDP, .SLUICE_UDP])
    }

    @Test func tcpAndUDPFlowsOfTheSamePortsAreTwo() throws {
        let bench = try Bench(two(.dr, .ipv4), Bench.service(.ipv4, .udp, .rr, [Bench.server(3), Bench.server(4)]))
        #expect(try bench.chosen(Bench.segment()) == 1)
        #expect(try bench.chosen(Bench.datagram()) == 3)
        #expect(try bench.chosen(Bench.segment(.ack)) == 1)
        #expect(try bench.chosen(Bench.datagram()) == 3)
        #expect(try bench.forwarder.flows().map(\.transport).sorted() == [6, 17])
    }
}
