import Foundation
import Testing

/// Worlds of routers, a seed each, against the invariants of `Simulator/Invariants.swift` and
/// `Simulator/Specification.swift`. `SLUICE_SIMULATION_SEED=N` runs that seed only and prints what happened,
/// `SLUICE_SIMULATION_SEEDS=N` as many instead of 10,000.
@Suite struct SimulationTests {
    private static let seedsPerTest = number("SLUICE_SIMULATION_SEEDS").map { Int($0) / 8 } ?? 1250
    private static let wanted = number("SLUICE_SIMULATION_SEED")

    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init)
    }

    @Test(arguments: 0..<8)
    func everySeedHolds(part: Int) {
        if let wanted = Self.wanted {
            guard part == 0 else { return }
            let trace = Trace()
            let failure = Self.failure(of: wanted, trace: trace)
            print(trace.tail(.max))
            #expect(failure == nil)
            return
        }
        let first = UInt64(part * Self.seedsPerTest)
        for seed in first..<first + UInt64(Self.seedsPerTest) {
            guard let failure = Self.failure(of: seed) else { continue }
            let trace = Trace()
            _ = Self.failure(of: seed, trace: trace)
            Issue.record(
                """
                seed \(seed): \(failure)
                \(trace.tail(60))
                replay: SLUICE_SIMULATION_SEED=\(seed) swift test --filter SimulationTests
                """)
            return
        }
    }

    /// A simulator that finds nothing proves nothing.
    @Test(arguments: Sabotage.allCases)
    func everySabotageIsFound(sabotage: Sabotage) {
        let limit: UInt64 = 1000
        for seed in 0..<limit {
            let world = World(seed: seed, sabotage: sabotage)
            world.live()
            guard let failure = world.failure else { continue }
            if Self.wanted != nil { print("\(sabotage): seed \(seed): \(failure)") }
            return
        }
        Issue.record("\(sabotage) was not found in \(limit) seeds")
    }

    private static func failure(of seed: UInt64, trace: Trace? = nil) -> String? {
        let world = World(seed: seed, trace: trace)
        world.live()
        return world.failure
    }
}
