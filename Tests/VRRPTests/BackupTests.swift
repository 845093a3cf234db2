import Testing
import Wire

@testable import VRRP

/// Requirements 20 to 28 and 46: the backup and its timer.
@Suite struct BackupTests {
    @Test func r20_downTimerTakesTheLearnedInterval() {
        var rig = Rig.backup()
        #expect(rig.untilDeadline == .milliseconds(3000) + .nanoseconds(609_375_000))
        let actions = rig.hear(200, interval: .milliseconds(100))
        #expect(actions.entries == [.intervalLearned(.milliseconds(100))])
        #expect(rig.untilDeadline == .nanoseconds(360_937_500))
    }

    @Test func r21_v2DownTimer() {
        let rig = Rig.backup(Rig.settings(version: .v2, interval: .seconds(2)))
        #expect(rig.untilDeadline == .microseconds(6_609_375))
    }

    @Test func r22_priorityZeroAdvertWaitsSkewOnly() {
        for (version, skew) in [(VRRPVersion.v2, 609_375_000), (.v3, 60_937_500)] {
            var rig = Rig.backup(
                Rig.settings(version: version, interval: version == .v2 ? .seconds(1) : .milliseconds(100)))
            let actions = rig.hear(0)
            #expect(actions == [.log(.priorityZero(Rig.lower))])
            #expect(rig.untilDeadline == .nanoseconds(skew))
            let taken = rig.pass(rig.untilDeadline)
            #expect(taken.transitions.map(\.reason) == [.peerGaveUp])
        }
    }

    @Test func r22_aThirdRouterThatStopsSaysNothingAboutTheActiveOne() {
        var rig = Rig.backup()
        let due = rig.router.nextDeadline
        rig.hear(0, from: Rig.higher)
        #expect(rig.router.nextDeadline == due)
    }

    @Test func r23_intervalChangeIsComputedAnew() {
        var rig = Rig.backup(Rig.settings(version: .v2))
        var new = rig.router.settings
        new.advertInterval = .seconds(5)
        rig.handle(.configure(new))
        #expect(rig.untilDeadline == .microseconds(15_609_375))
    }

    @Test func r25_startGoesToBackupWhateverTheConfigurationSays() {
        var rig = Rig()
        let actions = rig.handle(.start)
        #expect(actions == [.notify(.init(from: .initialize, to: .backup, reason: .started))])
        #expect(rig.untilDeadline == .milliseconds(3000) + .nanoseconds(609_375_000))
        #expect(rig.pass(rig.untilDeadline).transitions.map(\.reason) == [.noAdverts])
    }

    @Test func r25_ownerIsActiveAtOnce() {
        var rig = Rig(Rig.settings(priority: 255))
        let actions = rig.handle(.start)
        #expect(
            actions == [
                .sendAdvert(priority: 255), .addAddresses, .announce(count: 5, .takeover),
                .notify(.init(from: .initialize, to: .active, reason: .owner)),
            ])
    }

    @Test func r26_backupServesNothing() {
        var rig = Rig()
        var actions = rig.handle(.start)
        actions += rig.hear(200)
        actions += rig.hear(50)
        #expect(!actions.contains(.addAddresses))
        #expect(actions.announcements.isEmpty && actions.adverts.isEmpty)
        #expect(!rig.router.isServing)
    }

    @Test func r27_lowerPriorityIsWaitedOut() {
        var rig = Rig.backup()
        let due = rig.router.nextDeadline
        rig.now = rig.now + .seconds(1)
        #expect(rig.hear(50) == [.log(.lowerPriority(Rig.lower, priority: 50))])
        #expect(rig.router.nextDeadline == due)
        #expect(rig.pass(.seconds(3)).transitions.map(\.reason) == [.preempts])
    }

    @Test func r27_nopreemptAcceptsLowerPriorities() {
        var settings = Rig.settings()
        settings.preempts = false
        var rig = Rig.backup(settings)
        for _ in 0..<10 {
            #expect(rig.pass(.seconds(1)).isEmpty)
            rig.hear(1)
        }
        #expect(rig.router.state == .backup)
        #expect(rig.pass(.seconds(4)).transitions.map(\.to) == [.active])
    }

    @Test func r27_equalPriorityIsAccepted() {
        var rig = Rig.backup()
        rig.now = rig.now + .seconds(2)
        rig.hear(100, from: Rig.lower)
        #expect(rig.untilDeadline > .seconds(3))
    }

    @Test func r28_preemptDelayCountsFromTheFirstLowerAdvert() {
        var settings = Rig.settings()
        settings.preemptDelay = .seconds(10)
        var rig = Rig.backup(settings)
        rig.pass(.seconds(1))
        #expect(rig.hear(50).entries == [.preemptDelayStarted])
        for _ in 0..<9 {
            #expect(rig.pass(.seconds(1)).isEmpty)
            #expect(rig.hear(50).isEmpty)
        }
        rig.pass(.seconds(1))
        #expect(rig.hear(50).entries == [.lowerPriority(Rig.lower, priority: 50)])
        #expect(rig.pass(.seconds(4)).transitions.map(\.reason) == [.preempts])
    }

    @Test func r28_aBetterRouterStopsTheDelay() {
        var settings = Rig.settings()
        settings.preemptDelay = .seconds(10)
        var rig = Rig.backup(settings)
        rig.hear(50)
        #expect(rig.hear(200).entries == [.preemptDelayStopped])
        #expect(rig.hear(50).entries == [.preemptDelayStarted])
    }

    @Test func r46_learnedIntervalsDontFailOver() {
        var rig = Rig.backup()
        for interval in [Duration.milliseconds(10), .seconds(40), .milliseconds(100), .seconds(1)] {
            #expect(rig.hear(200, interval: interval).transitions.isEmpty)
            #expect(rig.pass(interval).transitions.isEmpty)
            #expect(rig.hear(200, interval: interval).transitions.isEmpty)
        }
        #expect(rig.router.state == .backup)
    }

    @Test func downTimerAdverts() {
        var settings = Rig.settings()
        settings.downTimerAdverts = 10
        #expect(Rig.backup(settings).untilDeadline > .seconds(10))
    }

    @Test func aChangedPriorityMovesTheRunningTimer() {
        var rig = Rig.backup()
        rig.now = rig.now + .seconds(1)
        let before = rig.untilDeadline
        #expect(rig.handle(.priority(228)) == [.priorityChanged(from: 100, to: 228)])
        #expect(rig.untilDeadline == before - .milliseconds(500))
    }

    @Test func aLateTimerIsNoDeadPeer() {
        var rig = Rig.backup()
        let due = rig.untilDeadline
        rig.now = rig.now + due + .milliseconds(1001)
        #expect(rig.handle(.timer) == [.log(.late(.milliseconds(1001)))])
        #expect(rig.router.state == .backup)
        #expect(rig.untilDeadline == .seconds(1) + .nanoseconds(609_375_000))
        rig.hear(200)
        #expect(rig.untilDeadline > .seconds(3), "it lives")
        #expect(rig.router.statistics.lateTimers == 1)
    }

    @Test func aSecondLateTimerIsBelieved() {
        var rig = Rig.backup()
        for _ in 0..<2 {
            rig.now = rig.now + rig.untilDeadline + .seconds(2)
            rig.handle(.timer)
        }
        #expect(rig.router.state == .active)
    }

    @Test func aSlightlyLateTimerTakesOver() {
        var rig = Rig.backup()
        rig.now = rig.now + rig.untilDeadline + .milliseconds(999)
        rig.handle(.timer)
        #expect(rig.router.state == .active)
    }
}
