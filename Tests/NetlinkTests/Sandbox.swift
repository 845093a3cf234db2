import Foundation
import Linux
import Testing

@testable import Netlink

/// Runs `body` in a network namespace of its own. Expectations belong outside: return values and check them there.
func inNamespace<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await NetworkNamespace.fresh.run(body)
}

/// Runs a shell script in the calling thread's namespace; its output.
@discardableResult
func shell(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-euc", script]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ShellFailure(script: script, output: text) }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
}

struct ShellFailure: Error {
    var script: String
    var output: String
}

/// Calls `body` until it gives something, at most for `seconds`; nil if it never does.
func eventually<Result>(within seconds: Double = 5, _ body: () throws -> Result?) rethrows -> Result? {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end {
        if let result = try body() { return result }
        usleep(10_000)
    }
    return nil
}
