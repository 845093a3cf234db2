import BPF
import Plan
import Testing

@testable import Datapath

/// What the kernel's verifier has to look at; it gives up after a million instructions.
@Suite struct VerifierTests {
    @Test func theForwarderIsFarFromTheVerifiersLimit() throws {
        let full = try TestForwarder(flows: 4096).program.info
        let none = Features(nat: false, anyPort: false, stateless: false)
        let bare = try TestForwarder(flows: 4096, features: none).program.info
        print(
            "sluice: \(full.verifiedInstructions) instructions verified, \(full.instructions) loaded;"
                + " without features \(bare.verifiedInstructions), \(bare.instructions)")
        #expect(full.verifiedInstructions < 600_000)
        #expect(bare.instructions < full.instructions, "features that are off are pruned")
    }

    @Test func theDecapsulatorIsFarFromTheVerifiersLimit() throws {
        let info = try DecapProgram().program.info
        print("decap: \(info.verifiedInstructions) instructions verified, \(info.instructions) loaded")
        #expect(info.verifiedInstructions < 50_000)
    }
}
