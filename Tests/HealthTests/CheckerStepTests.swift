import Testing
import Wire

@testable import Health

/// Checks of several steps, and those of scripts and files.
@Suite struct CheckerStepTests {
    private static func urls(_ count: Int, isFast: Bool = false) -> CheckerRig {
        CheckerRig.running {
            $0.steps = .urls(count: count, isFast: isFast)
            $0.startsDown = true
            $0.delayBeforeRetry = .seconds(3)
        }
    }

    @Test func `HTTP: urls in order, one per delay_loop, and all must pass once before up`() {
        var rig = Self.urls(3)
        for step in 0..<2 {
            #expect(rig.step == step)
            #expect(rig.finish(true).isEmpty)
            #expect(rig.wait() == .seconds(10))
        }
        #expect(rig.finish(true) == [.verdict(.up)])
        rig.wait()
        #expect(rig.step == 0)
    }

    @Test func `HTTP: fast_recovery skips the waits before up`() {
        var rig = Self.urls(3, isFast: true)
        rig.finish(true)
        #expect(rig.wait() == .zero)
        rig.finish(true)
        #expect(rig.wait() == .zero)
        #expect(rig.finish(true) == [.verdict(.up)])
        #expect(rig.wait() == .seconds(10))
    }

    @Test func `HTTP: fast_recovery never hurries a failing server`() {
        var rig = Self.urls(2, isFast: true)
        for _ in 0..<4 {
            rig.finish(false)
            #expect(rig.wait() == .seconds(10))
        }
    }

    @Test func `HTTP: the url that failed must pass, then all from the first`() {
        var rig = Self.urls(2)
        _ = rig.results([true, true])
        _ = rig.results([true])
        #expect(rig.step == 1)
        #expect(rig.results([false]).isEmpty)
        #expect(rig.results([false]) == [.down(CheckerRig.failure)])
        #expect(rig.step == 1, "it stays with the one that failed")
        #expect(rig.results([true]).isEmpty)
        #expect(rig.step == 0)
        #expect(rig.results([true]).isEmpty)
        #expect(rig.results([true]) == [.up])
    }

    @Test func `HTTP: while up, each url has its own retries`() {
        var rig = Self.urls(2)
        _ = rig.results([true, true])
        #expect(rig.results([false, true, false, true, false, true]).isEmpty)
        #expect(rig.results([false, false]) == [.down(CheckerRig.failure)])
    }

    @Test func `SMTP: all hosts in one go, then delay_loop`() {
        var rig = CheckerRig.running {
            $0.steps = .hosts(count: 2)
            $0.startsDown = true
        }
        #expect(rig.finish(true).isEmpty)
        #expect(rig.wait() == .zero)
        #expect(rig.step == 1)
        #expect(rig.finish(true) == [.verdict(.up)])
        #expect(rig.wait() == .seconds(10))
        #expect(rig.step == 0)
        rig.finish(true)
        rig.wait()
        #expect(rig.finish(false) == [.willRetry(CheckerRig.failure)])
        rig.wait()
        #expect(rig.step == 1, "the host is tried again")
        rig.finish(false)
        rig.wait()
        #expect(rig.step == 0, "and all of them once the server is down")
    }

    @Test func `MISC: the period is measured from the last start`() {
        var rig = CheckerRig.running {
            $0.countsFromStart = true
            $0.timeout = .seconds(60)
            $0.stopGrace = .seconds(2)
        }
        rig.now = rig.now + .seconds(4)
        rig.finish(true)
        #expect(rig.wait() == .seconds(6))
        rig.now = rig.now + .seconds(25)
        rig.finish(true)
        #expect(rig.wait() == .zero, "overdue")
    }

    @Test func `MISC: a script that takes too long gets SIGTERM, then SIGKILL, and fails once`() {
        var rig = CheckerRig.running {
            $0.countsFromStart = true
            $0.timeout = .seconds(3)
            $0.stopGrace = .seconds(2)
        }
        rig.now = rig.now + .seconds(3)
        #expect(rig.handle(.timer) == [.stop(id: 1, isForced: false), .verdict(.down(.timedOut(.running)))])
        rig.now = rig.now + .seconds(2)
        #expect(rig.handle(.timer) == [.stop(id: 1, isForced: true)])
        rig.now = rig.now + .seconds(2)
        #expect(rig.handle(.timer) == [.stop(id: 1, isForced: true)])
        rig.now = rig.now + .seconds(9)
        #expect(rig.finish(.failed(.signal(9))).isEmpty)
        #expect(rig.wait() == .seconds(-6), "the next run was due meanwhile, and begins now")
        #expect(rig.runID == 2)
    }

    @Test func `MISC: exit 0 passes, others fail, and misc_dynamic sets the weight to two less`() {
        #expect(CheckOutcome.exit(status: 0, setsWeight: false) == .passed())
        #expect(CheckOutcome.exit(status: 0, setsWeight: true) == .passed())
        #expect(CheckOutcome.exit(status: 1, setsWeight: true) == .failed(.exit(1)))
        #expect(CheckOutcome.exit(status: 2, setsWeight: true) == .passed(.absolute(0)))
        #expect(CheckOutcome.exit(status: 255, setsWeight: true) == .passed(.absolute(253)))
        for status in 1...255 as ClosedRange<Int32> {
            #expect(CheckOutcome.exit(status: status, setsWeight: false) == .failed(.exit(status)))
        }
        var rig = CheckerRig.running { $0.startsDown = true }
        let actions = rig.finish(.passed(.absolute(7)))
        #expect(actions == [.weight(.absolute(7)), .verdict(.up)])
    }

    @Test func `FILE: with weight 0 the value 0 passes, else the product is added to the weight`() {
        #expect(CheckOutcome.file(value: 0, weight: 0, isReversed: false) == .passed())
        #expect(CheckOutcome.file(value: 9, weight: 0, isReversed: false) == .failed(.file(9)))
        #expect(CheckOutcome.file(value: 0, weight: 0, isReversed: true) == .failed(.file(0)))
        #expect(CheckOutcome.file(value: 9, weight: 0, isReversed: true) == .passed())
        #expect(CheckOutcome.file(value: 3, weight: 4, isReversed: false) == .passed(.added(12)))
        #expect(CheckOutcome.file(value: 3, weight: 4, isReversed: true) == .passed(.added(-12)))
        #expect(CheckOutcome.file(value: .min, weight: .max, isReversed: false) == .failed(.file(.min)))
        #expect(CheckOutcome.file(value: .max, weight: .max, isReversed: false) == .passed(.added(2_147_483_647)))
    }
}
