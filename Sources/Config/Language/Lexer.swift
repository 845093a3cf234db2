/// What the block reader sees: a part of a line, or a brace.
struct Token: Equatable {
    enum Kind: Equatable {
        /// One line, or a part of it between braces; not empty, no blanks around. `WordSplitter` makes words of it.
        case text(ArraySlice<UInt8>)
        case open
        case close
    }

    var kind: Kind
    /// The line, and the column where it begins.
    var location: SourceLocation
    /// Where the bytes of the text stand in the line, if the text is not a slice of the line.
    var columns: ColumnMap?

    init(text piece: Piece) {
        kind = .text(piece.text)
        location = piece.location
        columns = piece.columns
    }

    init(_ kind: Kind, at location: SourceLocation) {
        self.kind = kind
        self.location = location
    }

    static func == (left: Token, right: Token) -> Bool { left.kind == right.kind && left.location == right.location }
}

/// Splits lines at braces: a brace ends a statement as the end of the line does.
enum Lexer {
    /// Makes tokens of a line up to its first brace, the brace too if it comes first. The result is what is left, which
    /// is read like a line of its own.
    static func split(_ piece: Piece, into tokens: inout [Token], log: DiagnosticLog) -> Piece? {
        guard let first = piece.text.first else { return nil }
        let start = piece.text.startIndex
        let rest: Piece
        if first == .openBrace || first == .closeBrace {
            tokens.append(Token(first == .openBrace ? .open : .close, at: piece.location))
            rest = piece.rest(from: start + 1)
        } else {
            let end = endOfStatement(piece.text) { index in reportUndefined(piece, at: index, log) }
            let text = piece.text[..<end].trimmingSuffix(while: \.isBlank)
            tokens.append(Token(text: piece.part(start..<text.endIndex)))
            rest = piece.rest(from: end)
        }
        return rest.text.isEmpty ? nil : rest
    }

    /// The first brace outside double quotes. A quote that is not closed protects the rest. A `${NAME}` that stands for
    /// nothing is not a block either: `undefined` is told where it begins.
    static func endOfStatement(_ text: ArraySlice<UInt8>, undefined: (Int) -> Void = { _ in }) -> Int {
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case .openBrace, .closeBrace: return index
            case .quote:
                guard let end = text[(index + 1)...].firstIndex(of: .quote) else { return text.endIndex }
                index = end
            case .dollar where index + 1 < text.endIndex && text[index + 1] == .openBrace:
                guard let reference = Reference(text, at: index) else { break }
                undefined(index)
                index = reference.range.upperBound - 1
            default: break
            }
            index += 1
        }
        return text.endIndex
    }

    private static func reportUndefined(_ piece: Piece, at index: Int, _ log: DiagnosticLog) {
        guard let reference = Reference(piece.text, at: index) else { return }
        log.warn(
            piece.location.at(piece.column(at: index)),
            "'\(piece.text[reference.range].text)' stands for nothing here: it stays as it is",
            hint: "define it before with $\(reference.name)=...; one with several lines must end the line")
    }
}
