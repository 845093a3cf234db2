import BPF
import Linux

/// How much is measured.
struct Effort {
    let rounds: Int
    /// Packets a round where the flows fit the caches; where they don't, one for each flow at least.
    let packets: Int

    static let quick = Effort(rounds: 3, packets: 1 << 17)
    static let full = Effort(rounds: 11, packets: 1 << 19)

    func packets(_ labels: Labels) -> Int { max(packets, labels.flows) }
}

/// One run of the benchmark: sets everything up, then measures all cases in turn, round after round.
final class Session {
    /// The numbers of flows that L1 is measured with, and the cases use.
    static let flowCounts = [1, 1 << 10, 1 << 17, 1 << 20]

    private let effort: Effort
    private let progress: (String) -> Void
    private let wrapper: Wrapper
    private let calibration: Calibration
    private let cases: [Case]

    /// - Parameter only: rows whose description contains it; all if nil.
    init(effort: Effort, only: String?, progress: @escaping (String) -> Void) throws {
        self.effort = effort
        self.progress = progress
        wrapper = try Wrapper()
        progress("filling L1's tables")
        calibration = try Calibration(wrapper, flows: Self.flowCounts)
        cases = try Catalogue(wrapper, progress: progress).cases { labels in
            only.map { labels.description.contains($0) } ?? true
        }
    }

    /// Measures, and reports.
    func report(commit: String, command: String) throws -> Report {
        let circumstances = try Circumstances(commit: commit, command: command, rounds: effort.rounds)
        var rounds = Rounds()
        for round in 0..<effort.rounds {
            progress("round \(round + 1) of \(effort.rounds): \(cases.count) cases")
            try measure(round, into: &rounds)
        }
        return Report(
            circumstances: circumstances, empty: Family.allCases.map { ($0, rounds.emptySummary($0)) },
            lookup: Self.flowCounts.map { ($0, rounds.lookupSummary(flows: $0)) },
            rows: cases.map { rounds.row($0.labels) })
    }

    private func measure(_ round: Int, into rounds: inout Rounds) throws {
        rounds.empty.append(try calibration.empty.mapValues { try sample($0, round).nanoseconds })
        rounds.lookup.append(try calibration.lookup.mapValues { try sample($0, round).nanoseconds })
        for each in cases { rounds.samples[each.labels, default: []].append(try sample(each, round)) }
    }

    /// One round of one case; an error if its packets did not take the path that it names.
    private func sample(_ each: Case, _ round: Int) throws -> Sample {
        let sample = try wrapper.measure(each, round: round, packets: effort.packets(each.labels))
        guard Double(sample.proof.onPath) >= 0.99 * Double(sample.packets) else {
            throw BenchError(
                "\(each.labels): only \(sample.proof.onPath) of \(sample.packets) packets took this path "
                    + "(\(sample.proof.counted))")
        }
        return sample
    }
}

extension Labels: CustomStringConvertible {
    var description: String {
        "\(mode) \(family.rawValue) \(scheduler) \(path) \(flows)" + (services == 1 ? "" : " \(services) services")
    }
}
