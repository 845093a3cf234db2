import Testing
import Wire

@testable import VRRP

/// Two routers that are active at once: what each of them says of it.
@Suite struct SplitBrainTests {
    @Test func r31_oneCrossingAdvertIsNoSplitBrain() {
        var rig = Rig.active()
        rig.pass(.milliseconds(10))
        #expect(rig.hear(50).entries.isEmpty)
        #expect(rig.router.splitBrain(at: rig.now) == nil && rig.router.statistics.splitBrains == 0)
        rig.pass(.seconds(1))
        #expect(rig.hear(50).entries == [.otherActive(Rig.lower, priority: 50)])
        let split = rig.router.splitBrain(at: rig.now)
        #expect(split?.peer == Rig.lower && split?.adverts == 2)
        #expect(split.map { rig.now - $0.since } == .seconds(1))
        #expect(rig.router.statistics.splitBrains == 1)
    }

    @Test func r31_anAdvertLongAfterTheTakeoverIsOneAtOnce() {
        var rig = Rig.active()
        rig.pass(.milliseconds(1_100))
        #expect(rig.hear(50).entries == [.otherActive(Rig.lower, priority: 50)])
        #expect(rig.hear(50).entries.isEmpty, "one line a second")
        rig.pass(.milliseconds(1_000))
        #expect(rig.hear(50).entries == [.otherActive(Rig.lower, priority: 50)])
        #expect(rig.router.statistics.splitBrains == 1, "it is still the same")
        rig.pass(.seconds(5))
        #expect(rig.router.splitBrain(at: rig.now) == nil, "over when nothing is heard for a master-down interval")
        #expect(rig.router.lastSplitBrain?.adverts == 3)
        rig.hear(50)
        #expect(rig.router.statistics.splitBrains == 2, "and the next one is another")
    }

    /// Else the better one could never know, nor announce its addresses to those that have learned ours.
    @Test func r30_whoTookSilenceForDeathAnswersABetterOneOnce() {
        var rig = Rig.active()
        rig.pass(.seconds(10))
        #expect(rig.hear(200).adverts == [100])
        #expect(rig.router.state == .leaving)
        #expect(rig.hear(200).adverts.isEmpty)
        #expect(rig.router.statistics.splitBrains == 0, "it may as well be a better router that has come back")
        var strict = Rig.settings()
        strict.applyStrictMode()
        var silent = Rig.active(strict)
        #expect(silent.hear(200).adverts.isEmpty)
    }

    @Test func r30_whoWasGivenTheRoleYieldsInSilence() {
        var rig = Rig.backup()
        rig.hear(0)
        rig.pass(rig.untilDeadline)
        #expect(rig.router.state == .active)
        #expect(rig.hear(200).adverts.isEmpty)
    }

    @Test(arguments: [(200, 100), (100, 200), (100, 100)] as [(UInt8, UInt8)])
    func r30_aHealedPartitionIsOverWithinAnIntervalAndSaid(priorities: (UInt8, UInt8)) {
        for heals in stride(from: 0, to: 1000, by: 97) {
            var pair = Pair.settled(priorities)
            pair.isCut = true
            pair.pass(10_000 + heals)
            #expect(pair.states == [.active, .active])
            pair.isCut = false
            pair.doubles = 0
            pair.pass(1_001)
            let active = pair.states.firstIndex(of: .active)
            #expect(pair.states.filter { $0 == .active }.count == 1)
            let split = active.flatMap { pair.routers[$0].lastSplitBrain }
            #expect(split?.isCertain == true, "healed \(heals) ms after the last advert")
            #expect(active.map { pair.routers[$0].statistics.splitBrains } == 1)
        }
    }

    @Test func timerExpiredBackupAsksWhenTheOthersActed() {
        for (others, lateness, yields): (UInt8?, Int, Bool) in [
            (254, 2_100, true), (254, 1_900, false), (nil, 2_500, false), (nil, 2_700, true), (1, 2_900, false),
        ] {
            var settings = Rig.settings()
            settings.yieldsWhenLate = true
            settings.othersPriority = others
            var rig = Rig.active(settings)
            rig.now = rig.now + .seconds(1) + .milliseconds(lateness)
            #expect((rig.handle(.timer).transitions.map(\.reason) == [.overslept]) == yields, "\(lateness)")
        }
    }

    /// The shell delivers what waited in the socket before the timer.
    @Test func anActiveRouterThatSleptIsLateAlsoIfItHearsAnAdvertFirst() {
        var rig = Rig.active()
        rig.now = rig.now + .seconds(10)
        #expect(rig.hear(50).entries.first == .late(.seconds(9)))
        #expect(rig.router.state == .active)
        var settings = Rig.settings()
        settings.yieldsWhenLate = true
        var yielding = Rig.active(settings)
        yielding.now = yielding.now + .seconds(10)
        #expect(yielding.hear(50).transitions.map(\.reason) == [.overslept])
    }

    @Test func unicastWithoutAPeerIsAFault() {
        var rig = Rig.backup()
        rig.handle(.fault(.noPeer, isRaised: true))
        #expect(rig.router.state == .fault)
    }
}
