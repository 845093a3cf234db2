import Testing
import Wire

@testable import VRRP

/// Virtual routers of one director in a sync group, with the driver's loop between them.
struct GroupRig {
    var routers: [VirtualRouter]
    var group: SyncGroup
    var now = Instant(nanoseconds: 1_000_000_000_000)
    var log: [String] = []
    private var buffer = VirtualRouter.Actions()

    init(_ count: Int, priority: UInt8 = 100) {
        var settings = Rig.settings(priority: priority)
        settings.isGrouped = true
        routers = (0..<count).map { index in
            settings.name = "VI_\(index)"
            return VirtualRouter(settings)
        }
        group = SyncGroup(name: "VG", members: routers.map(\.settings.name))
    }

    mutating func handle(_ event: VirtualRouter.Event, of member: Int) {
        buffer.removeAll()
        routers[member].handle(event, at: now, into: &buffer)
        for case .notify(let transition) in buffer.list { log.append("\(member) \(transition.to)") }
        for case .sendAdvert(0) in buffer.list { log.append("\(member) gives up") }
        var orders: [SyncGroup.Action] = []
        group.handle(routers[member].groupStatus, of: member, into: &orders)
        for order in orders {
            switch order {
            case .order(let other, let event): handle(event, of: other)
            case .notify(_, let to): log.append("group \(to)")
            }
        }
    }

    mutating func all(_ event: VirtualRouter.Event) {
        for member in routers.indices { handle(event, of: member) }
    }

    mutating func hear(_ priority: UInt8, of member: Int) {
        handle(.advert(ReceivedAdvert(sender: Rig.lower, priority: priority, interval: .seconds(1))), of: member)
    }

    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while let due = routers.compactMap(\.nextDeadline).min(), due <= end {
            now = max(now, due)
            for member in routers.indices where routers[member].nextDeadline ?? end + .seconds(1) <= now {
                handle(.timer, of: member)
            }
        }
        now = end
    }

    var states: [VirtualRouter.State] { routers.map(\.state) }

    static func active(_ count: Int) -> GroupRig {
        var rig = GroupRig(count)
        rig.all(.start)
        rig.pass(.seconds(4))
        rig.log = []
        return rig
    }
}

@Suite struct GroupTests {
    @Test func r37_membersBecomeActiveTogetherAndTheGroupIsNotifiedLast() {
        var rig = GroupRig(3)
        rig.all(.start)
        #expect(rig.log == ["0 backup", "1 backup", "2 backup", "group backup"])
        rig.log = []
        rig.pass(.seconds(4))
        #expect(rig.states == [.active, .active, .active])
        #expect(rig.log == ["0 active", "1 active", "2 active", "group active"])
    }

    @Test func r37_oneLinkWithoutAPeerMovesNothing() {
        var rig = GroupRig(2)
        rig.all(.start)
        for _ in 0..<20 {
            rig.hear(200, of: 0)
            rig.pass(.seconds(1))
        }
        #expect(rig.states == [.backup, .backup])
        #expect(rig.routers[1].wantsActive)
        rig.pass(.seconds(4))
        #expect(rig.states == [.active, .active])
    }

    @Test func r37_anAdvertTakesTheWishBack() {
        var rig = GroupRig(2)
        rig.all(.start)
        for _ in 0..<4 {
            rig.hear(200, of: 0)
            rig.pass(.seconds(1))
        }
        rig.hear(200, of: 1)
        #expect(!rig.routers[1].wantsActive)
        rig.pass(.milliseconds(3000))
        #expect(rig.states == [.backup, .backup])
    }

    @Test func r37_aFaultOfOneFaultsAll() {
        var rig = GroupRig.active(3)
        rig.handle(.fault(.interface, isRaised: true), of: 1)
        #expect(rig.states == [.fault, .fault, .fault])
        #expect(
            rig.log == [
                "1 fault", "1 gives up", "0 fault", "0 gives up", "2 fault", "2 gives up", "group fault",
            ])
        rig.log = []
        rig.handle(.fault(.interface, isRaised: false), of: 1)
        #expect(rig.states == [.backup, .backup, .backup])
        #expect(rig.log.last == "group backup")
    }

    @Test func r37_twoFaultsBothHaveToGo() {
        var rig = GroupRig.active(2)
        rig.handle(.fault(.interface, isRaised: true), of: 0)
        rig.handle(.fault(.tracker, isRaised: true), of: 1)
        rig.handle(.fault(.interface, isRaised: false), of: 0)
        #expect(rig.states == [.fault, .fault])
        rig.handle(.fault(.tracker, isRaised: false), of: 1)
        #expect(rig.states == [.backup, .backup])
        #expect(rig.routers.allSatisfy { $0.faults.isEmpty })
    }

    @Test func r37_preemptionOfOneMovesAll() {
        var rig = GroupRig.active(2)
        rig.hear(200, of: 0)
        #expect(rig.states == [.leaving, .leaving])
        #expect(rig.log == ["0 leaving", "1 leaving", "1 gives up"])
        rig.hear(200, of: 1)
        for _ in 0..<3 {
            rig.pass(.seconds(1))
            rig.hear(200, of: 0)
            rig.hear(200, of: 1)
        }
        #expect(rig.states == [.backup, .backup])
        #expect(rig.log.last == "group backup")
    }

    @Test func r37_releaseAndShutdownOfAll() {
        var rig = GroupRig.active(2)
        rig.all(.release)
        #expect(rig.states == [.leaving, .leaving])
        rig.pass(.seconds(5))
        #expect(rig.states == [.active, .active], "nobody took over")
        rig.all(.shutdown(.handover))
        rig.pass(.seconds(5))
        #expect(rig.states == [.initialize, .initialize])
        #expect(rig.log.last == "group initialize")
    }

    @Test func r37_aReleaseWithASuccessorForOneMemberOnlyTearsNothing() {
        var rig = GroupRig.active(2)
        rig.all(.release)
        for _ in 0..<4 {
            rig.hear(200, of: 0)
            rig.pass(.seconds(1))
            #expect(rig.states != [.backup, .active])
        }
    }

    @Test func r37_ownersMoveTogetherToo() {
        var rig = GroupRig(2, priority: 255)
        rig.handle(.start, of: 0)
        #expect(rig.states == [.backup, .initialize])
        rig.handle(.start, of: 1)
        #expect(rig.states == [.active, .active])
    }

    @Test func aMemberInTheGroupsStateIsNotNotifiedAgain() {
        var rig = GroupRig.active(2)
        rig.handle(.fault(.interface, isRaised: true), of: 0)
        rig.log = []
        rig.handle(.fault(.tracker, isRaised: true), of: 1)
        #expect(rig.log.isEmpty)
    }

    @Test func weightsAreIgnoredWithoutTrackingWeight() {
        let trackers = [PriorityLedger.Tracker(.script, name: "check", weight: -20)]
        var ledger = PriorityLedger(base: 100, trackers: SyncGroup.weightless(trackers))
        _ = ledger.record(.down, of: 0)
        #expect(ledger.isFaulted && ledger.priority == 100)
    }

    @Test func aReloadedGroupResumes() {
        let active = GroupRig.active(2)
        var actions: [SyncGroup.Action] = []
        let same = SyncGroup(name: "VG", resuming: active.routers, into: &actions)
        #expect(same.state == .active && actions.isEmpty)
        var third = GroupRig(3)
        third.all(.start)
        let mixed = SyncGroup(name: "VG", resuming: active.routers + [third.routers[2]], into: &actions)
        #expect(mixed.state == .initialize)
        #expect(actions == [.order(member: 0, .group(.retreat)), .order(member: 1, .group(.retreat))])
    }
}
