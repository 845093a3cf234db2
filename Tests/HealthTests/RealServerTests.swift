import Testing
import Wire

@testable import Health

/// The rules of real servers, one test each.
@Suite struct RealServerTests {
    @Test func `Without alpha servers are in the table before the first probe`() {
        let rig = ServiceRig.started(ServiceRig.settings(weights: [1, 5]))
        #expect(rig.weight(0) == 1 && rig.weight(1) == 5)
    }

    @Test func `With alpha servers are absent until they pass`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 5], alpha: true))
        #expect(rig.table.isEmpty)
        rig.pass(1)
        #expect(rig.weight(0) == nil && rig.weight(1) == 5)
    }

    @Test func `With alpha and inhibit_on_failure servers are there with weight 0`() {
        let rig = ServiceRig.started(
            ServiceRig.settings(weights: [4], alpha: true) { $0.servers[0].inhibitsOnFailure = true })
        #expect(rig.weight(0) == 0)
    }

    @Test func `With alpha the first failure is told`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1], alpha: true))
        let actions = rig.handle(.verdict(server: 0, checker: 0, .downFromStart(.refused)))
        #expect(actions.lines == ["RS [198.51.100.1]:tcp:8080 [192.0.2.1]:tcp:80 DOWN"])
    }

    @Test func `Servers that start up are told only with rs_init_notifies`() {
        var rig = ServiceRig(ServiceRig.settings(weights: [1]))
        #expect(rig.handle(.start).lines == ["VS [192.0.2.1]:tcp:80 UP"])
        rig = ServiceRig(ServiceRig.settings(weights: [1]) { $0.notifiesAtStart = true })
        #expect(
            rig.handle(.start).lines
                == ["RS [198.51.100.1]:tcp:8080 [192.0.2.1]:tcp:80 UP", "VS [192.0.2.1]:tcp:80 UP"])
    }

    @Test func `Alive if and only if all checkers are up`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1], checkers: 3))
        #expect(rig.fail(0, checker: 1).story == ["198.51.100.1 gone", "RS down"])
        #expect(rig.fail(0, checker: 2).story.isEmpty)
        #expect(rig.pass(0, checker: 1).story.isEmpty)
        #expect(rig.pass(0, checker: 2).story == ["198.51.100.1 1", "RS up"])
    }

    @Test func `A server without checkers is always up`() {
        let rig = ServiceRig.started(ServiceRig.settings(weights: [2], checkers: 0, alpha: true))
        #expect(rig.weight(0) == 2)
    }

    @Test func `With inhibit_on_failure a failed server keeps its place with weight 0`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [3, 1]) { $0.servers[0].inhibitsOnFailure = true })
        #expect(rig.fail(0).story == ["198.51.100.1 0", "RS down"])
        #expect(rig.pass(0).story == ["198.51.100.1 3", "RS up"])
    }

    @Test func `misc_dynamic changes the weight in the table, and the quorum`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [3]))
        #expect(rig.handle(.weight(server: 0, checker: 0, .absolute(9))).story == ["198.51.100.1 9"])
        #expect(rig.handle(.weight(server: 0, checker: 0, .absolute(9))).isEmpty)
        #expect(rig.handle(.weight(server: 0, checker: 0, .absolute(0))).story == ["198.51.100.1 0", "VS down"])
        #expect(rig.handle(.weight(server: 0, checker: 0, .absolute(1))).story == ["198.51.100.1 1", "VS up"])
    }

    @Test func `A weight that changes while the server is down takes effect when it is up`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [3, 3]))
        rig.fail(0)
        #expect(rig.handle(.weight(server: 0, checker: 0, .absolute(9))).story.isEmpty)
        #expect(rig.pass(0).story == ["198.51.100.1 9", "RS up"])
    }

    @Test func `FILE: what files add to the weight is summed, and bounded`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [10], checkers: 2))
        rig.handle(.weight(server: 0, checker: 0, .added(-4)))
        rig.handle(.weight(server: 0, checker: 1, .added(1)))
        #expect(rig.weight(0) == 7)
        rig.handle(.weight(server: 0, checker: 0, .added(-400)))
        #expect(rig.weight(0) == 0)
        rig.handle(.weight(server: 0, checker: 0, .added(2_147_483_647)))
        #expect(rig.weight(0) == 2_147_483_647)
    }

    @Test func `FILE: values that were read before the start are where a server starts from`() {
        var rig = ServiceRig(ServiceRig.settings(weights: [10, 10]))
        #expect(rig.handle(.weight(server: 0, checker: 0, .added(5))).isEmpty)
        #expect(rig.handle(.verdict(server: 1, checker: 0, .down(.file(1)))).isEmpty)
        rig.handle(.start)
        #expect(rig.weight(0) == 15 && rig.weight(1) == nil)
    }

    // MARK: Mails

    @Test func `A mail for each checker, or with no_checker_emails for each server`() {
        for isEach in [true, false] {
            var rig = ServiceRig.started(
                ServiceRig.settings(weights: [1, 1], checkers: 2) {
                    $0.servers[0].mailsAlerts = true
                    $0.mailsServerChangesOnly = !isEach
                })
            let first = rig.fail(0).mails
            #expect(first.map(\.body) == ["=> TCP CHECK failed on service : connection refused <="])
            #expect(
                first.first?.subjectLine(routerName: "lb1", service: ServiceRig.name)
                    == "[lb1] Realserver [198.51.100.1]:tcp:8080 of virtual server [192.0.2.1]:tcp:80 - DOWN")
            #expect(rig.fail(0, checker: 1).mails.count == (isEach ? 1 : 0))
            #expect(rig.pass(0).mails.count == (isEach ? 1 : 0))
            #expect(rig.pass(0, checker: 1).mails.map(\.body) == ["=> TCP CHECK succeed on service <="])
            #expect(rig.fail(1).mails.isEmpty, "not asked for")
        }
    }

    // MARK: Slow start

    @Test func `Slow start: a tenth of the weight at once, and a tenth more after each tenth of the time`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [25, 1]) { $0.slowStart = .seconds(20) })
        #expect(rig.weight(0) == 25, "not at the start")
        rig.fail(0)
        rig.pass(0)
        var weights = [rig.weight(0)]
        while let due = rig.service.nextDeadline {
            #expect(due - rig.now == .seconds(2))
            rig.now = due
            rig.handle(.timer)
            weights.append(rig.weight(0))
        }
        #expect(weights == [3, 5, 8, 10, 13, 15, 18, 20, 23, 25])
    }

    @Test func `Slow start: a late timer catches up, a failure ends it, weight 0 stays 0`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [100, 0]) { $0.slowStart = .seconds(10) })
        for server in 0...1 {
            rig.fail(server)
            rig.pass(server)
        }
        #expect(rig.weight(1) == 0)
        rig.now = rig.now + .milliseconds(4_500)
        rig.handle(.timer)
        #expect(rig.weight(0) == 50)
        rig.fail(0)
        #expect(rig.weight(0) == nil)
        rig.fail(1)
        #expect(rig.service.nextDeadline == nil)
        rig.pass(0)
        rig.now = rig.now + .seconds(1_000)
        rig.handle(.timer)
        #expect(rig.weight(0) == 100)
        #expect(rig.service.nextDeadline == nil)
    }

    @Test func `Slow start: the quorum counts the whole weight`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [10]) {
                $0.quorum = 10
                $0.slowStart = .seconds(10)
            })
        rig.fail(0)
        #expect(rig.pass(0).story == ["198.51.100.1 1", "RS up", "VS up"])
    }

    @Test func `Slow start: the first success with alpha is no return`() {
        var rig = ServiceRig.started(
            ServiceRig.settings(weights: [10], alpha: true) { $0.slowStart = .seconds(10) })
        rig.pass(0)
        #expect(rig.weight(0) == 10)
    }
}
