import Testing
import Wire

@testable import Health

/// The rules of quorum, sorry server, stop and reload, one test each.
@Suite struct QuorumTests {
    private static let upLine = "VS [192.0.2.1]:tcp:80 UP"
    private static let downLine = "VS [192.0.2.1]:tcp:80 DOWN"

    @Test func `The start gains the quorum, and tells`() {
        var rig = ServiceRig(ServiceRig.settings(weights: [1]) { $0.mailsAlerts = true })
        let actions = rig.handle(.start)
        #expect(actions.lines == [Self.upLine])
        #expect(actions.mails.map(\.body) == ["=> Starting with quorum up 1+0=1 <= 1 <="])
    }

    @Test func `A start below quorum and hysteresis is silent without a sorry server`() {
        var rig = ServiceRig(
            ServiceRig.settings(weights: [1, 1]) {
                $0.quorum = 2
                $0.hysteresis = 1
            })
        #expect(rig.handle(.start).lines.isEmpty)
        #expect(!rig.service.hasQuorum)
    }

    @Test func `Alpha with a sorry server: it stands in from the start`() {
        var rig = ServiceRig(ServiceRig.settings(weights: [1], alpha: true) { $0.sorryWeight = 1 })
        #expect(rig.handle(.start).story == ["sorry 1", "VS down"])
        #expect(rig.pass(0).story == ["RS up", "198.51.100.1 1", "sorry gone", "VS up"])
    }

    @Test func `The quorum is lost below quorum minus hysteresis, and gained at quorum plus hysteresis`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1, 1, 1, 1, 1]) {
                $0.quorum = 3
                $0.hysteresis = 1
            })
        #expect(rig.fail(0).lines.count == 1)
        #expect(rig.fail(1).lines.count == 1)
        #expect(rig.fail(2).lines.count == 1, "2 is 3-1")
        #expect(rig.fail(3).lines.last == Self.downLine)
        #expect(rig.pass(3).lines.count == 1)
        #expect(rig.pass(2).lines.count == 1)
        #expect(rig.pass(1).lines.last == Self.upLine, "4 is 3+1")
    }

    @Test func `Weights are what counts, not servers`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [10, 1]) { $0.quorum = 5 })
        #expect(rig.fail(1).lines.count == 1)
        rig.pass(1)
        #expect(rig.fail(0).lines.last == Self.downLine)
    }

    @Test func `No weight at all is no quorum, whatever the quorum`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1]) { $0.quorum = 0 })
        #expect(rig.fail(0).lines.last == Self.downLine)
        #expect(ServiceRig.started(ServiceRig.settings(weights: [0]) { $0.quorum = 0 }).service.hasQuorum == false)
    }

    @Test func `Losing the quorum puts the sorry server in place of every real server, and back`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1, 1, 1]) {
                $0.quorum = 2
                $0.sorryWeight = 7
            })
        rig.fail(0)
        let lost = rig.fail(1)
        #expect(lost.story == ["198.51.100.2 gone", "RS down", "sorry 7", "198.51.100.3 gone", "VS down"])
        #expect(rig.table == [.sorryServer: 7])
        let gained = rig.pass(0)
        #expect(gained.story == ["RS up", "198.51.100.1 1", "198.51.100.3 1", "sorry gone", "VS up"])
    }

    @Test func `While the sorry server stands in, servers and weights change silently`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1, 1, 1]) {
                $0.quorum = 3
                $0.sorryWeight = 1
            })
        rig.fail(0)
        #expect(rig.fail(1).story == ["RS down"])
        #expect(rig.pass(1).story == ["RS up"])
        rig.handle(.weight(server: 2, checker: 0, .absolute(4)))
        #expect(rig.weight(2) == 4, "that gave the quorum back")
    }

    @Test func `With inhibit_on_failure servers have weight 0 while the sorry server stands in`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1, 1]) {
                $0.quorum = 2
                $0.sorryWeight = 1
                for index in 0...1 { $0.servers[index].inhibitsOnFailure = true }
            })
        rig.fail(0)
        #expect(rig.weight(0) == 0 && rig.weight(1) == 0 && rig.sorryWeight == 1)
        rig.pass(0)
        #expect(rig.weight(0) == 1 && rig.weight(1) == 1 && rig.sorryWeight == nil)
    }

    @Test func `sorry_server_inhibit: the sorry server is there with weight 0`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1]) {
                $0.sorryWeight = 3
                $0.sorryInhibits = true
            })
        #expect(rig.sorryWeight == 0)
        rig.fail(0)
        #expect(rig.sorryWeight == 3)
        rig.pass(0)
        #expect(rig.sorryWeight == 0)
    }

    @Test func `Without a sorry server servers stay in the table below the quorum`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]) { $0.quorum = 2 })
        #expect(rig.fail(0).lines.last == Self.downLine)
        #expect(rig.weight(1) == 1)
    }

    @Test func `The mail says the figures`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1, 1, 1]) {
                $0.quorum = 2
                $0.hysteresis = 1
                $0.mailsAlerts = true
            })
        rig.fail(0)
        rig.fail(1)
        #expect(rig.fail(2).mails.map(\.body) == ["=> Lost quorum 2-1=1 > 0 <="])
        rig.pass(0)
        rig.pass(1)
        let mail = rig.pass(2).mails
        #expect(mail.map(\.body) == ["=> Gained quorum 2+1=3 <= 3 <="])
        #expect(
            mail.first?.subjectLine(routerName: "lb1", service: ServiceRig.name)
                == "[lb1] Virtualserver [192.0.2.1]:tcp:80 - UP")
    }

    @Test func `Groups and marks are named as keepalived names them`() {
        let up = Notice(subject: .service, isUp: true)
        let server = Notice(subject: .server(ServiceRig.place("2001:db8::1", 80)), isUp: false)
        let group = ServiceName.group("web", protocolName: "udp")
        #expect(up.fifoLine(service: group) == "VS [web]:0 UP\n")
        #expect(server.fifoLine(service: group) == "RS [2001:db8::1]:udp:80 [web]:0 DOWN\n")
        #expect(up.fifoLine(service: .firewallMark(7)) == "VS FWM 7 UP\n")
        #expect(server.fifoLine(service: .firewallMark(7)) == "RS [2001:db8::1]:none:80 FWM 7 DOWN\n")
    }

    // MARK: Stop

    @Test func `Stopping takes everything out, and without omega tells nobody`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]))
        let actions = rig.handle(.stop(.shutdown))
        #expect(actions.lines.isEmpty && rig.table.isEmpty)
        #expect(rig.pass(0).isEmpty, "nothing comes after it")
    }

    @Test func `Omega: stopping tells of servers that are up, then of the service`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1, 1]) {
                $0.notifiesAtStop = true
                $0.mailsAlerts = true
                $0.servers[1].mailsAlerts = true
            })
        rig.fail(0)
        let actions = rig.handle(.stop(.shutdown))
        #expect(actions.story == ["198.51.100.2 gone", "RS down", "VS down"])
        #expect(actions.mails.map(\.body) == ["=> Shutting down <=", "=> Shutting down <="])
        for case .notify(let notice) in actions { #expect(notice.isStopping) }
    }

    @Test func `Omega: servers that the sorry server stands in for are not told`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [1, 1]) {
                $0.notifiesAtStop = true
                $0.quorum = 2
                $0.sorryWeight = 1
            })
        rig.fail(0)
        #expect(rig.handle(.stop(.shutdown)).story == ["sorry gone", "VS down"])
    }
}
