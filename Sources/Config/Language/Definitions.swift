/// What a `$NAME` stands for.
struct Definition {
    /// What makes the value of a predefined name.
    enum Source {
        case text
        case workingDirectory
        case instance
        case random
        case environment
    }

    /// Never empty. If there is more than one line, the first replaces the reference and the others follow.
    var lines: [[UInt8]]
    /// Whether it was written over several lines; then it is replaced at the end of a line only.
    var hasSeveralLines = false
    var source = Source.text

    /// Whether `${NAME ...}` may have arguments.
    var takesArguments: Bool { source == .random || source == .environment }
}

/// The definitions so far.
struct Definitions {
    private var table: [String: Definition] = [
        "_PWD": Definition(lines: [[]], source: .workingDirectory),
        "_INSTANCE": Definition(lines: [[]], source: .instance),
        "_RANDOM": Definition(lines: [[]], source: .random),
        "_ENV": Definition(lines: [[]], source: .environment),
        "_HASH": Definition(lines: [[.hash]]),
        "_BANG": Definition(lines: [[.bang]]),
    ]

    subscript(name: String) -> Definition? {
        get { table[name] }
        set { table[name] = newValue }
    }

    /// The name and the value of `$NAME=VALUE`; nil if the text is something else. A blank before the `=` makes it so.
    static func parse(_ text: ArraySlice<UInt8>) -> (name: String, value: ArraySlice<UInt8>)? {
        let rest = text.dropFirst()
        guard text.first == .dollar, let first = rest.first, first.isNameByte, !first.isDigit else { return nil }
        guard let end = rest.firstIndex(where: { !$0.isNameByte }), text[end] == .equalSign else { return nil }
        return (rest[..<end].text, text[(end + 1)...].drop(while: \.isBlank))
    }
}

/// A use of a definition in a text: `$NAME` or `${NAME}`.
struct Reference {
    var name: String
    /// What stands in braces after the name, without blanks around; nil for nothing.
    var arguments: ArraySlice<UInt8>?
    /// From the `$` to the last byte.
    var range: Range<Int>

    /// The reference that begins at a `$`. Without braces it must be followed by a blank, a comma, a `)` or the end.
    init?(_ text: ArraySlice<UInt8>, at start: Int) {
        let hasBraces = start + 1 < text.endIndex && text[start + 1] == .openBrace
        let begin = start + (hasBraces ? 2 : 1)
        guard begin < text.endIndex, text[begin].isNameByte, !text[begin].isDigit else { return nil }
        var end = begin
        while end < text.endIndex, text[end].isNameByte { end += 1 }
        name = text[begin..<end].text
        if hasBraces {
            var close = end
            while close < text.endIndex, text[close] == 0x20 || text[close].isNameByte { close += 1 }
            guard close < text.endIndex, text[close] == .closeBrace else { return nil }
            let inside = text[end..<close]
            arguments = inside.isEmpty ? nil : inside.trimmed
            range = start..<close + 1
        } else {
            guard end == text.endIndex || text[end].isBlank || text[end] == .comma || text[end] == .closeParenthesis
            else { return nil }
            range = start..<end
        }
    }
}
