/// A figure over several rounds.
struct Summary: Equatable {
    let median: Double
    let lowest: Double
    let highest: Double

    /// - Parameter values: at least one.
    init(_ values: [Double]) {
        precondition(!values.isEmpty, "a figure has at least one round")
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        lowest = sorted[0]
        highest = sorted[sorted.count - 1]
    }
}

/// A measured row of the report.
struct Row {
    let labels: Labels
    /// Above the wrapper, nanoseconds per packet.
    let net: Summary
    /// `net` in units of L1 with one flow, and of L1 with as many flows, round by round.
    let overL1: Summary
    let overL1SameFlows: Summary
    let packets: Int
    /// The worst of all rounds.
    let proof: Proof
}

/// All rounds of a group's cases, and what follows from them.
struct Rounds {
    /// By round: E0 by family and L1 by flows, wrapper included.
    var empty: [[Family: Double]] = []
    var lookup: [[Int: Double]] = []
    var samples: [Labels: [Sample]] = [:]

    /// L1 above the wrapper in one round.
    private func lookupNet(_ round: Int, flows: Int) -> Double {
        guard let gross = lookup[round][flows], let wrapper = empty[round][.ipv4] else {
            preconditionFailure("L1 is measured in each round, for \(flows) flows too")
        }
        return gross - wrapper
    }

    /// E0 of a family in each round.
    func emptyGross(_ family: Family) -> [Double] { empty.compactMap { $0[family] } }

    /// L1 above the wrapper in each round.
    func lookupNet(flows: Int) -> [Double] { lookup.indices.map { lookupNet($0, flows: flows) } }

    /// A case's row.
    func row(_ labels: Labels) -> Row {
        guard let samples = samples[labels], samples.count == empty.count else {
            preconditionFailure("each case is measured in each round")
        }
        let net = samples.enumerated().map { round, sample in
            guard let wrapper = empty[round][labels.family] else { preconditionFailure("E0 is measured in each round") }
            return sample.nanoseconds - wrapper
        }
        return Row(
            labels: labels, net: Summary(net),
            overL1: Summary(net.enumerated().map { $1 / lookupNet($0, flows: 1) }),
            overL1SameFlows: Summary(net.enumerated().map { $1 / lookupNet($0, flows: labels.flows) }),
            packets: samples[0].packets, proof: Self.worst(samples.map(\.proof)))
    }

    private static func worst(_ proofs: [Proof]) -> Proof {
        let resident = proofs.compactMap(\.resident).min()
        return Proof(
            onPath: proofs.map(\.onPath).min() ?? 0, resident: resident,
            evicted: proofs.map(\.evicted).max() ?? 0, withoutState: proofs.map(\.withoutState).max() ?? 0)
    }
}
