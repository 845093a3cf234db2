/// Makes words of a statement's text.
enum WordSplitter {
    /// Splits at blanks; `"..."` is one word, and a quote that is not closed ends the line.
    static func plain(_ token: Token) -> [Word] {
        guard case .text(let text) = token.kind else { return [] }
        var words: [Word] = []
        var index = text.startIndex
        let end = text.endIndex
        while true {
            while index < end, text[index].isBlank { index += 1 }
            guard index < end else { return words }
            let start = index
            let column = token.columns.column(at: start, of: text, token.location)
            if text[start] == .quote {
                guard let close = text[(start + 1)...].firstIndex(of: .quote) else { return words }
                words.append(Word(text: text[(start + 1)..<close].text, column: column))
                index = close + 1
            } else {
                while index < end, !text[index].isBlank, text[index] != .quote { index += 1 }
                words.append(Word(text: text[start..<index].text, column: column))
            }
        }
    }

    /// Why a text makes no words, in words.
    struct Failure: Error, Equatable {
        var message: String
    }

    /// Splits as keepalived splits scripts and the like: at blanks; quotes of both kinds join, and `\` makes characters.
    static func quoted(_ token: Token) throws(Failure) -> [Word] {
        guard case .text(let text) = token.kind else { return [] }
        var words: [Word] = []
        var rest = text.drop(while: \.isBlank)
        while !rest.isEmpty {
            let column = token.columns.column(at: rest.startIndex, of: text, token.location)
            var bytes = try quotedWord(&rest)
            // What keepalived keeps is a string of C.
            if let zero = bytes.firstIndex(of: 0) { bytes.removeSubrange(zero...) }
            words.append(Word(text: String(decoding: bytes, as: UTF8.self), column: column))
            rest = rest.drop(while: \.isBlank)
        }
        return words
    }

    /// The same for a text by itself, like a word that is a command; none if it can't be split.
    static func quoted(_ text: ArraySlice<UInt8>, _ location: SourceLocation) -> [Word] {
        (try? quoted(Token(.text(text), at: location))) ?? []
    }

    private static func quotedWord(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var open: UInt8?
        while let byte = rest.first {
            if open == nil, byte.isBlank { break }
            rest.removeFirst()
            if byte == .backslash {
                guard !rest.isEmpty else { throw Failure(message: "nothing follows the last '\\'") }
                bytes.append(escaped(&rest))
            } else if byte == open {
                open = nil
            } else if open == nil, byte == .quote || byte == .apostrophe {
                guard !rest.isEmpty else { break }
                open = byte
            } else {
                bytes.append(byte)
            }
        }
        if let open { throw Failure(message: "a \(open == .quote ? "'\"'" : "\"'\"") is not closed") }
        return bytes
    }

    /// What stands after a backslash: `\xHH...`, `\cC`, up to three octal digits, a letter; else the byte itself.
    private static func escaped(_ rest: inout ArraySlice<UInt8>) -> UInt8 {
        let first = rest.removeFirst()
        if first == UInt8(ascii: "x"), rest.first?.hexadecimalValue != nil {
            var value: UInt8 = 0
            while let digit = rest.first?.hexadecimalValue {
                value = value << 4 | digit
                rest.removeFirst()
            }
            return value
        }
        if first == UInt8(ascii: "c"), let control = rest.popFirst() { return control & 0x1F }
        if first.isOctalDigit {
            var value = first - 0x30
            for _ in 0..<2 {
                guard let digit = rest.first, digit.isOctalDigit else { break }
                value = value << 3 | (digit - 0x30)
                rest.removeFirst()
            }
            return value
        }
        return letters[first] ?? first
    }

    private static let letters: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "E"): 0x1B, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B,
    ]
}
