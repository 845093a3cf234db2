import Wire

/// How a keyword's arguments are written, and what value they make.
struct Form<Value: Sendable>: Sendable {
    /// What is right, for messages: "seconds, 0.01 to 255".
    var syntax: String
    /// How many words are needed; keepalived refuses the configuration if there are fewer.
    var minimumArguments = 1
    /// Whether its words are split as scripts are: see `WordSplitter.quoted`.
    var isQuoted = false
    /// Whether the keyword alone says it: there is no word for its absence.
    var isPresence = false
    /// Takes the words that make the value; what it leaves is reported as surplus.
    var parse: @Sendable (inout Arguments) throws(Misfit) -> Value
    /// The value as it is listed. A string is one word, an array several.
    var json: @Sendable (Value) -> JSON

    /// The same, for a setting that may be absent.
    var optional: Form<Value?> {
        Form<Value?>(
            syntax: syntax, minimumArguments: minimumArguments, isQuoted: isQuoted, isPresence: isPresence,
            parse: { (arguments) throws(Misfit) in try parse(&arguments) },
            json: { $0.map(json) ?? .null })
    }

    /// The same with another count of words that must be there.
    func needing(_ count: Int) -> Form {
        var form = self
        form.minimumArguments = count
        return form
    }
}

/// The arguments of a statement, taken one by one.
struct Arguments {
    let statement: Statement
    let log: DiagnosticLog
    /// How many were taken.
    private(set) var taken = 0

    init(_ statement: Statement, log: DiagnosticLog) {
        self.statement = statement
        self.log = log
    }

    /// Reads the words of a line of values, the first one too.
    init(line: Statement, of keyword: String, log: DiagnosticLog) {
        var statement = line
        statement.words.insert(Word(text: keyword, column: line.words[0].column), at: 0)
        self.init(statement, log: log)
    }

    /// The next word, which stays.
    var next: String? { statement.argument(taken) }

    /// Where the next word stands, or the keyword if there is none.
    var location: SourceLocation { statement.location(of: taken) }

    /// The next word; nil if there is none.
    mutating func take() -> String? {
        guard let word = next else { return nil }
        taken += 1
        return word
    }

    /// Takes the next word if it is this one.
    mutating func take(_ word: String) -> Bool {
        guard next == word else { return false }
        taken += 1
        return true
    }

    /// Takes a value that one word makes. The word stays if the function returns nil.
    mutating func take<Value>(_ expected: String, _ make: (String) -> Value?) throws(Misfit) -> Value {
        guard let word = next, let value = make(word) else { throw misfit(expected) }
        taken += 1
        return value
    }

    /// That the next word is not what was expected.
    func misfit(_ expected: String) -> Misfit { Misfit(index: taken, expected: expected) }

    /// Warns of what was just taken, or of the keyword if nothing was.
    func warn(_ message: String, hint: String? = nil) {
        log.warn(taken > 0 ? statement.location(of: taken - 1) : statement.location, message, hint: hint)
    }
}

/// An argument that is not what its keyword takes.
struct Misfit: Error {
    /// Which argument, counted from 0.
    var index: Int
    /// What would be right.
    var expected: String
}
