import Testing
import Wire

@testable import Health

/// The rules of keepalived's checkers, one test each.
@Suite struct CheckerTests {
    private let down = Checker.Verdict.down(CheckerRig.failure)

    @Test func `The first check comes after a random share of the warmup`() {
        for (share, pause) in [(0, 0), (0.25, 2), (1, 8), (7, 8), (-1, 0), (.nan, 0)] as [(Double, Int)] {
            var rig = CheckerRig()
            rig.handle(.start(randomShare: share))
            #expect(rig.wait() == .seconds(pause), "\(share)")
            #expect(rig.runID == 1)
        }
    }

    @Test func `Up without alpha before the first check`() { #expect(CheckerRig().checker.isUp) }

    @Test func `Down with alpha until the first success`() {
        var rig = CheckerRig.running { $0.startsDown = true }
        #expect(!rig.checker.isUp)
        #expect(rig.finish(true) == [.verdict(.up)])
    }

    @Test func `The first failure before any success counts without retries`() {
        var rig = CheckerRig.running { $0.retries = 3 }
        #expect(rig.finish(false) == [.verdict(down)])
        #expect(!rig.checker.isUp)
        #expect(rig.wait() == .seconds(10))
    }

    @Test func `With alpha the first failure is told once`() {
        var rig = CheckerRig.running { $0.startsDown = true }
        #expect(rig.finish(false) == [.verdict(.downFromStart(CheckerRig.failure))])
        rig.wait()
        #expect(rig.finish(false) == [.stillDown(CheckerRig.failure)])
    }

    @Test func `Up and failing: retried after delay_before_retry, then down`() {
        var rig = CheckerRig.running { $0.retries = 2 }
        rig.finish(true)
        #expect(rig.wait() == .seconds(10))
        #expect(rig.finish(false) == [.willRetry(CheckerRig.failure)])
        #expect(rig.wait() == .seconds(2))
        #expect(rig.finish(false) == [.willRetry(CheckerRig.failure)])
        #expect(rig.wait() == .seconds(2))
        #expect(rig.checker.isUp)
        #expect(rig.finish(false) == [.verdict(down)])
        #expect(rig.wait() == .seconds(10))
    }

    @Test func `A success ends the retries`() {
        var rig = CheckerRig.running { $0.retries = 1 }
        #expect(rig.results([true, false, true, false, true, false]).isEmpty)
        #expect(rig.results([false]) == [down])
    }

    @Test func `Down: no retries, and one success is enough`() {
        var rig = CheckerRig.running { $0.retries = 5 }
        rig.finish(false)
        for _ in 0..<4 {
            #expect(rig.wait() == .seconds(10))
            #expect(rig.finish(false) == [.stillDown(CheckerRig.failure)])
        }
        rig.wait()
        #expect(rig.finish(true) == [.verdict(.up)])
    }

    @Test func `Time to remove is retries times delay_before_retry and timeout, and a timeout`() {
        var rig = CheckerRig.running {
            $0.retries = 2
            $0.timeout = .seconds(3)
        }
        rig.finish(true)
        rig.wait()
        let begin = rig.now
        while rig.checker.isUp { rig.wait() }
        #expect(rig.now - begin == .seconds(2 * (2 + 3) + 3))
        #expect(rig.checker.lastOutcome == .failed(.timedOut(.connecting)))
    }

    @Test func `A run at its limit is stopped, and its late result ignored`() {
        var rig = CheckerRig.running()
        let late = rig.runID
        rig.now = rig.now + .seconds(5)
        #expect(rig.handle(.timer) == [.stop(id: late, isForced: false), .verdict(.down(.timedOut(.connecting)))])
        #expect(rig.handle(.finished(id: late, .passed())).isEmpty)
        rig.wait()
        #expect(rig.handle(.finished(id: late, .passed())).isEmpty)
        #expect(!rig.checker.isUp)
    }

    @Test func `Progress gives a run more time, but not for ever, and says where it was`() {
        var rig = CheckerRig.running { $0.wholeLimit = .seconds(12) }
        for phase in [CheckPhase.sending, .waiting, .body] {
            rig.now = rig.now + .seconds(3)
            #expect(rig.handle(.progressed(id: rig.runID, phase)).isEmpty)
            #expect(rig.handle(.timer).isEmpty)
        }
        #expect(rig.handle(.progressed(id: 99, .connecting)).isEmpty, "of another run")
        #expect(rig.wait() == .seconds(3), "twelve seconds in all")
        #expect(rig.checker.lastOutcome == .failed(.timedOut(.body)))
        #expect(rig.handle(.progressed(id: rig.runID, .body)).isEmpty)
        #expect(!rig.checker.isUp)
    }

    @Test func `UDP without require_reply passes in silence`() {
        var rig = CheckerRig.running {
            $0.passesInSilence = true
            $0.startsDown = true
        }
        rig.now = rig.now + .seconds(5)
        #expect(rig.handle(.timer) == [.stop(id: 1, isForced: false), .verdict(.up)])
    }

    @Test func `An exhausted limit of this machine is reported, and says nothing of the server`() {
        var rig = CheckerRig.running { $0.retries = 0 }
        rig.finish(true)
        rig.wait()
        #expect(rig.finish(.notRun(.fileDescriptors)) == [.obstacle(.fileDescriptors)])
        #expect(rig.checker.isUp)
        #expect(rig.wait() == .seconds(10))
    }

    @Test func `ha_suspend: no checks begin while the address is away`() {
        var rig = CheckerRig.running()
        rig.handle(.suspend)
        #expect(rig.finish(false) == [.verdict(down)], "a run under way counts")
        #expect(rig.checker.nextDeadline == nil)
        rig.now = rig.now + .seconds(34)
        #expect(rig.handle(.timer).isEmpty)
        rig.handle(.resume)
        #expect(rig.wait() == .seconds(6), "in the old beat of ten seconds")
        #expect(rig.runID == 2)
    }

    @Test func `A checker that was suspended before its first check starts when resumed`() {
        var rig = CheckerRig()
        rig.handle(.suspend)
        rig.handle(.start(randomShare: 0.5))
        rig.handle(.resume)
        #expect(rig.wait() == .seconds(4))
    }

    @Test func `A reload keeps the state and takes the new times`() {
        var rig = CheckerRig.running { $0.retries = 3 }
        rig.results([true, false, false, false])
        var settings = rig.checker.settings
        settings.retries = 1
        settings.delayLoop = .seconds(1)
        rig.handle(.configure(settings))
        #expect(rig.finish(false) == [.verdict(down)], "no more retries than are left")
        #expect(rig.wait() == .seconds(1))
    }

    @Test func `Reported states count at once`() {
        var rig = CheckerRig { $0.retries = 9 }
        #expect(rig.handle(.reported(.failed(.bfd(.down, .none)))) == [.verdict(.down(.bfd(.down, .none)))])
        #expect(rig.handle(.reported(.passed())) == [.verdict(.up)])
        #expect(rig.handle(.reported(.passed())).isEmpty)
        #expect(rig.checker.nextDeadline == nil)
    }

    @Test func `Words are made of the outcome, for people`() {
        let words: [(CheckFailure, String)] = [
            (.status(503, wanted: [200...299]), "HTTP 503, wanted 200-299"),
            (.status(500, wanted: [200...200, 300...302]), "HTTP 500, wanted 200, 300-302"),
            (.smtp(.hello, code: 550, wanted: 250), "SMTP 550 after HELO, wanted 250"),
            (.dns(code: 2), "DNS SERVFAIL"), (.exit(3), "exit status 3"),
            (.timedOut(.connecting), "timed out while connecting"),
            (.bfd(.down, .detectionTimeExpired), "BFD session Down (nothing heard for the detection time)"),
        ]
        for (failure, text) in words { #expect("\(failure)" == text && "\(CheckOutcome.failed(failure))" == text) }
        #expect("\(CheckOutcome.passed())" == "passed")
        #expect("\(CheckOutcome.passed(.absolute(3)))" == "passed, weight 3")
    }
}
