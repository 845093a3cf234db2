import Testing
import Wire

@testable import VRRP

/// Requirements 16, 29 to 31, 33 to 36, 38, 40 and 47: the active router.
@Suite struct ActiveTests {
    @Test func r16_ownerMayIgnoreAdverts() {
        var settings = Rig.settings(priority: 255)
        settings.ownerIgnoresAdverts = true
        var rig = Rig.active(settings)
        for priority: UInt8 in [0, 100, 255] { #expect(rig.hear(priority, from: Rig.higher).isEmpty) }
        #expect(rig.router.state == .active)
    }

    @Test func r29_priorityZeroIsAnsweredAtOnce() {
        var rig = Rig.active()
        rig.pass(.milliseconds(300))
        #expect(rig.hear(0).adverts == [100])
        #expect(rig.router.state == .active)
        #expect(rig.untilDeadline == .seconds(1))
    }

    @Test func r30_higherPriorityOrEqualAndHigherAddress() {
        for (priority, sender, yields): (UInt8, IPAddress, Bool) in [
            (101, Rig.lower, true), (100, Rig.higher, true), (100, Rig.lower, false), (99, Rig.higher, false),
        ] {
            var rig = Rig.active()
            rig.hear(priority, from: sender)
            #expect((rig.router.state == .leaving) == yields, "\(priority) from \(sender)")
            rig.pass(.milliseconds(500))
            #expect((rig.router.state == .backup) == yields)
        }
    }

    @Test func r30_addressesCompareUnsigned() {
        var settings = Rig.settings()
        settings.source = Rig.address("127.0.0.1")
        var rig = Rig.active(settings)
        rig.hear(100, from: Rig.address("192.0.2.1"))
        #expect(rig.router.state == .leaving)
    }

    @Test func r31_lowerPriorityIsAnsweredAndAnnounced() {
        var rig = Rig.active()
        rig.pass(.milliseconds(300))
        let actions = rig.hear(50)
        #expect(
            actions == [
                .heardLowerPriority, .sendAdvert(priority: 100), .announce(count: 5, .lowerPriorityHeard),
            ])
        #expect(rig.untilDeadline == .seconds(1))
        // An attacker or a loop gets one burst for many adverts, and one line a second.
        rig.pass(.seconds(1))
        let other = VirtualRouter.Action.log(.otherActive(Rig.lower, priority: 50))
        #expect(rig.hear(50) == [other, .heardLowerPriority, .sendAdvert(priority: 100)])
        #expect(rig.hear(50) == [.heardLowerPriority, .sendAdvert(priority: 100)])
        #expect(rig.router.statistics.conflicts == 3)
    }

    @Test func r31_beforeRFC9568Silent() {
        var settings = Rig.settings()
        settings.ignoresLowerPriority = true
        settings.gratuitous.lowerPriorityCount = 0
        var rig = Rig.active(settings)
        #expect(rig.hear(50).withoutLog == [.heardLowerPriority])
    }

    @Test func r33_equalPriorityAndAddressDoesNotFlap() {
        var rig = Rig.active()
        #expect(rig.hear(100, from: Rig.own) == [.log(.sameAddress(Rig.own))])
        for _ in 0..<50 { #expect(rig.hear(100, from: Rig.own).isEmpty) }
        #expect(rig.router.state == .active)
    }

    @Test func r34_ownerIsNeverLoweredOthersAreClamped() {
        var owner = Rig.active(Rig.settings(priority: 255))
        #expect(owner.handle(.priority(10)).isEmpty)
        #expect(owner.router.priority == 255)
        var rig = Rig.active()
        rig.handle(.priority(0))
        #expect(rig.router.priority == 1)
        rig.handle(.priority(255))
        #expect(rig.router.priority == 254)
    }

    @Test func r35_ofTwoOwnersTheLowerAddressBacksOffAtTheSecondAdvert() {
        var rig = Rig.active(Rig.settings(priority: 255))
        #expect(rig.hear(255, from: Rig.higher).entries.first == .otherOwner(Rig.higher))
        #expect(rig.router.state == .active)
        let second = rig.hear(255, from: Rig.higher)
        #expect(second.entries.contains(.ownerBacksOff))
        #expect(rig.router.priority == 254)
        #expect(rig.router.state == .leaving)
        var other = Rig.active(Rig.settings(priority: 255))
        for _ in 0..<5 { #expect(other.hear(255, from: Rig.lower).adverts == [255]) }
        #expect(other.router.priority == 255 && other.router.state == .active)
    }

    @Test func r36_faultGivesTheRoleUpAndRecoversToBackup() {
        var rig = Rig.active()
        let down = rig.handle(.fault(.interface, isRaised: true))
        #expect(
            down == [
                .sendAdvert(priority: 0), .removeAddresses,
                .notify(.init(from: .active, to: .fault, reason: .fault(.interface))),
            ])
        #expect(rig.router.nextDeadline == nil)
        #expect(rig.handle(.fault(.tracker, isRaised: true)).isEmpty)
        #expect(rig.hear(1).isEmpty)
        #expect(rig.handle(.fault(.interface, isRaised: false)).isEmpty, "the tracker is still down")
        #expect(rig.handle(.fault(.tracker, isRaised: false)).transitions.map(\.reason) == [.recovered])
        #expect(rig.router.state == .backup)
    }

    @Test func r36_backupInFaultSendsNothing() {
        var rig = Rig.backup()
        #expect(rig.handle(.source(nil)).adverts.isEmpty)
        #expect(rig.router.state == .fault && rig.router.faults.list == [.source])
        rig.handle(.source(Rig.own))
        #expect(rig.router.state == .backup)
    }

    @Test func r38_advertThenAddressesThenAnnouncement() {
        var rig = Rig.backup()
        #expect(
            rig.pass(rig.untilDeadline) == [
                .sendAdvert(priority: 100), .addAddresses, .announce(count: 5, .takeover),
                .notify(.init(from: .backup, to: .active, reason: .noAdverts)),
            ])
    }

    @Test func r40_burstsAfterADelayAndRefreshes() {
        var settings = Rig.settings()
        settings.gratuitous.refreshInterval = .seconds(60)
        settings.gratuitous.refreshCount = 2
        var rig = Rig.active(settings)
        #expect(rig.pass(.milliseconds(4999)).announcements.isEmpty)
        #expect(rig.pass(.milliseconds(1)).announcements == [5])
        #expect(rig.pass(.milliseconds(54_999)).announcements.isEmpty)
        #expect(rig.pass(.milliseconds(1)).announcements == [2])
        #expect(rig.pass(.seconds(120)).announcements == [2, 2])
    }

    @Test func r47_restartWithTheSamePriority() {
        // Both active: the first advert either way decides.
        var low = Rig.active()
        low.hear(100, from: Rig.higher)
        var high = Rig.active()
        #expect(high.hear(100, from: Rig.lower).adverts == [100])
        #expect(low.router.state == .leaving && high.router.state == .active)
        // A restarted one waits as a backup and hears the other in time.
        var restarted = Rig()
        restarted.handle(.start)
        restarted.pass(.seconds(1))
        restarted.hear(100)
        #expect(restarted.router.state == .backup)
    }

    @Test func advertsKeepTheirBeat() {
        var rig = Rig.active(Rig.settings(interval: .milliseconds(10)))
        let start = rig.now
        for index in 1...100 {
            rig.now = start + .milliseconds(10) * index + .microseconds(700)
            #expect(rig.handle(.timer).adverts == [100])
        }
        #expect(rig.router.nextDeadline == start + .milliseconds(1010))
    }

    @Test func aLateAdvertIsNotMadeUpFor() {
        var rig = Rig.active()
        rig.now = rig.now + .seconds(5)
        let actions = rig.handle(.timer)
        #expect(actions.adverts == [100])
        #expect(actions.entries == [.late(.seconds(4))])
        #expect(rig.router.deadlines.advert == rig.now + .seconds(1))
    }

    @Test func timerExpiredBackup() {
        var settings = Rig.settings()
        settings.yieldsWhenLate = true
        var rig = Rig.active(settings)
        rig.now = rig.now + .seconds(5)
        let actions = rig.handle(.timer)
        #expect(actions.adverts.isEmpty)
        #expect(actions.transitions.map(\.reason) == [.overslept])
        rig.pass(.seconds(1))
        #expect(rig.router.state == .backup)
    }

    @Test func higherPrioSendAdvert() {
        var settings = Rig.settings()
        settings.answersHigherPriority = true
        var rig = Rig.active(settings)
        #expect(rig.hear(200).adverts == [100])
        #expect(rig.router.state == .leaving)
    }

    @Test func aNewIntervalGoesOutAtOnce() {
        var rig = Rig.active()
        var new = rig.router.settings
        new.advertInterval = .milliseconds(100)
        #expect(rig.handle(.configure(new)).adverts == [100])
        #expect(rig.untilDeadline == .milliseconds(100))
    }

    @Test func aReloadKeepsTheStateAndUpdatesAddresses() {
        var rig = Rig.active()
        var new = rig.router.settings
        #expect(rig.handle(.configure(new)).isEmpty)
        new.addresses.append(Rig.address("10.99.0.101"))
        #expect(rig.handle(.configure(new)) == [.updateAddresses])
        new.priority = 150
        #expect(rig.handle(.configure(new)) == [.priorityChanged(from: 100, to: 150)])
        #expect(rig.router.state == .active)
    }

    @Test func aReloadKeepsWhatTheTrackersTook() {
        var rig = Rig.active()
        rig.handle(.priority(80))
        var new = rig.router.settings
        new.priority = 150
        rig.handle(.configure(new))
        #expect(rig.router.priority == 130)
        new.priority = 255
        rig.handle(.configure(new))
        #expect(rig.router.priority == 255)
    }

    @Test func peersAreRememberedAndBounded() {
        var rig = Rig.active()
        for index in 1...20 {
            rig.now = rig.now + .milliseconds(1)
            rig.hear(1, from: .v4(IPv4Address(rawValue: 0x0a63_0100 + UInt32(index))))
        }
        #expect(rig.router.peers.count == VirtualRouter.peerLimit)
        #expect(rig.router.peers.contains { $0.address == Rig.address("10.99.1.20") })
    }
}
