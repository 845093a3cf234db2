/// Collects diagnostics in the order in which they are found, each only once, and not more than people read.
final class DiagnosticLog {
    /// More notes and warnings than these, and more errors, are only counted.
    static let most = 1_000

    /// The texts that the locations are places of.
    let texts = SourceTexts()
    private(set) var hasErrors = false
    private var kept: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []
    private var notedKeywords: Set<String> = []
    private var errorCount = 0
    private var leftOut = 0

    /// Whether further warnings are only counted, so that their hints need not be looked for.
    var isFull: Bool { kept.count - errorCount >= Self.most }

    /// What was found; the last one says how many more there are if they were too many.
    var all: [Diagnostic] {
        guard leftOut > 0, let last = kept.last else { return kept }
        let file = SourceLocation(file: last.location.file, line: 0)
        return kept + [
            Diagnostic(
                severity: .warning, location: file, message: "\(leftOut) more like these, not shown",
                hint: "the first ones are often the cause of the others")
        ]
    }

    func warn(_ location: SourceLocation, _ message: @autoclosure () -> String, hint: @autoclosure () -> String? = nil)
    {
        add(.warning, .keepalived, location, message, hint)
    }

    /// Warns of something that keepalived takes in silence.
    func advise(
        _ location: SourceLocation, _ message: @autoclosure () -> String, hint: @autoclosure () -> String? = nil
    ) {
        add(.warning, .sluice, location, message, hint)
    }

    /// Warns of a script that keepalived's script security objects to.
    func warnOfScript(
        _ location: SourceLocation, _ message: @autoclosure () -> String, hint: @autoclosure () -> String? = nil
    ) {
        add(.warning, .scriptSecurity, location, message, hint)
    }

    func fail(_ location: SourceLocation, _ message: @autoclosure () -> String, hint: @autoclosure () -> String? = nil)
    {
        add(.error, .keepalived, location, message, hint)
    }

    func note(_ location: SourceLocation, _ message: @autoclosure () -> String) {
        add(.note, .sluice, location, message, { nil })
    }

    /// Notes, at a keyword's first use in a kind of block only, that it is known but has no effect, and why.
    func noteUnused(_ keyword: String, in block: String, _ location: SourceLocation, _ reason: String) {
        guard notedKeywords.insert("\(block)/\(keyword)").inserted else { return }
        note(location, "'\(keyword)': understood, not used by Sluice: \(reason)")
    }

    private func add(
        _ severity: Diagnostic.Severity, _ source: Diagnostic.Source, _ location: SourceLocation,
        _ message: () -> String, _ hint: () -> String?
    ) {
        let isError = severity == .error
        if isError { hasErrors = true }
        guard isError ? errorCount < Self.most : !isFull else {
            leftOut += 1
            return
        }
        var diagnostic = Diagnostic(severity: severity, location: location, message: message(), hint: hint())
        diagnostic.source = source
        guard seen.insert(diagnostic).inserted else { return }
        if isError { errorCount += 1 }
        if let line = texts.line(at: location) {
            (diagnostic.excerpt, diagnostic.caret) = Excerpt.make(line, column: location.column)
        }
        if let text = texts.expansion(at: location) {
            diagnostic.expansion = Excerpt.make(text, column: 0).line
        }
        kept.append(diagnostic)
    }
}
