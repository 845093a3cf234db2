import Testing
import Wire

@testable import Health

/// The machine against the specification.
@Suite struct CheckerPropertyTests {
    /// Each result in turn; the first disagreement.
    private func disagreement(_ results: [Bool], retries: Int, startsDown: Bool) -> String? {
        var rig = CheckerRig.running {
            $0.retries = retries
            $0.startsDown = startsDown
        }
        var verdicts: [Bool] = []
        for index in results.indices {
            let before = rig.checker.isUp
            let actions = rig.finish(results[index])
            let past = Array(results[...index])
            let isUp = Specification.isUp(past, retries: retries, startsDown: startsDown)
            for case .verdict(let verdict) in actions { verdicts.append(verdict == .up) }
            if rig.checker.isUp != isUp { return "\(past) retries \(retries): \(rig.checker.isUp)" }
            if before != isUp, verdicts.last != isUp { return "\(past) retries \(retries): no verdict" }
            let pause = Specification.pause(
                past, retries: retries, startsDown: startsDown, delayLoop: Duration.seconds(10),
                beforeRetry: .seconds(2))
            if rig.wait() != pause { return "\(past) retries \(retries): another pause" }
        }
        return nil
    }

    @Test(arguments: 0...3, [false, true])
    func `Every sequence of ten results decides as specified`(retries: Int, startsDown: Bool) {
        for bits in 0..<1024 {
            let results = (0..<10).map { bits >> $0 & 1 == 1 }
            let found = disagreement(results, retries: retries, startsDown: startsDown)
            guard found == nil else { return #expect(found == nil) }
        }
    }

    @Test func `Random sequences decide as specified`() {
        var random = SplitMix(seed: 5)
        for _ in 0..<2_000 {
            let odds = random.below(101)
            let results = (0..<random.below(60)).map { _ in random.chance(odds) }
            let found = disagreement(results, retries: random.below(8), startsDown: random.chance(50))
            guard found == nil else { return #expect(found == nil) }
        }
    }

    /// Up only when each URL has passed since it last failed; and never stuck: enough successes lead up.
    @Test(arguments: 1...4, [false, true]) func `All urls pass before up`(count: Int, isFast: Bool) {
        var random = SplitMix(seed: UInt64(count))
        for _ in 0..<300 {
            var rig = CheckerRig.running {
                $0.steps = .urls(count: count, isFast: isFast)
                $0.startsDown = random.chance(50)
                $0.retries = random.below(3)
            }
            var isGood = Array(repeating: false, count: count)
            let odds = 30 + random.below(60)
            for _ in 0..<60 {
                let passes = random.chance(odds)
                isGood[rig.step] = passes
                let actions = rig.finish(passes)
                for case .verdict(.up) in actions { #expect(isGood.allSatisfy { $0 }) }
                if !passes { #expect(!actions.contains(.verdict(.up))) }
                for case .verdict(.down) in actions { isGood = Array(repeating: false, count: count) }
                rig.wait()
            }
            for _ in 0...(2 * count) {
                rig.finish(true)
                rig.wait()
            }
            #expect(rig.checker.isUp)
        }
    }

    /// Events in any order, with times that jump: the checker never forgets to run, and nothing traps.
    @Test(arguments: 0..<8 as Range<UInt64>) func `Any events leave a checker that goes on`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            let steps: [CheckerSettings.Steps] = [.one, .urls(count: 3, isFast: random.chance(50)), .hosts(count: 2)]
            var rig = CheckerRig {
                $0.steps = steps[random.below(3)]
                $0.retries = random.below(4)
                $0.startsDown = random.chance(50)
                $0.stopGrace = random.chance(50) ? .seconds(2) : nil
                $0.countsFromStart = random.chance(50)
                $0.delayLoop = [.zero, .seconds(1), .seconds(60)][random.below(3)]
            }
            rig.handle(.start(randomShare: Double(random.below(100)) / 100))
            for _ in 0..<60 { step(&rig, &random) }
            rig.handle(.resume)
            #expect(rig.checker.nextDeadline != nil)
            #expect(rig.checker.retriesBegun <= max(rig.checker.settings.retries, 0))
            #expect(rig.checker.step < rig.checker.settings.steps.count)
        }
    }

    private func step(_ rig: inout CheckerRig, _ random: inout SplitMix) {
        let outcomes: [CheckOutcome] = [.passed(), .failed(.reset), .notRun(.fileDescriptors), .passed(.absolute(1))]
        rig.now = rig.now + .milliseconds(random.below(4_000))
        switch random.below(9) {
        case 0: rig.handle(.suspend)
        case 1: rig.handle(.resume)
        case 2: rig.handle(.finished(id: UInt32(random.below(20)), outcomes[random.below(4)]))
        case 3: rig.handle(.reported(outcomes[random.below(4)]))
        case 4: rig.handle(.timer)
        case 6: rig.handle(.progressed(id: rig.runID, .body))
        case 5: rig.wait()
        default: rig.finish(outcomes[random.below(4)])
        }
    }
}
