import Testing
import Wire

@testable import Health

/// What a reload keeps and changes.
@Suite struct ServiceReloadTests {
    @Test func `Reload: nothing changed, nothing happens`() {
        let settings = ServiceRig.settings(weights: [1, 2]) { $0.sorryWeight = 1 }
        var rig = ServiceRig.started(settings)
        rig.fail(0)
        #expect(rig.handle(.configure(settings)).isEmpty)
    }

    @Test func `Reload: a server that was down stays down`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]))
        rig.fail(0)
        #expect(rig.handle(.configure(ServiceRig.settings(weights: [5, 1]))).story.isEmpty)
        #expect(rig.weight(0) == nil)
        #expect(rig.pass(0).story.first == "198.51.100.1 5")
    }

    @Test func `Reload: a new weight takes effect, and one set by misc_dynamic is kept`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]))
        rig.handle(.weight(server: 0, checker: 0, .absolute(9)))
        rig.handle(.configure(ServiceRig.settings(weights: [1, 7])))
        #expect(rig.weight(0) == 9 && rig.weight(1) == 7)
    }

    @Test func `Reload: a removed server goes and is told, a new one comes`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]))
        var settings = ServiceRig.settings(weights: [1, 1, 1])
        settings.servers.remove(at: 0)
        let actions = rig.handle(.configure(settings))
        #expect(actions.lines == ["RS [198.51.100.1]:tcp:8080 [192.0.2.1]:tcp:80 DOWN"])
        #expect(rig.weight(0) == nil && rig.weight(1) == 1 && rig.weight(2) == 1)
        #expect(rig.fail(1).lines == ["RS [198.51.100.3]:tcp:8080 [192.0.2.1]:tcp:80 DOWN"], "counted anew")
    }

    @Test func `Reload: a server whose failed checker is gone is up again`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1], checkers: 2))
        rig.fail(0, checker: 1)
        #expect(
            rig.handle(.configure(ServiceRig.settings(weights: [1, 1], checkers: 1))).story.prefix(2) == [
                "198.51.100.1 1", "RS up",
            ])
    }

    @Test func `Reload: a new alpha checker of a server that is well counts as up`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1]))
        rig.handle(.verdict(server: 0, checker: 0, .up))
        rig.handle(.configure(ServiceRig.settings(weights: [1], checkers: 2, alpha: true)))
        #expect(rig.weight(0) == 1)
        rig.fail(0)
        #expect(rig.weight(0) == nil)
        rig.handle(.configure(ServiceRig.settings(weights: [1], checkers: 3, alpha: true)))
        #expect(!rig.service.servers[0].standings[2].isUp, "of one that is down, as down")
    }

    @Test func `Reload: inhibit_on_failure decides anew about a server that is down`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]))
        rig.fail(0)
        rig.handle(.configure(ServiceRig.settings(weights: [1, 1]) { $0.servers[0].inhibitsOnFailure = true }))
        #expect(rig.weight(0) == 0)
        rig.handle(.configure(ServiceRig.settings(weights: [1, 1])))
        #expect(rig.weight(0) == nil)
    }

    @Test func `Reload: the sorry server comes and goes with its line, and real servers with it`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]) { $0.quorum = 2 })
        rig.fail(0)
        let with = ServiceRig.settings(weights: [1, 1]) {
            $0.quorum = 2
            $0.sorryWeight = 1
        }
        rig.handle(.configure(with))
        #expect(rig.sorryWeight == 1 && rig.weight(1) == nil)
        rig.handle(.configure(ServiceRig.settings(weights: [1, 1]) { $0.quorum = 2 }))
        #expect(rig.sorryWeight == nil && rig.weight(1) == 1)
    }

    @Test func `Reload: another quorum may be gained or lost`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1, 1]))
        #expect(rig.handle(.configure(ServiceRig.settings(weights: [1, 1]) { $0.quorum = 3 })).story == ["VS down"])
        #expect(rig.handle(.configure(ServiceRig.settings(weights: [1, 1]) { $0.quorum = 2 })).story == ["VS up"])
    }

    @Test func `Reload: a service that is removed is told if it was up`() {
        var rig = ServiceRig.started(ServiceRig.settings(weights: [1]))
        #expect(rig.handle(.stop(.removed)).story == ["198.51.100.1 gone", "RS down", "VS down"])
        rig = ServiceRig.started(ServiceRig.settings(weights: [1], alpha: true))
        #expect(rig.handle(.stop(.removed)).story.isEmpty)
    }
}
