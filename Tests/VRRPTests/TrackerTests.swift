import Testing
import Wire

@testable import VRRP

@Suite struct PriorityLedgerTests {
    static func ledger(_ weight: Int, reversed: Bool = false, base: UInt8 = 100) -> PriorityLedger {
        PriorityLedger(base: base, trackers: [.init(.script, name: "check", weight: weight, isReversed: reversed)])
    }

    @Test func r34_weightsOfTrackersThatAreUpOrDown() {
        for (weight, reversed, up, down): (Int, Bool, UInt8, UInt8) in [
            (20, false, 120, 100), (-20, false, 100, 80), (20, true, 80, 100), (-20, true, 100, 120),
            (253, false, 254, 100), (-253, false, 100, 1),
        ] {
            var ledger = Self.ledger(weight, reversed: reversed)
            #expect(ledger.priority == 100 && !ledger.isWaiting)
            #expect(ledger.record(.up, of: 0) == true)
            #expect(ledger.priority == up)
            #expect(ledger.record(.down, of: 0) == true)
            #expect(ledger.record(.down, of: 0) == false, "nothing new")
            #expect(ledger.priority == down)
            #expect(!ledger.isFaulted)
        }
    }

    @Test func weightZeroIsAFault() {
        for reversed in [false, true] {
            var ledger = Self.ledger(0, reversed: reversed)
            #expect(ledger.isWaiting && !ledger.isFaulted)
            _ = ledger.record(.down, of: 0)
            #expect(ledger.isFaulted != reversed && !ledger.isWaiting)
            _ = ledger.record(.up, of: 0)
            #expect(ledger.isFaulted == reversed)
        }
    }

    @Test func r34_ownerIsNeverLowered() {
        var ledger = Self.ledger(-200, base: 255)
        _ = ledger.record(.down, of: 0)
        #expect(ledger.priority == 255)
    }

    @Test func filesCountTheirValue() {
        for (weight, value, priority, isFault): (Int, Int, UInt8, Bool) in [
            (1, 10, 110, false), (2, -30, 40, false), (1, 1000, 254, false), (1, -254, 100, true), (-1, 300, 100, true),
            (0, 0, 100, false), (0, 1, 100, true), (254, .max, 254, false), (254, .min, 100, true),
        ] {
            var ledger = PriorityLedger(base: 100, trackers: [.init(.file, name: "f", weight: weight)])
            _ = ledger.record(.value(value), of: 0)
            #expect(ledger.priority == priority && ledger.isFaulted == isFault, "\(weight) x \(value)")
        }
    }

    @Test func theAccountSaysWhoTookWhat() {
        var ledger = PriorityLedger(
            base: 100,
            trackers: [
                .init(.script, name: "check", weight: -20), .init(.interface, name: "eth1", weight: 0),
                .init(.service, name: "192.0.2.1:80", weight: 10),
            ])
        #expect(ledger.record(.down, kind: .script, name: "check") == true)
        #expect(ledger.record(.down, kind: .interface, name: "eth1") == true)
        #expect(ledger.record(.up, kind: .service, name: "192.0.2.1:80") == true)
        #expect(ledger.record(.up, kind: .service, name: "other") == false)
        #expect(ledger.entries.map(\.contribution) == [-20, 0, 10])
        #expect(ledger.entries.map(\.isFault) == [false, true, false])
        #expect(ledger.priority == 90)
    }
}

@Suite struct ScriptTrackerTests {
    var now = Instant(nanoseconds: 1_000_000_000)

    /// Runs a script with these results, one an interval; gives the verdicts told.
    static func verdicts(_ results: String, rise: Int = 1, fall: Int = 1, initFails: Bool = false) -> [String] {
        var settings = ScriptTracker.Settings()
        settings.rise = rise
        settings.fall = fall
        settings.initFails = initFails
        var tracker = ScriptTracker(settings)
        var now = Instant(nanoseconds: 0)
        var told: [String] = []
        var actions: [ScriptTracker.Action] = []
        tracker.handle(.start, at: now, into: &actions)
        for (index, result) in results.enumerated() {
            #expect(actions.contains(.run))
            actions.removeAll { $0 == .run }
            tracker.handle(.finished(isSuccess: result == "+"), at: now, into: &actions)
            told += actions.map { $0 == .verdict(.up) ? "\(index) up" : "\(index) down" }
            actions = []
            now = tracker.nextDeadline ?? now
            tracker.handle(.timer, at: now, into: &actions)
        }
        return told
    }

    @Test func theFirstResultDecides() {
        #expect(Self.verdicts("+", rise: 5) == ["0 up"])
        #expect(Self.verdicts("-", fall: 5) == ["0 down"])
    }

    @Test func riseAndFallInARow() {
        #expect(Self.verdicts("+--+---", fall: 3) == ["0 up", "6 down"])
        #expect(Self.verdicts("-++-+++", rise: 3) == ["0 down", "6 up"])
    }

    @Test func initFailHasToRise() {
        #expect(Self.verdicts("++", rise: 2, initFails: true) == ["0 down", "1 up"])
    }

    @Test func aTimeoutIsAFailureAndEndsTheScript() {
        var settings = ScriptTracker.Settings()
        settings.timeout = .milliseconds(300)
        var tracker = ScriptTracker(settings)
        var actions: [ScriptTracker.Action] = []
        tracker.handle(.start, at: now, into: &actions)
        #expect(actions == [.run])
        #expect(tracker.nextDeadline == now + .milliseconds(300))
        actions = []
        tracker.handle(.timer, at: now + .milliseconds(300), into: &actions)
        #expect(actions == [.terminate, .verdict(.down)])
        actions = []
        tracker.handle(.timer, at: now + .seconds(1), into: &actions)
        tracker.handle(.timer, at: now + .milliseconds(2300), into: &actions)
        #expect(actions == [.skipped, .kill, .skipped])
        actions = []
        tracker.handle(.finished(isSuccess: true), at: now + .seconds(3), into: &actions)
        #expect(actions.isEmpty && tracker.verdict == .down, "it was counted already")
        tracker.handle(.timer, at: now + .seconds(4), into: &actions)
        tracker.handle(.finished(isSuccess: true), at: now + .seconds(4), into: &actions)
        #expect(actions == [.run, .verdict(.up)])
    }

    @Test func aScriptThatCannotRunFails() {
        var tracker = ScriptTracker(.init())
        var actions: [ScriptTracker.Action] = []
        tracker.handle(.start, at: now, into: &actions)
        tracker.handle(.failedToRun, at: now, into: &actions)
        #expect(actions == [.run, .verdict(.down)])
    }
}

@Suite struct ProcessAndFileTrackerTests {
    let now = Instant(nanoseconds: 1_000_000_000)

    @Test func quorum() {
        var settings = ProcessTracker.Settings()
        settings.quorum = 2
        settings.quorumLimit = 3
        var tracker = ProcessTracker(settings)
        #expect(tracker.handle(count: 1, at: now) == .down)
        #expect(tracker.handle(count: 2, at: now) == .up)
        #expect(tracker.handle(count: 3, at: now) == nil)
        #expect(tracker.handle(count: 4, at: now) == .down)
    }

    @Test func delaysBridgeARestart() {
        var settings = ProcessTracker.Settings()
        settings.fallDelay = .seconds(2)
        var tracker = ProcessTracker(settings)
        #expect(tracker.handle(count: 1, at: now) == .up)
        #expect(tracker.handle(count: 0, at: now) == nil)
        #expect(tracker.nextDeadline == now + .seconds(2))
        #expect(tracker.handle(count: 1, at: now + .seconds(1)) == nil)
        #expect(tracker.nextDeadline == nil)
        #expect(tracker.handle(count: 0, at: now + .seconds(2)) == nil)
        #expect(tracker.handleTimer(at: now + .seconds(3)) == nil, "early")
        #expect(tracker.handleTimer(at: now + .seconds(4)) == .down)
    }

    @Test func fileValues() {
        for (text, value) in [
            ("12", 12), (" -7\n", -7), ("+3x", 3), ("0x1F", 31), ("", 0), ("abc", 0), ("-", 0),
            ("99999999999999", 2_147_483_647),
            ("-99999999999999999999999999", -2_147_483_647), ("0x", 0),
        ] {
            #expect(FileTracker.value(of: Array(text.utf8)) == .value(value), "\(text)")
        }
    }
}
