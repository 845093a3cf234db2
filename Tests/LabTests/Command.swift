import Foundation
import Testing

/// What a command that has ended left.
struct Outcome {
    var status: Int32
    var output: String
    var errors: String

    var lines: [Substring] { output.split(separator: "\n") }
    var errorLines: [Substring] { errors.split(separator: "\n") }
}

enum CommandError: Error, CustomStringConvertible {
    case failed([String], Outcome)
    case late([String], seconds: Double, output: String)

    var description: String {
        switch self {
        case .failed(let words, let outcome):
            "`\(words.joined(separator: " "))` ended with \(outcome.status): \(outcome.errors) \(outcome.output)"
        case .late(let words, let seconds, let output):
            "`\(words.joined(separator: " "))` is not through after \(seconds) s: \(output)"
        }
    }
}

/// A command that runs beside the test. Whatever is still running when the last reference goes is ended by force.
///
/// Not Foundation's Process: that takes a command for running as long as anything that it started runs.
final class Background {
    let words: [String]
    let processID: pid_t
    private var exitStatus: Int32?
    private var input: Int32
    private let folder: URL

    init(_ words: [String], environment: [String: String] = [:]) throws {
        self.words = words
        folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let pairs = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        (processID, input) = try spawn(words, environment: pairs, output: folder.path)
    }

    deinit {
        if isRunning {
            kill(processID, SIGKILL)
            waitpid(processID, nil, 0)
        }
        closeInput()
        try? FileManager.default.removeItem(at: folder)
    }

    private func read(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: folder.appending(path: name))) ?? Data(), as: UTF8.self)
    }

    /// What it has printed so far.
    var output: String { read("output") }
    var errors: String { read("errors") }

    var isRunning: Bool {
        var status: Int32 = 0
        if exitStatus == nil, waitpid(processID, &status, WNOHANG) == processID {
            exitStatus = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
        }
        return exitStatus == nil
    }

    func signal(_ number: Int32) {
        if isRunning { kill(processID, number) }
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Waits until it has ended by itself.
    func wait(within seconds: Double = 30) throws -> Outcome {
        guard eventually(within: seconds, every: 5_000, { !isRunning }), let exitStatus else {
            throw CommandError.late(words, seconds: seconds, output: errors + output)
        }
        return Outcome(status: exitStatus, output: output, errors: errors)
    }
}

/// Starts a command found in PATH, with no signal ignored or blocked, output and errors to files of these names in a folder.
private func spawn(_ words: [String], environment: [String], output folder: String) throws -> (pid_t, input: Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    // Else a command that is started later would hold this one's input open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    for (number, name) in [(1, "output"), (2, "errors")] as [(Int32, String)] {
        posix_spawn_file_actions_addopen(&actions, number, "\(folder)/\(name)", O_WRONLY | O_CREAT | O_APPEND, 0o644)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    var none = sigset_t()
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    let arguments = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    let failure = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, variables)
    try #require(failure == 0, "can't start \(words[0]): \(String(cString: strerror(failure)))")
    return (pid, ends[1])
}

/// Runs a command to its end, whatever its exit status.
func outcome(of words: [String], environment: [String: String] = [:], within seconds: Double = 30) throws -> Outcome {
    let command = try Background(words, environment: environment)
    command.closeInput()
    return try command.wait(within: seconds)
}

/// Calls `body` until it is true, at most for `seconds`; whether it ever was.
func eventually(
    within seconds: Double = 5, every microseconds: UInt32 = 50_000, _ body: () throws -> Bool
) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while true {
        if try body() { return true }
        if Date() >= end { return false }
        usleep(microseconds)
    }
}
