import Foundation

/// The real keepalived, as it tests a configuration.
struct Keepalived {
    enum Outcome: Equatable {
        /// It would run: there is nothing to complain of (0), or only what it can live with.
        case runs(Int32)
        /// It would not.
        case refuses(Int32)
        /// It crashed, ended itself, or found no end.
        case dies(signal: Int32)
    }

    var outcome: Outcome
    /// What it said. It reads a file once for each of its processes, and says again what is wrong with all of them.
    var lines: [String]

    /// The version whose behaviour the tests' lists of exceptions describe.
    static let version = "v2.2.7"

    /// Lets keepalived test a file, in a network namespace of its own, for ten seconds at most.
    static func test(_ path: String) throws -> Keepalived {
        try run(["-i", Corpus.configurationID, "-t", "-f", path])
    }

    static func run(_ arguments: [String]) throws -> Keepalived {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let namespace = geteuid() == 0 ? ["-n"] : ["-r", "-n"]
        process.arguments = ["unshare"] + namespace + ["timeout", "-s", "KILL", "10", "keepalived"] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = (environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let status = process.terminationStatus
        return Keepalived(
            outcome: outcome(status, wasKilled: process.terminationReason == .uncaughtSignal),
            lines: said.split(whereSeparator: \.isNewline).map(String.init))
    }

    private static func outcome(_ status: Int32, wasKilled: Bool) -> Outcome {
        switch status {
        case _ where wasKilled: .dies(signal: status)
        case 129...: .dies(signal: status - 128)
        case 0, 5, 6: .runs(status)
        default: .refuses(status)
        }
    }

    /// What it called unknown, each time.
    ///
    /// "(Line 3) Unknown keyword 'x'" is of the main file; once that is not the only one, "(a.conf: Line 3) ..." names
    /// the file. What its first process says, which passes over most blocks, has no file's name and now and then too
    /// low a line: where a later one names the same word, that counts.
    func unknownKeywords(of main: String) -> [UnknownKeyword] {
        var named: [UnknownKeyword] = []
        var unnamed: [UnknownKeyword] = []
        for line in lines {
            guard let match = line.wholeMatch(of: /\((?:(.+): )?Line (\d+)\) Unknown keyword '(.*)'/),
                match.output.3 != "}", let number = Int(match.output.2)
            else { continue }
            let file = match.output.1.flatMap { $0.split(separator: "/").last }.map(String.init)
            let keyword = UnknownKeyword(file: file ?? main, line: number, word: String(match.output.3))
            if file == nil { unnamed.append(keyword) } else { named.append(keyword) }
        }
        let known = Set(named.map(\.word))
        return named + unnamed.filter { !known.contains($0.word) }
    }
}
