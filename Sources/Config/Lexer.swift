/// What the block reader sees: the words of a statement, or a brace.
struct Token: Equatable {
    enum Kind: Equatable {
        /// The words of one line, or of a part of it between braces; never empty.
        case words([String])
        case open
        case close
    }

    var kind: Kind
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
            if first == .openBrace || first == .closeBrace {
                tokens.append(Token(kind: first == .openBrace ? .open : .close, location: line.location))
                rest.removeFirst()
            } else {
                let end = endOfStatement(rest)
                let words = words(of: rest[..<end])
                if !words.isEmpty { tokens.append(Token(kind: .words(words), location: line.location)) }
                rest = rest[end...]
            }
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

    /// Splits at blanks; `"..."` is one word, and a quote that is not closed ends the line.
    private static func words(of text: ArraySlice<UInt8>) -> [String] {
        var words: [String] = []
        var rest = text.drop(while: \.isBlank)
        while let first = rest.first {
            if first == .quote {
                guard let end = rest.dropFirst().firstIndex(of: .quote) else { break }
                words.append(String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self))
                rest = rest[(end + 1)...]
            } else {
                let end = rest.firstIndex { $0.isBlank || $0 == .quote } ?? rest.endIndex
                words.append(String(decoding: rest[..<end], as: UTF8.self))
                rest = rest[end...]
            }
            rest = rest.drop(while: \.isBlank)
        }
        return words
    }
}
