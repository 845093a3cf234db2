import CSluiceABI
import Testing
import Wire

/// Which destination a packet takes, and which packets take none.
@Suite struct ModelFlowTests {
    private func verdict(_ model: inout Model, _ flags: TCP.Flags, from port: UInt16 = 1234) -> sluice_verdict {
        model.process(W.frame(W.ipv4(), W.tcp(flags, from: port))).verdict
    }

    private func three(_ scheduler: sluice_scheduler, ring: [UInt32] = [1, 2, 3]) -> Model {
        W.model(
            [W.service(.v4(W.vip), 80, IPProtocol.tcp, scheduler, ring: ring)],
            (1...3).map { W.destination($0, .SLUICE_MODE_DR) })
    }

    private func chosen(_ model: inout Model, _ flags: TCP.Flags = .syn, from port: UInt16) -> UInt32? {
        let frame = Frame.dissect(model.process(W.frame(W.ipv4(), W.tcp(flags, from: port))).frame)
        return (1...3).first { frame.ethernet?.destination == W.serverMAC($0) }
    }

    @Test func roundRobinFollowsTheRingAndFlowsStay() {
        var model = three(.SLUICE_SCHEDULER_RR)
        #expect((1...4).map { chosen(&model, from: $0) } == [1, 2, 3, 1])
        #expect((1...4).map { chosen(&model, .ack, from: $0) } == [1, 2, 3, 1])
    }

    @Test func theCursorMovesThoughNoFlowIsInserted() {
        var model = three(.SLUICE_SCHEDULER_WRR)
        model.destinations[1]?.isResolved = false
        #expect(verdict(&model, .syn, from: 1) == .SLUICE_DROP_NO_NEIGHBOUR)
        #expect(model.flows.connections.isEmpty)
        #expect(chosen(&model, from: 1) == 2)
    }

    @Test func hashesOnlyTheAddressUnlessAskedTo() {
        for scheduler in [sluice_scheduler.SLUICE_SCHEDULER_SH, .SLUICE_SCHEDULER_MH] {
            let ring = (0..<256).map { UInt32($0 % 3 + 1) }
            var model = three(scheduler, ring: ring)
            #expect(Set((1...40).map { chosen(&model, from: $0) }).count == 1)
            model.services[0].hashesPort = true
            #expect(Set((100...140).map { chosen(&model, from: $0) }).count > 1)
        }
    }

    @Test func onlyHashSchedulersPickUpMidstream() {
        var rr = three(.SLUICE_SCHEDULER_RR)
        #expect(verdict(&rr, .ack) == .SLUICE_DROP_NO_FLOW)
        #expect(verdict(&rr, [.syn, .ack]) == .SLUICE_DROP_NO_FLOW)
        var mh = three(.SLUICE_SCHEDULER_MH)
        #expect(verdict(&mh, .rst) == .SLUICE_DROP_NO_FLOW)
        #expect(verdict(&mh, .ack) == .SLUICE_FORWARDED)
        #expect(mh.flows.connections.values.map(\.state) == [.SLUICE_TCP_PICKED_UP])
        #expect(mh.events[.SLUICE_FLOW_PICKED_UP] == 1)
        #expect(verdict(&mh, .ack) == .SLUICE_FORWARDED)
        #expect(mh.flows.connections.values.map(\.state) == [.SLUICE_TCP_ESTABLISHED])
        mh.services[0].dropsMidstream = true
        #expect(verdict(&mh, .ack, from: 9) == .SLUICE_DROP_NO_FLOW)
    }

    @Test func statesFollowTheInputOnlyRow() {
        var model = three(.SLUICE_SCHEDULER_RR)
        let steps: [(TCP.Flags, sluice_flow_state)] = [
            (.syn, .SLUICE_TCP_SYN_RECV), ([], .SLUICE_TCP_SYN_RECV), (.ack, .SLUICE_TCP_ESTABLISHED),
            (.syn, .SLUICE_TCP_ESTABLISHED), ([.fin, .ack], .SLUICE_TCP_FIN_WAIT), (.ack, .SLUICE_TCP_FIN_WAIT),
            ([.rst, .syn], .SLUICE_TCP_CLOSE),
        ]
        for (flags, state) in steps {
            #expect(verdict(&model, flags) == .SLUICE_FORWARDED)
            #expect(model.flows.connections.values.map(\.state) == [state], "after \(flags)")
        }
    }

    @Test func natUsesBothRowsForOneState() {
        var model = W.model([W.service()], [W.destination(1, .SLUICE_MODE_NAT)])
        func state() -> [sluice_flow_state] { model.flows.connections.values.map(\.state) }
        _ = model.process(W.frame(W.ipv4(), W.tcp()))
        let back = IPv4(source: W.server(1), destination: W.client)
        _ = model.process(W.frame(back, TCP(source: 80, destination: 1234, flags: [.ack])))
        #expect(state() == [.SLUICE_TCP_ESTABLISHED])
        _ = model.process(W.frame(W.ipv4(), W.tcp([.fin, .ack])))
        #expect(state() == [.SLUICE_TCP_CLOSE_WAIT])
        _ = model.process(W.frame(back, TCP(source: 80, destination: 1234, flags: [.fin, .ack])))
        #expect(state() == [.SLUICE_TCP_TIME_WAIT])
    }

    @Test func aSYNReusesAClosedFlow() {
        var model = three(.SLUICE_SCHEDULER_RR)
        #expect(chosen(&model, from: 7) == 1)
        #expect(chosen(&model, from: 7) == 1, "in SYN_RECV it is a retransmission")
        #expect(verdict(&model, .ack, from: 7) == .SLUICE_FORWARDED)
        #expect(verdict(&model, .rst, from: 7) == .SLUICE_FORWARDED)
        #expect(chosen(&model, from: 7) == 2)
        #expect(model.events[.SLUICE_FLOW_RESCHEDULED] == 1)
        #expect(model.flows.connections.count == 1)
    }

    @Test func flowsOfARemovedServer() {
        var model = three(.SLUICE_SCHEDULER_RR)
        #expect(chosen(&model, from: 7) == 1)
        model.destinations[1]?.isAvailable = false
        model.services[0].ring = [2, 3]
        #expect(verdict(&model, .ack, from: 7) == .SLUICE_DROP_SERVER_REMOVED)
        model.services[0].reschedules = true
        #expect(verdict(&model, .ack, from: 7) == .SLUICE_DROP_NO_FLOW)
        #expect(model.flows.connections.isEmpty)
        #expect(chosen(&model, from: 7) == 3)
    }

    @Test func aDrainingServiceForwardsOnlyWhatItKnows() {
        var model = three(.SLUICE_SCHEDULER_RR)
        #expect(verdict(&model, .syn, from: 7) == .SLUICE_FORWARDED)
        model.services[0].isActive = false
        #expect(verdict(&model, .ack, from: 7) == .SLUICE_PASS_BACKUP)
        model.services[0].drains = true
        #expect(verdict(&model, .ack, from: 7) == .SLUICE_FORWARDED)
        #expect(verdict(&model, .syn, from: 8) == .SLUICE_PASS_BACKUP)
    }

    @Test func flowsExpire() {
        var model = three(.SLUICE_SCHEDULER_RR)
        model.flows.timeouts = [.SLUICE_TCP_SYN_RECV: 10]
        #expect(verdict(&model, .syn) == .SLUICE_FORWARDED)
        model.tick = 10
        #expect(verdict(&model, []) == .SLUICE_FORWARDED)
        model.tick = 21
        #expect(verdict(&model, .ack) == .SLUICE_DROP_NO_FLOW)
    }

    @Test func noServer() {
        var model = three(.SLUICE_SCHEDULER_SH, ring: [])
        #expect(verdict(&model, .syn) == .SLUICE_DROP_NO_SERVER)
        model.services[0].ring = [UInt32](repeating: SLUICE_RING_NONE, count: 256)
        #expect(verdict(&model, .syn) == .SLUICE_DROP_NO_SERVER)
    }

    @Test("two VIPs with one NAT server: the second flow of a client's port takes another server, or none")
    func aTakenReplyKey() {
        var second = W.destination(2, .SLUICE_MODE_NAT, port: 8080)
        second.address = .v4(W.server(1))
        second.service = 1
        var third = W.destination(3, .SLUICE_MODE_NAT, port: 8080)
        third.service = 1
        var model = W.model(
            [W.service(), W.service(.v4(W.vip), 443, ring: [2])],
            [W.destination(1, .SLUICE_MODE_NAT, port: 8080), second, third])
        #expect(verdict(&model, .syn) == .SLUICE_FORWARDED)
        let frame = W.frame(W.ipv4(), W.tcp(to: 443))
        #expect(model.process(frame).verdict == .SLUICE_DROP_REPLY_TAKEN)
        model.services[1].ring = [2, 2, 2, 2, 2, 2, 2, 2, 3]
        model.cursors[1] = 0
        #expect(model.process(frame).verdict == .SLUICE_DROP_REPLY_TAKEN, "eight entries are tried, not nine")
        let result = Frame.dissect(model.process(frame).frame)
        #expect(result.addresses.first?.destination == .v4(W.server(3)))
    }
}
