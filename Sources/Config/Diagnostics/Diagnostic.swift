/// Where in the configuration something stands.
package struct SourceLocation: Hashable, Sendable {
    /// The file's path, as it was given or as an `include` found it.
    package var file: String
    /// Counted from 1; 0 means the file as a whole.
    package var line: Int
    /// Counted in bytes from 1; 0 means the line as a whole.
    package var column: Int

    /// `line` and `column` are counted from 1; 0 means the file, or the line, as a whole.
    package init(file: String, line: Int, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// Another place in the same line.
    func at(_ column: Int) -> SourceLocation { SourceLocation(file: file, line: line, column: column) }
}

extension SourceLocation: CustomStringConvertible {
    /// `FILE:LINE`, or `FILE` for the file as a whole: what people look for. The column is for the caret.
    package var description: String { line > 0 ? "\(file):\(line)" : file }
}

/// One remark about the configuration: where, what was found, and what would be right.
package struct Diagnostic: Hashable, Sendable {
    /// How much it matters, the least first.
    package enum Severity: String, Sendable, CaseIterable {
        /// Nothing is wrong; something is understood but has no effect.
        case note
        /// The configuration runs, other than it is written. keepalived survives it too.
        case warning
        /// The configuration is refused.
        case error
    }

    /// How much it matters.
    package var severity: Severity
    /// The line that caused it.
    package var location: SourceLocation
    /// What was found and what it leads to.
    package var message: String
    /// What would be right, if that is known.
    package var hint: String?

    /// `hint` says what would be right.
    package init(severity: Severity, location: SourceLocation, message: String, hint: String? = nil) {
        self.severity = severity
        self.location = location
        self.message = message
        self.hint = hint
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `FILE:LINE: warning: MESSAGE (HINT)`.
    package var description: String {
        let text = "\(location): \(severity.rawValue): \(message)"
        guard let hint else { return text }
        return "\(text) (\(hint))"
    }
}

/// Collects diagnostics in the order in which they are found, each only once.
final class DiagnosticLog {
    private(set) var all: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []
    private var notedKeywords: Set<String> = []

    var hasErrors: Bool { all.contains { $0.severity == .error } }

    func warn(_ location: SourceLocation, _ message: String, hint: String? = nil) {
        add(Diagnostic(severity: .warning, location: location, message: message, hint: hint))
    }

    func fail(_ location: SourceLocation, _ message: String, hint: String? = nil) {
        add(Diagnostic(severity: .error, location: location, message: message, hint: hint))
    }

    func note(_ location: SourceLocation, _ message: String) {
        add(Diagnostic(severity: .note, location: location, message: message))
    }

    /// Notes, at a keyword's first use in a kind of block only, that it is known but has no effect, and why.
    func noteUnused(_ keyword: String, in block: String, _ location: SourceLocation, _ reason: String) {
        guard notedKeywords.insert("\(block)/\(keyword)").inserted else { return }
        note(location, "'\(keyword)': understood, not used by Sluice: \(reason)")
    }

    private func add(_ diagnostic: Diagnostic) {
        if seen.insert(diagnostic).inserted { all.append(diagnostic) }
    }
}
