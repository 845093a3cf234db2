import Testing

@testable import Config

@Suite("The corpus of configurations")
struct CorpusTests {
    @Test("It is there, and large enough")
    func size() {
        #expect(Corpus.names.count >= 90)
        #expect(Corpus.names.filter { !$0.hasPrefix("error-") && !$0.hasPrefix("refused-") }.count >= 55)
        #expect(Corpus.keywords.count == 417)
        #expect(Set(Corpus.keywords).count == Corpus.keywords.count)
    }

    @Test("Every keyword stands in its block in one of its configurations")
    func coverage() {
        var written: Set<String> = []
        for name in Corpus.names where !name.hasPrefix("error-") && !name.hasPrefix("refused-") {
            written.formUnion(Outline.keywords(of: Corpus.bytes(name)))
        }
        let missing = Corpus.keywords.filter { keyword in
            !keyword.openers.contains { written.contains("\($0) \(keyword.name)") }
        }
        #expect(missing.isEmpty)
    }

    @Test("Our reader knows every keyword in its block", arguments: [Corpus.Keyword.Importance.must, .should, .rare])
    func knownKeywords(importance: Corpus.Keyword.Importance) {
        var unknown: [String] = []
        for keyword in Corpus.keywords where keyword.importance == importance {
            for opener in keyword.openers {
                let shapes = KnownBlocks.shapes(openedBy: opener)
                if shapes.isEmpty || shapes.contains(where: { $0.keywords[keyword.name] == nil }) {
                    unknown.append("\(opener): \(keyword.name)")
                }
            }
        }
        #expect(unknown.isEmpty)
    }

    @Test("What is written correctly has no unknown keyword but those that say so in their names")
    func noUnknownKeyword() {
        let meant = ["unknown_", "kw_", "prior", "nopremt", "\u{FEFF}"]
        let found = Corpus.names.filter { !$0.hasPrefix("error-") && !$0.hasPrefix("refused-") }.flatMap { name in
            UnknownKeyword.all(of: Corpus.read(name).diagnostics).filter { unknown in
                !meant.contains { unknown.word.hasPrefix($0) }
            }
        }
        #expect(found.isEmpty)
    }

    @Test("What is refused is refused for one reason, at its line")
    func refusals() {
        for name in Corpus.names where name.hasPrefix("refused-") {
            let result = Corpus.read(name)
            let isRefused = result.configuration == nil
            #expect(isRefused, "\(name)")
            let errors = result.diagnostics.filter { $0.severity == .error }
            #expect(errors.count == 1, "\(name)")
        }
    }
}

/// What stands where in a configuration, found without our reader: which first words stand in which blocks.
///
/// It knows comments, quotes and braces, and no definitions.
enum Outline {
    /// "BLOCK KEYWORD" of each statement; "" is the top level's name.
    static func keywords(of text: [UInt8]) -> Set<String> {
        var found: Set<String> = []
        var stack: [String] = []
        var last = ""
        for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            for part in parts(of: line) {
                switch part {
                case "{": stack.append(last)
                case "}": _ = stack.popLast()
                default:
                    guard let word = part.split(whereSeparator: \.isWhitespace).first else { continue }
                    last = String(word)
                    found.insert("\(stack.last ?? "") \(word)")
                }
            }
        }
        return found
    }

    private static func parts(of line: ArraySlice<UInt8>) -> [String] {
        var parts: [String] = []
        var current: [UInt8] = []
        var isQuoted = false
        func end() {
            parts.append(String(decoding: current, as: UTF8.self))
            current = []
        }
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted {
                current.append(byte)
                continue
            }
            switch byte {
            case UInt8(ascii: "#"), UInt8(ascii: "!"):
                end()
                return parts
            case UInt8(ascii: "{"), UInt8(ascii: "}"):
                end()
                parts.append(String(UnicodeScalar(byte)))
            default: current.append(byte)
            }
        }
        end()
        return parts
    }
}

/// A keyword that was called unknown, and where: by us, or by keepalived.
struct UnknownKeyword: Hashable, Comparable, CustomStringConvertible {
    /// The file's name alone: names are unique in the corpus.
    var file: String
    var line: Int
    var word: String

    var description: String { "\(file):\(line): \(word)" }

    static func < (one: UnknownKeyword, other: UnknownKeyword) -> Bool {
        (one.file, one.line, one.word) < (other.file, other.line, other.word)
    }

    /// What our reader calls unknown, in order; braces aren't keywords.
    static func all(of diagnostics: [Diagnostic]) -> [UnknownKeyword] {
        let start = "unknown keyword '"
        return diagnostics.compactMap { diagnostic in
            guard diagnostic.message.hasPrefix(start) else { return nil }
            let rest = diagnostic.message.dropFirst(start.count)
            guard let end = rest.lastIndex(of: "'") else { return nil }
            let file = diagnostic.location.file.split(separator: "/").last.map(String.init) ?? ""
            return UnknownKeyword(file: file, line: diagnostic.location.line, word: String(rest[..<end]))
        }
    }
}
