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
}

/// The second layer: lines become tokens. A brace ends a statement as the end of the line does.
enum Lexer {
    static func tokens(of lines: [SourceLine]) -> [Token] {
        var tokens: [Token] = []
        tokens.reserveCapacity(lines.count)
        for line in lines { append(line, to: &tokens) }
        return tokens
    }

    private static func append(_ line: SourceLine, to tokens: inout [Token]) {
        var rest = line.text[...]
        while let first = rest.first {
            let location = line.location(at: rest.startIndex)
            if first == .openBrace || first == .closeBrace {
                tokens.append(Token(kind: first == .openBrace ? .open : .close, location: location))
                rest.removeFirst()
            } else {
                let end = endOfStatement(rest)
                tokens.append(Token(kind: .text(rest[..<end].trimmingSuffix(while: \.isBlank)), location: location))
                rest = rest[end...]
            }
            rest = rest.drop(while: \.isBlank)
        }
    }

    /// The first brace outside quotes. `${NAME}` is not a block.
    private static func endOfStatement(_ text: ArraySlice<UInt8>) -> Int {
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case .openBrace, .closeBrace: return index
            case .quote: index = text[(index + 1)...].firstIndex(of: .quote) ?? text.endIndex - 1
            case .dollar where text[(index + 1)...].first == .openBrace:
                index = text[index...].firstIndex(of: .closeBrace) ?? text.endIndex - 1
            default: break
            }
            index += 1
        }
        return text.endIndex
    }
}

/// Makes words of a statement's text.
enum WordSplitter {
    /// Splits at blanks; `"..."` is one word, and a quote that is not closed ends the line. `location` is where the
    /// text begins.
    static func plain(_ text: ArraySlice<UInt8>, _ location: SourceLocation) -> [Word] {
        var words: [Word] = []
        var rest = text.drop(while: \.isBlank)
        func column(_ index: Int) -> Int { location.column == 0 ? 0 : location.column + index - text.startIndex }
        while let first = rest.first {
            let start = column(rest.startIndex)
            if first == .quote {
                guard let end = rest.dropFirst().firstIndex(of: .quote) else { break }
                let word = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
                words.append(Word(text: word, column: start))
                rest = rest[(end + 1)...]
            } else {
                let end = rest.firstIndex { $0.isBlank || $0 == .quote } ?? rest.endIndex
                words.append(Word(text: String(decoding: rest[..<end], as: UTF8.self), column: start))
                rest = rest[end...]
            }
            rest = rest.drop(while: \.isBlank)
        }
        return words
    }

    /// As keepalived splits scripts and the like: quotes of both kinds join words, backslashes escape.
    static func quoted(_ text: ArraySlice<UInt8>, _ location: SourceLocation) -> [Word] { plain(text, location) }
}
