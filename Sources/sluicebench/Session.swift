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

/// One run of the benchmark: group by group, measures all cases in turn, round after round.
final class Session {
    /// The numbers of flows that L1 is measured with, and the cases use.
    static let flowCounts = [1, 1 << 10, 1 << 17, 1 << 20]

    private let effort: Effort
    private let only: String?
    private let progress: (String) -> Void
    private let wrapper: Wrapper
    private let calibration: Calibration

    /// - Parameter only: rows whose description contains it; all if nil.
    init(effort: Effort, only: String?, progress: @escaping (String) -> Void) throws {
        self.effort = effort
        self.only = only
        self.progress = progress
        wrapper = try Wrapper()
        progress("filling the tables of L1")
        calibration = try Calibration(wrapper, flows: Self.flowCounts)
    }

    /// Measures, and reports.
    func report(commit: String, command: String) throws -> Report {
        let circumstances = try Circumstances(commit: commit, command: command, rounds: effort.rounds)
        let measured = try Group.all.compactMap(measure)
        guard !measured.isEmpty else { throw BenchError("no row matches \(only ?? "")") }
        let all = measured.map(\.rounds)
        return Report(
            circumstances: circumstances,
            empty: Family.allCases.map { family in (family, Summary(all.flatMap { $0.emptyGross(family) })) },
            lookup: Self.flowCounts.map { flows in (flows, Summary(all.flatMap { $0.lookupNet(flows: flows) })) },
            rows: measured.flatMap(\.rows))
    }

    /// All rounds of a group, the units measured in each; nil if none of its cases is wanted.
    private func measure(_ group: Group) throws -> (rounds: Rounds, rows: [Row])? {
        progress("\(group.name): setting up")
        let cases = try Catalogue.cases(group, wrapper) { [only] labels in
            only.map { labels.description.contains($0) } ?? true
        }
        if cases.isEmpty { return nil }
        var rounds = Rounds()
        for round in 0..<effort.rounds {
            progress("\(group.name): round \(round + 1) of \(effort.rounds), \(cases.count) cases")
            rounds.empty.append(try calibration.empty.mapValues { try sample($0, round).nanoseconds })
            rounds.lookup.append(try calibration.lookup.mapValues { try sample($0, round).nanoseconds })
            for each in cases { rounds.samples[each.labels, default: []].append(try sample(each, round)) }
        }
        return (rounds, cases.map { rounds.row($0.labels) })
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
