import Wire

extension Configuration {
    /// Every setting in force, in the order of the language's tables; blocks in the order of the files.
    package var settings: [SettingReport] { Configuration.block.show(self) }
}

extension SettingReport {
    /// Whether there is anything to list: a setting that is absent by default is not.
    package var isSet: Bool { value != .null || origin != nil || !(children ?? []).isEmpty }

    /// The value's words as they are written in a file: quoted where they need it.
    package var words: [String] { value.words.map(Self.quoted) }

    private static func quoted(_ word: String) -> String {
        let needsQuotes = word.isEmpty || word.utf8.contains { $0.isBlank || "{}#!\"".utf8.contains($0) }
        return needsQuotes ? "\"\(word)\"" : word
    }

    /// `KEYWORD WORD...`, without the block.
    package var head: String { ((keyword.isEmpty ? [] : [keyword]) + words).joined(separator: " ") }

    /// The setting as a configuration says it, each line with a comment that says where it comes from.
    package func lines(indent: Int = 0) -> [String] {
        guard isSet else { return [] }
        let margin = String(repeating: " ", count: indent)
        let source = origin.map { "# \($0)" } ?? (children == nil ? "# default" : "")
        guard let children else {
            return [Self.column(margin + statement, source)]
        }
        let opening = Self.column("\(margin)\(head) {", source)
        return [opening] + children.flatMap { $0.lines(indent: indent + 4) } + ["\(margin)}"]
    }

    /// The setting on a line; as a comment if there is no way to say it.
    private var statement: String {
        guard isPresence, case .bool(let isOn) = value else { return head }
        return isOn ? keyword : "# \(keyword): off"
    }

    /// Pads the setting so that comments stand below each other.
    private static func column(_ text: String, _ comment: String) -> String {
        guard !comment.isEmpty else { return text }
        let padding = max(1, 44 - text.count)
        return text + String(repeating: " ", count: padding) + comment
    }

    /// `keyword`, `value`, `from` (FILE:LINE, or "default") and, for a block, `settings`.
    package var json: JSON {
        var members: [(String, JSON)] = []
        if !keyword.isEmpty { members.append(("keyword", .string(keyword))) }
        if value != .null { members.append(("value", value)) }
        if let origin {
            members.append(("from", .string("\(origin)")))
        } else if children == nil {
            members.append(("from", .string("default")))
        }
        if let children { members.append(("settings", .array(children.filter(\.isSet).map(\.json)))) }
        return .object(members)
    }
}

extension JSON {
    /// The words of a value.
    fileprivate var words: [String] {
        switch self {
        case .null: []
        case .bool(let value): [value ? "true" : "false"]
        case .int(let value): ["\(value)"]
        case .double(let value): ["\(value)"]
        case .string(let value): [value]
        case .array(let values): values.flatMap(\.words)
        case .object(let members): members.flatMap { [$0.0] + $0.1.words }
        }
    }
}
