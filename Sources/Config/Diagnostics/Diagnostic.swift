import Wire

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

    /// Who finds fault.
    package enum Source: String, Sendable, CaseIterable {
        /// keepalived reports it too.
        case keepalived
        /// keepalived's script security reports it too.
        case scriptSecurity = "script_security"
        /// Only Sluice remarks on it: keepalived takes it in silence.
        case sluice
    }

    /// How much it matters.
    package var severity: Severity
    /// Who finds fault; of a note always Sluice.
    package var source = Source.keepalived
    /// The line that caused it.
    package var location: SourceLocation
    /// What was found and what it leads to.
    package var message: String
    /// What would be right, if that is known.
    package var hint: String?
    /// The line as it stands in the file, fit for a terminal: control characters are replaced, and a long line is cut
    /// around the column. Nil if it is not known.
    package var excerpt: String?
    /// What stands below the excerpt: blanks and tabs, then `^` below the column. Nil if there is no column.
    package var caret: String?
    /// What the line became, if definitions or sequences made something else of it; fit for a terminal.
    package var expansion: String?

    /// `hint` says what would be right.
    package init(severity: Severity, location: SourceLocation, message: String, hint: String? = nil) {
        self.severity = severity
        self.location = location
        self.message = message
        self.hint = hint
    }

    private var text: String {
        let text = "\(severity.rawValue): \(Excerpt.clean(message))"
        guard let hint else { return text }
        return "\(text) (\(Excerpt.clean(hint)))"
    }

    /// `FILE:LINE:COLUMN: warning: MESSAGE (HINT)`, then the line and a caret below the column, as far as they are
    /// known, then what the line became if something in it was replaced. A note is one line. Without a newline at the
    /// end.
    package func rendered() -> String {
        let column = location.line > 0 && location.column > 0 ? ":\(location.column)" : ""
        var lines = ["\(Excerpt.clean(location.description))\(column): \(text)"]
        if severity == .note { return lines[0] }
        if let excerpt { lines.append("    \(excerpt)") }
        if excerpt != nil, let caret { lines.append("    \(caret)") }
        if let expansion { lines.append("    expands to: \(expansion)") }
        return lines.joined(separator: "\n")
    }

    /// All that is known; the column is 0 for the line as a whole, the line for the file as a whole.
    package var json: JSON {
        var members: [(String, JSON)] = [
            ("severity", .string(severity.rawValue)), ("file", .string(location.file)), ("line", .int(location.line)),
            ("column", .int(location.column)), ("message", .string(message)),
        ]
        for (name, value) in [("hint", hint), ("excerpt", excerpt), ("expansion", expansion)] {
            if let value { members.append((name, .string(value))) }
        }
        return .object(members)
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `FILE:LINE: warning: MESSAGE (HINT)`, on one line.
    package var description: String { "\(Excerpt.clean(location.description)): \(text)" }
}
