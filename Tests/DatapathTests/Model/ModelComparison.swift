import CSluiceABI
import Wire

/// What is held against the model: the XDP program behind its maps, in a test.
protocol ModelSubject {
    /// Makes the subject's tables those of the model: services, destinations, interfaces. Flows and cursors stay.
    mutating func load(_ model: Model) throws
    /// Runs one packet that arrives by the model's ingress interface.
    mutating func process(_ frame: [UInt8]) throws -> ModelObservation
}

/// What can be seen of a subject's decision.
struct ModelObservation {
    /// The one verdict that the packet counted; nil if it counted none or several.
    var verdict: sluice_verdict?
    /// `enum xdp_action`: 1 drop, 2 pass, 3 transmit, 4 redirect.
    var action: UInt32
    /// The frame as the subject left it.
    var frame: [UInt8]
}

enum ModelComparison {
    /// Runs a scenario through model and subject, with a change of the tables every `change` packets; what differs
    /// first, in words with the seed and the round to repeat it, or nil. It ends there: after a difference the flows
    /// differ too.
    static func firstDifference(
        seed: UInt64, rounds: Int, change: Int = 50, damagedPercent: Int = 8, ingress: ModelInterface,
        others: [ModelInterface] = [], subject: inout some ModelSubject
    ) throws -> String? {
        var scenario = ModelScenario(seed: seed, ingress: ingress, others: others)
        scenario.mutatedPercent = damagedPercent
        try subject.load(scenario.model)
        for round in 0..<rounds {
            if round % change == change - 1 {
                scenario.changeTables()
                try subject.load(scenario.model)
            }
            let step = scenario.step()
            let observed = try subject.process(step.frame)
            if let difference = step.expected.difference(from: observed) {
                return """
                    seed \(seed), round \(round), \(step.kind)\(step.isIntact ? "" : ", damaged")
                      in:       \(Frame.dissect(step.frame))
                      bytes:    \(hexadecimal(step.frame))
                      expected: \(step.expected)
                      observed: \(observed)
                      \(difference)
                    """
            }
        }
        return nil
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension ModelResult {
    /// In a few words, or nil. The bytes of a dropped packet are nobody's business.
    func difference(from observed: ModelObservation) -> String? {
        if observed.verdict != verdict { return "another verdict" }
        if observed.action != action.code { return "another action" }
        guard action != .drop, observed.frame != frame else { return nil }
        guard observed.frame.count == frame.count else {
            return "\(observed.frame.count) bytes instead of \(frame.count)"
        }
        let places = frame.indices.filter { frame[$0] != observed.frame[$0] }
        return "bytes differ at \(places.map(String.init).joined(separator: " "))"
    }
}

extension ModelAction {
    /// `enum xdp_action`.
    var code: UInt32 {
        switch self {
        case .drop: 1
        case .pass: 2
        case .transmit: 3
        case .redirect: 4
        }
    }
}

extension ModelObservation: CustomStringConvertible {
    var description: String {
        "\(verdict?.name ?? "not one verdict"), action \(action): \(Frame.dissect(frame))"
    }
}
