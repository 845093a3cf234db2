/// Which processes a `vrrp_track_process` counts.
package struct ProcessPattern: Hashable, Sendable {
    /// How parameters are compared.
    package enum Match: Hashable, Sendable {
        /// They are not.
        case any
        /// They are these and no others; without any, the process may have none.
        case exact
        /// These come first, others may follow (`param_match partial`).
        case beginning
        /// As `beginning`, and the last of them may go on in the process (`param_match initial`).
        case prefix
    }

    /// The program's name: of a command line its first word, else what the kernel keeps of the name (15 bytes).
    package var name: [UInt8]
    /// What follows it on the command line.
    package var parameters: [[UInt8]]
    /// How `parameters` are compared; anything but `any` needs the command line.
    package var match: Match
    /// `full_command`.
    package var comparesCommandLine: Bool

    /// How many bytes of a name the kernel keeps.
    package static let nameLimit = 15

    /// From its parts. A name that the kernel would cut is cut, unless the command line is compared.
    package init(name: String, parameters: [String] = [], match: Match = .any, comparesCommandLine: Bool = false) {
        self.comparesCommandLine = comparesCommandLine || match != .any
        self.name = self.comparesCommandLine ? Array(name.utf8) : Array(name.utf8.prefix(Self.nameLimit))
        self.parameters = parameters.map { Array($0.utf8) }
        self.match = match
    }

    /// Whether a process is one of them.
    ///
    /// - Parameters:
    ///   - comm: what the kernel calls it.
    ///   - commandLine: as in `/proc/PID/cmdline`: each word ended by a zero byte; empty for a kernel thread. Cut after
    ///     any number of bytes, it must be longer than this pattern.
    package func matches(comm: [UInt8], commandLine: [UInt8]) -> Bool {
        guard comparesCommandLine else { return comm == name }
        let whole = commandLine.last == 0 ? commandLine.dropLast() : commandLine[...]
        guard !whole.isEmpty else { return false }
        let words = whole.split(separator: 0, omittingEmptySubsequences: false)
        guard let first = words.first, first.elementsEqual(name) else { return false }
        return matches(words.dropFirst())
    }

    /// More bytes than this of a command line make no difference.
    package var length: Int { name.count + parameters.reduce(0) { $0 + $1.count + 1 } + 2 }

    private func matches(_ words: ArraySlice<ArraySlice<UInt8>>) -> Bool {
        switch match {
        case .any: return true
        case .exact:
            return words.count == parameters.count && zip(words, parameters).allSatisfy { $0.elementsEqual($1) }
        case .beginning, .prefix:
            guard words.count >= parameters.count else { return false }
            for (place, (word, parameter)) in zip(words, parameters).enumerated() {
                let mayGoOn = match == .prefix && place == parameters.count - 1
                guard mayGoOn ? word.starts(with: parameter) : word.elementsEqual(parameter) else { return false }
            }
            return true
        }
    }
}

/// What is known of the processes that match some patterns: kept up to date by events, so that nothing is read twice.
/// Patterns go by their index.
package struct ProcessCensus: Hashable, Sendable {
    private var matching: [Int32: Set<Int>] = [:]
    /// By pattern.
    package private(set) var counts: [Int]

    /// Of so many patterns; no process is known.
    package init(patterns: Int) { counts = [Int](repeating: 0, count: patterns) }

    /// A process that is new, or that has become another program or name, matches these patterns.
    package mutating func note(_ process: Int32, matches patterns: Set<Int>) {
        for pattern in matching[process] ?? [] { counts[pattern] -= 1 }
        for pattern in patterns { counts[pattern] += 1 }
        matching[process] = patterns.isEmpty ? nil : patterns
    }

    /// A process that is known has a child: it is another of the same until it becomes something else.
    package mutating func fork(_ parent: Int32, child: Int32) {
        if let patterns = matching[parent] { note(child, matches: patterns) }
    }

    /// It has ended.
    package mutating func end(_ process: Int32) { note(process, matches: []) }
}
