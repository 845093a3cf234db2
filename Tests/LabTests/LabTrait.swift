import Foundation
import Testing

/// Brings a lab up around a suite, and takes it away again whatever happens in between.
struct LabTrait: SuiteTrait, TestScoping {
    let lab: Lab
    var isRecursive: Bool { false }

    @TaskLocal static var current: Lab?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        _ = Self.interruption
        defer { Lab.down() }
        try lab.up()
        try await Self.$current.withValue(lab, operation: function)
    }

    /// ^C must not leave a lab behind either.
    nonisolated(unsafe) private static let interruption: [any DispatchSourceSignal] = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { @Sendable in
            Lab.down()
            exit(128 + number)
        }
        source.resume()
        return source
    }
}

extension Trait where Self == LabTrait {
    static func lab(_ mode: Mode, _ family: Family) -> Self { LabTrait(lab: Lab(mode: mode, family: family)) }
}

/// The lab of the suite that runs.
func currentLab() throws -> Lab { try #require(LabTrait.current, "no lab: the suite lacks .lab(mode, family)") }
