/// What makes an `include` that finds not all it names an error: `include_check` and the letter after `include`.
struct IncludeChecks: OptionSet, Equatable {
    var rawValue: UInt8

    /// A directory, or a file that can't be read.
    static let read = IncludeChecks(rawValue: 1)
    /// No file, if the pattern has no wildcard.
    static let match = IncludeChecks(rawValue: 2)
    /// No file, even if the pattern has a wildcard.
    static let wildcardMatch = IncludeChecks(rawValue: 4)
    /// A missing file for one of the alternatives in braces; then none is read.
    static let braceMatch = IncludeChecks(rawValue: 8)
    static let all: IncludeChecks = [.read, .match, .wildcardMatch, .braceMatch]

    /// What a keyword of the family checks besides; nil if it is none of it.
    init?(keyword: ArraySlice<UInt8>) {
        switch keyword.text {
        case "include": self = []
        case "includer": self = .read
        case "includem": self = [.read, .match]
        case "includew": self = [.read, .match, .wildcardMatch]
        case "includeb": self = [.read, .braceMatch]
        case "includea": self = .all
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What an `include_check` statement leaves: alone it demands everything, the first word without a sign replaces
    /// what was, `+` adds and `-` takes away.
    mutating func set(_ words: ArraySlice<Word>, _ location: SourceLocation, log: DiagnosticLog) {
        guard !words.isEmpty else {
            self = .all
            return
        }
        for (position, word) in words.enumerated() {
            let sign = word.text.first.flatMap { "+-".contains($0) ? $0 : nil }
            if sign == nil {
                guard position == 0 else {
                    log.warn(
                        location.at(word.column), "'\(word.text)' without a sign comes too late: ignored",
                        hint: "only the first word sets, '+' adds and '-' takes away")
                    continue
                }
                self = []
            }
            apply(String(word.text.dropFirst(sign == nil ? 0 : 1)), sign, location.at(word.column), log)
        }
    }

    private mutating func apply(
        _ name: String, _ sign: Character?, _ location: SourceLocation, _ log: DiagnosticLog
    ) {
        let names: [(String, IncludeChecks)] = [
            ("read", .read), ("match", .match), ("wildcard_match", .wildcardMatch), ("brace_match", .braceMatch),
        ]
        guard let check = names.first(where: { $0.0 == name })?.1 else {
            log.warn(
                location, "'\(name)' is not an include check: ignored",
                hint: "one of: \(names.map(\.0).joined(separator: ", "))")
            return
        }
        switch sign {
        case "+": insert(check)
        case "-": remove(check)
        default: self = [.read, check]
        }
    }
}
