import CSluiceABI
import Testing
import Wire

/// Model and program agree on every packet: action, counted verdict, and every byte of what goes on.
@Suite struct DifferentialTests {
    private static let ingress = ModelInterface(ifindex: 1, mac: ModelWorld.own)
    private static let packetsPerSeed = 4000

    /// 120,000 packets.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func modelAndProgramAgree(_ seed: UInt64) throws {
        var subject = ProgramSubject(try TestForwarder(seed: seed % 4))
        let difference = try ModelComparison.firstDifference(
            seed: seed, rounds: Self.packetsPerSeed, ingress: Self.ingress, others: [ModelWorld.second],
            subject: &subject)
        #expect(difference == nil, "\(difference ?? "")")
    }
}
