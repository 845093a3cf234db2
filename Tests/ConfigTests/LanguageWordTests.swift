import Testing

@testable import Config

@Suite("Language: words, quotes, bytes")
struct LanguageWordTests {
    private func plain(_ text: String) -> [String] {
        Lines(text).tokens.first.map { WordSplitter.plain($0).map(\.text) } ?? []
    }

    private func quoted(_ text: String) -> [String]? {
        Lines(text).tokens.first.flatMap { try? WordSplitter.quoted($0).map(\.text) }
    }

    @Test("Plain words: blanks and double quotes split")
    func plainWords() {
        #expect(plain("a  b\tc\u{B}d") == ["a", "b", "c", "d"])
        #expect(plain("a\"b c\"d \"\" 'e f'") == ["a", "b c", "d", "", "'e", "f'"])
        #expect(plain("a \"b c") == ["a"])
        #expect(plain("a\\nb \"c\\\"d\"") == ["a\\nb", "c\\", "d"])
    }

    @Test("Quoted words: both quotes join, and protect each other")
    func quotedWords() {
        #expect(quoted("abcd\" efg h jkl \"mnop") == ["abcd efg h jkl mnop"])
        #expect(quoted("abcd \"efg h\" mnop") == ["abcd", "efg h", "mnop"])
        #expect(quoted("a 'b \"c' \"d 'e\" \"\"") == ["a", "b \"c", "d 'e", ""])
        #expect(quoted("/x.sh ' sp\\\\x20f\\x69le ' '\"s p\"'") == ["/x.sh", " sp\\x20file ", "\"s p\""])
        #expect(quoted("a 'b") == nil)
        #expect(quoted("a b\\") == nil)
    }

    @Test("Escapes of quoted words")
    func escapes() {
        #expect(quoted(#"\a\b\E\f\n\r\t\v"#) == ["\u{7}\u{8}\u{1B}\u{C}\n\r\t\u{B}"])
        #expect(quoted(#"\101\60x\7 \x41 \x141 \cA \z\\ \ c"#) == ["A0x\u{7}", "A", "A", "\u{1}", "z\\", " c"])
        #expect(quoted(#"a\0b \x c\c"#) == ["a", "x", "cc"])
        #expect(quoted(#"'\'' "\"""#) == ["'", "\""])
    }

    @Test("Columns count bytes from 1, tabs and UTF-8 too")
    func columns() {
        let token = Lines("\té \"b\" 'c d' e").tokens[0]
        #expect(WordSplitter.plain(token).map(\.column) == [2, 5, 9, 12, 15])
        #expect((try? WordSplitter.quoted(token))?.map(\.column) == [2, 5, 9, 15])
        let lines = Lines("a { b\n } c")
        #expect(lines.tokens.map(\.location.column) == [1, 3, 5, 2, 4])
        #expect(lines.tokens.map(\.location.line) == [1, 1, 1, 2, 2])
    }

    @Test("Comments: quotes and backslashes protect, and what a backslash protects stays")
    func comments() {
        #expect(Lines("a # b\na ! b\n#c\n  !d\n\"a # b\" c # d").texts == ["a", "a", "\"a # b\" c"])
        #expect(Lines("a\\#b\\!c # d\n\"a\\#b\"\na\\\\#b").texts == ["a#b!c", "\"a\\#b\"", "a\\\\"])
        #expect(Lines("a \"b\\\"# c\" d").texts == ["a \"b\\\"# c\" d"])
        #expect(Lines("a # \"\nb").messages.isEmpty)
    }

    @Test("Braces in double quotes are not braces; in single quotes they are, as in keepalived")
    func braces() {
        #expect(Lines("a \"{\" }b{c").texts == ["a \"{\"", "}", "b", "{", "c"])
        #expect(Lines("a '{'").texts == ["a '", "{", "'"])
        #expect(Lines("a \"{ b").texts == ["a \"{ b"])
        #expect(Lines("{ } {} }{").texts == ["{", "}", "{", "}", "}", "{"])
    }

    @Test("CRLF, CR, BOM, no last newline, invalid UTF-8, zero bytes")
    func bytes() {
        #expect(Lines("\u{FEFF}a\r\nb {\r\r\n}\r\n\r\nc").texts == ["a", "b", "{", "}", "c"])
        var source = MemorySource([:])
        source.files["t.conf"] = Array("a ".utf8) + [0xFF, 0xC3] + Array("\nb".utf8) + [0] + Array("c\nd".utf8)
        let lines = Lines(source, path: "t.conf", context: ReadingContext())
        #expect(lines.texts == ["a \u{FFFD}\u{FFFD}", "d"])
        #expect(lines.messages == ["2: a zero byte in the line: line skipped"])
        #expect(Lines("$M=a \\\r\n\r\nb").texts == ["b"])
    }
}
