import CSluiceABI
import Testing
import Wire

/// The generator reaches what it is for, and what the model makes of intact packets is sound by the dissector's
/// judgement.
@Suite struct ModelScenarioTests {
    private func scenario(_ seed: UInt64) -> ModelScenario {
        ModelScenario(seed: seed, ingress: ModelWorld.ingress, others: [ModelWorld.second])
    }

    @Test func everyVerdictOccursAndManyPacketsAreForwarded() {
        var counts: [sluice_verdict: Int] = [:]
        var total = 0
        for seed in 0..<20 as Range<UInt64> {
            var scenario = scenario(seed)
            for round in 0..<1000 {
                if round % 50 == 49 { scenario.changeTables() }
                counts[scenario.step().expected.verdict, default: 0] += 1
                total += 1
            }
        }
        // The model has no headroom to run out of and always knows a client's hop.
        let impossible: Set<sluice_verdict> = [.SLUICE_DROP_HEADROOM, .SLUICE_DROP_NO_ROUTE, .SLUICE_DROP_NOT_ACCEPTED]
        let all = (0..<sluice_verdict.SLUICE_VERDICT_COUNT.rawValue).compactMap { sluice_verdict(rawValue: $0) }
        for verdict in all where !impossible.contains(verdict) {
            #expect(counts[verdict, default: 0] >= 5, "\(verdict.name)")
        }
        let forwarded = counts[.SLUICE_FORWARDED, default: 0]
        #expect(forwarded * 4 > total, "\(forwarded) of \(total)")
    }

    @Test func intactPacketsLeaveWithRightChecksumsAndLengths() {
        for seed in 100..<120 as Range<UInt64> {
            var scenario = scenario(seed)
            for round in 0..<1000 {
                let step = scenario.step()
                guard step.isIntact, step.expected.action != .pass, step.expected.action != .drop else { continue }
                let before = Frame.dissect(step.frame)
                let after = Frame.dissect(step.expected.frame)
                let hint = "seed \(seed) round \(round): \(before) => \(step.expected)"
                #expect(before.checksumsAreValid && before.problem == nil, "\(hint)")
                // What an ICMP error quotes keeps its transport checksum, as by IPVS.
                let isQuote = step.expected.verdict == .SLUICE_ICMP_FORWARDED
                let wrong = after.wrongChecksums.filter { !isQuote || !$0.hasPrefix("TCP") && !$0.hasPrefix("UDP") }
                #expect(wrong.isEmpty && after.problem == nil, "\(hint)")
                #expect(after.tags.map(\.id) == before.tags.map(\.id), "\(hint)")
                #expect(after.payload == before.payload || step.expected.verdict.isAnswer, "\(hint)")
            }
        }
    }

    @Test func theSameSeedGivesTheSamePackets() {
        var one = scenario(7)
        var two = scenario(7)
        for _ in 0..<200 {
            let (first, second) = (one.step(), two.step())
            #expect(first.frame == second.frame && first.expected == second.expected)
        }
    }
}

extension sluice_verdict {
    fileprivate var isAnswer: Bool { self == .SLUICE_TTL_ANSWERED || self == .SLUICE_TOO_BIG_ANSWERED }
}
