import CSluiceABI
import Testing
import Wire

/// The comparison itself, with another copy of the model as its subject.
@Suite struct ModelComparisonTests {
    private struct Copy: ModelSubject {
        var model: Model?
        /// What is done to each answer.
        var sabotage: (inout ModelObservation) -> Void

        mutating func load(_ model: Model) {
            var loaded = model
            loaded.flows = self.model?.flows ?? model.flows
            loaded.hops = self.model?.hops ?? model.hops
            loaded.cursors = self.model?.cursors ?? model.cursors
            self.model = loaded
        }

        mutating func process(_ frame: [UInt8]) -> ModelObservation {
            guard let result = model?.process(frame) else { preconditionFailure("tables are loaded first") }
            var observed = ModelObservation(verdict: result.verdict, action: result.action.code, frame: result.frame)
            sabotage(&observed)
            return observed
        }
    }

    private func difference(_ sabotage: @escaping (inout ModelObservation) -> Void) throws -> String? {
        var subject = Copy(sabotage: sabotage)
        return try ModelComparison.firstDifference(
            seed: 11, rounds: 500, ingress: ModelWorld.ingress, others: [ModelWorld.second], subject: &subject)
    }

    @Test func aCopyAgrees() throws {
        #expect(try difference { _ in } == nil)
        #expect(try difference { if $0.action == 1 { $0.frame = [] } } == nil, "a dropped packet's bytes don't matter")
    }

    @Test func everyDeviationIsFound() throws {
        let verdict = try difference { if $0.verdict == .SLUICE_REPLIED { $0.verdict = nil } }
        #expect(verdict?.hasSuffix("another verdict") == true)
        let action = try difference { if $0.action == 4 { $0.action = 3 } }
        #expect(action?.hasSuffix("another action") == true)
        let bytes = try difference { if $0.verdict == .SLUICE_FORWARDED { $0.frame[20] ^= 1 } }
        #expect(bytes?.hasSuffix("bytes differ at 20") == true)
        let length = try difference { if $0.action == 3 { $0.frame.append(0) } }
        #expect(length?.contains("bytes instead of") == true)
    }
}
