import Testing
import Wire

@testable import VRRP

/// Requirement 32 and the amendments of requirements 26, 32 and 44: leaving without a gap.
@Suite struct HandoverTests {
    @Test func r32_shutdownSendsExactlyOnePriorityZero() {
        var rig = Rig.active()
        var actions = rig.handle(.shutdown(.handover))
        #expect(
            actions == [
                .sendAdvert(priority: 0), .notify(.init(from: .active, to: .leaving, reason: .shutdown)),
            ])
        actions += rig.handle(.shutdown(.handover))
        actions += rig.pass(.seconds(60))
        #expect(actions.adverts == [0])
        #expect(actions.last == .stopped)
        #expect(rig.router.state == .initialize && rig.router.nextDeadline == nil)
    }

    @Test func r32_immediateShutdown() {
        var rig = Rig.active()
        #expect(
            rig.handle(.shutdown(.immediate)) == [
                .sendAdvert(priority: 0), .removeAddresses,
                .notify(.init(from: .active, to: .initialize, reason: .shutdown)), .stopped,
            ])
        #expect(rig.handle(.start).isEmpty, "nothing more comes from it")
    }

    @Test func r32_backupSendsNone() {
        for how in [VirtualRouter.Shutdown.handover, .immediate] {
            var rig = Rig.backup()
            #expect(
                rig.handle(.shutdown(how)) == [
                    .notify(.init(from: .backup, to: .initialize, reason: .shutdown)), .stopped,
                ])
        }
    }

    @Test func r26_r44_addressesAreServedUntilTheSuccessorServes() {
        var rig = Rig.active()
        rig.handle(.shutdown(.handover))
        #expect(rig.pass(.milliseconds(609)).isEmpty, "the successor's skew time")
        #expect(rig.router.isServing)
        #expect(rig.hear(100).isEmpty)
        #expect(rig.pass(.milliseconds(19)).isEmpty)
        #expect(rig.pass(.milliseconds(1)) == [.silenceAddresses])
        #expect(rig.pass(.milliseconds(99)).isEmpty)
        #expect(
            rig.pass(.milliseconds(1)) == [
                .removeAddresses, .notify(.init(from: .leaving, to: .initialize, reason: .shutdown)), .stopped,
            ])
    }

    @Test func theSuccessorsAnnouncementSilencesAtOnce() {
        var rig = Rig.active()
        rig.handle(.shutdown(.handover))
        rig.hear(100)
        #expect(rig.handle(.addressTaken) == [.silenceAddresses])
        #expect(rig.handle(.addressTaken).isEmpty)
        #expect(rig.pass(.milliseconds(100)).first == .removeAddresses)
    }

    @Test func theWaitIsBounded() {
        for (interval, limit) in [(Duration.seconds(1), Duration.milliseconds(3997)), (.seconds(40), .seconds(5))] {
            var rig = Rig.active(Rig.settings(interval: interval))
            rig.handle(.shutdown(.handover))
            #expect(rig.pass(limit - .milliseconds(1)).isEmpty)
            #expect(rig.pass(.milliseconds(1)).contains(.stopped))
        }
    }

    @Test func preemptionOverlaps() {
        var rig = Rig.active()
        #expect(
            rig.hear(200).transitions == [
                .init(from: .active, to: .leaving, reason: .preempted(by: Rig.lower, priority: 200))
            ])
        #expect(rig.router.isServing)
        let actions = rig.pass(.milliseconds(120))
        #expect(
            actions == [
                .silenceAddresses, .removeAddresses,
                .notify(.init(from: .leaving, to: .backup, reason: .handedOver)),
            ])
        // The down timer runs since the advert, not since the end of the overlap.
        #expect(rig.untilDeadline == .microseconds(3_609_375) - .milliseconds(120))
    }

    @Test func keepalivedsWayWithoutAHandover() {
        var settings = Rig.settings()
        settings.handover.isEnabled = false
        settings.tellsSplitBrain = false
        var rig = Rig.active(settings)
        #expect(rig.hear(200).withoutLog.first == .removeAddresses)
        #expect(rig.router.state == .backup)
        rig = Rig.active(settings)
        let actions = rig.handle(.shutdown(.handover))
        #expect(actions.adverts == [0] && actions.last == .stopped)
    }

    @Test func releaseHandsOverAndDoesNotPreempt() {
        var rig = Rig.active()
        #expect(rig.handle(.release).adverts == [0])
        rig.pass(.milliseconds(700))
        rig.hear(50)
        rig.pass(.milliseconds(500))
        #expect(rig.router.state == .backup && rig.router.isHeld)
        for _ in 0..<10 {
            rig.hear(50)
            rig.pass(.seconds(1))
        }
        #expect(rig.router.state == .backup)
        rig.hear(50)
        rig.pass(.seconds(4))
        #expect(rig.router.state == .active && !rig.router.isHeld)
    }

    @Test func reclaimPreemptsAgain() {
        var rig = Rig.active()
        rig.handle(.release)
        rig.hear(50)
        rig.pass(.seconds(1))
        rig.handle(.reclaim)
        for _ in 0..<4 {
            rig.hear(50)
            rig.pass(.seconds(1))
        }
        #expect(rig.router.state == .active)
    }

    @Test func aReleaseThatNobodyTakesKeepsTheRole() {
        var rig = Rig.active()
        rig.handle(.release)
        let actions = rig.pass(.milliseconds(3997))
        #expect(
            actions.withoutLog == [
                .sendAdvert(priority: 100), .notify(.init(from: .leaving, to: .active, reason: .nobodyTookOver)),
            ])
        #expect(!rig.router.isHeld)
    }

    @Test func aSuccessorThatVanishesIsReplaced() {
        var rig = Rig.active(Rig.settings(interval: .milliseconds(10)))
        rig.hear(200, interval: .milliseconds(10))
        let actions = rig.pass(.milliseconds(40))
        #expect(actions.transitions.map(\.reason) == [.successorGone])
        #expect(actions.contains(.addAddresses) && actions.adverts.count == 1 && actions.announcements == [5])
    }

    @Test func aFaultEndsALeave() {
        var rig = Rig.active()
        rig.handle(.release)
        let actions = rig.handle(.fault(.interface, isRaised: true))
        #expect(actions.adverts.isEmpty && actions.first == .removeAddresses)
        #expect(rig.router.state == .fault)
        rig = Rig.active()
        rig.handle(.shutdown(.handover))
        #expect(rig.handle(.fault(.interface, isRaised: true)).last == .stopped)
    }

    @Test func adoptionCarriesOnWithoutAGap() {
        var rig = Rig()
        let actions = rig.handle(.adopt(silence: .milliseconds(500)))
        #expect(
            actions == [
                .sendAdvert(priority: 100), .addAddresses,
                .notify(.init(from: .initialize, to: .active, reason: .adopted)),
            ])
        #expect(rig.pass(.seconds(1)).announcements == [5])
    }

    @Test func adoptionYieldsToABetterSuccessorWithoutAnnouncing() {
        var rig = Rig()
        var actions = rig.handle(.adopt(silence: .seconds(20)))
        actions += rig.hear(200)
        actions += rig.pass(.seconds(2))
        #expect(actions.announcements.isEmpty)
        #expect(rig.router.state == .backup)
    }

    @Test func staleAdoptionDoesNotContestWithNopreempt() {
        var settings = Rig.settings()
        settings.preempts = false
        var rig = Rig(settings)
        let actions = rig.handle(.adopt(silence: .seconds(20)))
        #expect(actions.contains(.removeAddresses) && actions.adverts.isEmpty)
        #expect(rig.router.state == .backup)
        var fresh = Rig(settings)
        fresh.handle(.adopt(silence: .seconds(1)))
        #expect(fresh.router.state == .active)
    }

    @Test func adoptionInFaultRemovesTheAddresses() {
        var rig = Rig()
        rig.handle(.fault(.tracker, isRaised: true))
        let actions = rig.handle(.adopt(silence: .zero))
        #expect(actions.first == .removeAddresses && actions.adverts.isEmpty)
        #expect(rig.router.state == .fault)
    }

    @Test func anOwnerThatReleasedStaysBackupThoughItIgnoresAdverts() {
        var settings = Rig.settings(priority: 255)
        settings.ownerIgnoresAdverts = true
        var rig = Rig.active(settings)
        rig.handle(.release)
        for _ in 0..<10 {
            rig.hear(100)
            rig.pass(.seconds(1))
        }
        #expect(rig.router.state == .backup && rig.router.isHeld)
        rig.pass(.seconds(4))
        #expect(rig.router.state == .active, "the successor is gone")
    }

    @Test func anOwnerPreemptsInSpiteOfNopreempt() {
        var settings = Rig.settings(priority: 255)
        settings.preempts = false
        var rig = Rig.active(settings)
        rig.handle(.release)
        rig.hear(100)
        rig.pass(.seconds(1))
        #expect(rig.router.state == .backup)
        rig.handle(.reclaim)
        for _ in 0..<4 {
            rig.hear(100)
            rig.pass(.seconds(1))
        }
        #expect(rig.router.state == .active)
    }

    @Test func scriptsHearOfALeaveWhenItIsOver() {
        var rig = Rig.active()
        var told: [String?] = []
        for actions in [rig.hear(200), rig.pass(.seconds(1)), rig.handle(.fault(.tracker, isRaised: true))] {
            told += actions.transitions.filter(\.isNotified).map(\.to.notifyName)
        }
        #expect(told == ["BACKUP", "FAULT"])
        var kept = Rig.active()
        var actions = kept.handle(.release)
        actions += kept.pass(.seconds(5))
        #expect(actions.transitions.count == 2 && actions.transitions.allSatisfy { !$0.isNotified })
        var waiting = Rig()
        waiting.handle(.fault(.waitingForTracker, isRaised: true))
        #expect(waiting.handle(.start).transitions.map(\.isNotified) == [false])
        #expect(waiting.handle(.fault(.tracker, isRaised: true)).transitions.map(\.isNotified) == [true])
    }
}
