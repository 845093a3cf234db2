import Testing

@testable import Config

@Suite("Blocks and keywords")
struct BlockTests {
    private static let check = BlockShape(name: "CHECK", keywords: ["port": .init(minimumArguments: 1)])
    private static let server = BlockShape(
        name: "server",
        keywords: [
            "weight": .init(minimumArguments: 1), "CHECK": .init(content: .keywords(check)),
            "script": .init(minimumArguments: 1, isQuoted: true), "threshold": .init(),
        ])
    private static let root = BlockShape(
        name: "the top level",
        keywords: [
            "service": .init(minimumArguments: 1, content: .keywords(server)), "mails": .init(content: .values),
            "settings": .init(content: .keywords(BlockShape(name: "settings", keywords: ["drain_time": .init()]))),
        ])

    /// The statements of a text, written out: "a b{c;d}".
    private struct Result {
        let text: String
        let messages: [String]
        let errors: Int
        let statements: [Statement]

        init(_ text: String) {
            let log = DiagnosticLog()
            let source = MemorySource(["t.conf": text])
            let tokens = LineReader.tokens(of: "t.conf", from: source, context: ReadingContext(), log: log)
            statements = BlockReader.statements(of: tokens ?? [], root: BlockTests.root, log: log)
            self.text = statements.map(Self.text).joined(separator: ";")
            messages = log.all.map { "\($0.location.line): \($0.message)" + ($0.hint.map { " (\($0))" } ?? "") }
            errors = log.all.count { $0.severity == .error }
        }

        private static func text(_ statement: Statement) -> String {
            let words = statement.words.map(\.text).joined(separator: " ")
            return statement.block.isEmpty ? words : "\(words){\(statement.block.map(text).joined(separator: ";"))}"
        }
    }

    @Test("Blocks nest; the brace may be on the next line")
    func nesting() {
        let result = Result("service a {\nweight 3\nCHECK\n{\nport 1 }\n}\nmails { x y\nz }")
        #expect(result.text == "service a{weight 3;CHECK{port 1}};mails{x y;z}")
        #expect(result.messages.isEmpty)
    }

    @Test("An unknown keyword is skipped, with the nearest known one")
    func unknownKeyword() {
        let result = Result("service a {\nweigth 3\nnat_mask 255.255.255.0\nWeight 5\n}")
        #expect(result.text == "service a")
        #expect(
            result.messages == [
                "2: unknown keyword 'weigth': line skipped (did you mean 'weight'?)",
                "3: unknown keyword 'nat_mask': line skipped",
                "4: unknown keyword 'Weight': line skipped (did you mean 'weight'?)",
            ])
    }

    @Test("An unknown block is skipped whole, known words in it too, wherever its brace is")
    func unknownBlock() {
        for text in ["foo {\nweight 1\nx {\n}\n}", "foo\n{\nweight 1\nx {\n}\n}"] {
            let result = Result("service a {\n\(text)\nweight 2\n}")
            #expect(result.text == "service a{weight 2}")
            #expect(result.messages == ["2: unknown keyword 'foo': block skipped"])
        }
    }

    @Test("A keyword in the wrong block says where it belongs, one with a slip too")
    func wrongBlock() {
        let result = Result("port 1\ndrain_time\nservice a {\nmails { x }\nport 1\ndrain_tiem\n}")
        #expect(
            result.messages == [
                "1: unknown keyword 'port': line skipped (did you mean 'port' inside 'CHECK'?)",
                "2: unknown keyword 'drain_time': line skipped (did you mean 'drain_time' inside 'settings'?)",
                "4: unknown keyword 'mails': block skipped (it stands outside of blocks: is a '}' missing before it?)",
                "5: unknown keyword 'port': line skipped (did you mean 'port' inside 'CHECK'?)",
                "6: unknown keyword 'drain_tiem': line skipped (did you mean 'drain_time' inside 'settings'?)",
            ])
    }

    @Test("A missing { is reported and the block read anyhow")
    func missingOpenBrace() {
        let result = Result("service a\nweight 3\n}")
        #expect(result.messages == ["1: 'service' has no '{': what follows is read as its block"])
        #expect(result.text == "service a{weight 3}")
    }

    @Test("Surplus braces are reported and ignored")
    func surplusBraces() {
        let result = Result("}\nservice a { weight 3 {\nthreshold\n}\n{\n}\n")
        #expect(
            result.messages == [
                "1: a '}' too many: ignored", "2: a '{' after no keyword that opens a block: ignored",
                "5: a '{' after no keyword that opens a block: ignored", "6: a '}' too many: ignored",
            ])
        #expect(result.text == "service a{weight 3;threshold}")
    }

    @Test("A block that is not closed ends with the file")
    func missingCloseBrace() {
        #expect(Result("service a {\nweight 3").text == "service a{weight 3}")
        #expect(Result("service a {\nx {").messages.count == 3)
        #expect(Result("service a {").messages == ["1: the block that begins here is not closed (add a '}')"])
    }

    @Test("A keyword without its argument is an error, as in keepalived; what follows is read")
    func missingArgument() {
        let result = Result("service {\nweight\n}\nservice b {\nscript\n}")
        #expect(result.errors == 3)
        #expect(result.messages[0] == "1: 'service' needs a value (keepalived refuses it too)")
        #expect(result.text == "service b")
    }

    @Test("Scripts are split by their own rules; one that can't be is skipped")
    func quoted() {
        #expect(Result("service a {\nscript '/x y' \"z\\\"\"w\n}").statements[0].block[0].argument(1) == "z\"w")
        let result = Result("service a {\nscript 'x\nweight 1\n}")
        #expect(result.messages == ["2: a \"'\" is not closed: line skipped"])
        #expect(result.text == "service a{weight 1}")
    }

    @Test("Edit distance counts insertions, deletions, substitutions and swaps")
    func distance() {
        func distance(_ from: String, _ to: String) -> Int { editDistance(Array(from.utf8), Array(to.utf8)) }
        #expect(distance("", "") == 0)
        #expect(distance("", "abc") == 3)
        #expect(distance("abc", "") == 3)
        #expect(distance("connetc_port", "connect_port") == 1)
        #expect(distance("kitten", "sitting") == 3)
        #expect(nearest(to: "wr", among: ["rr", "wrr"]) == "rr")
        #expect(nearest(to: "foo", among: ["barbarian"]) == nil)
        #expect(nearest(to: String(repeating: "x", count: 100), among: ["x"]) == nil)
    }

    @Test("Diagnostics are counted when they are too many; errors are kept beside them")
    func bounded() {
        let log = DiagnosticLog()
        for line in 1...3_000 { log.warn(SourceLocation(file: "a", line: line), "w") }
        log.fail(SourceLocation(file: "a", line: 1), "e")
        #expect(log.hasErrors)
        #expect(log.all.count == 1_002)
        #expect(log.all.contains { $0.severity == .error })
        #expect(log.all.last?.message == "2000 more like these, not shown")
    }

    @Test("Many unknown keywords, all different, are read in time")
    func manyUnknown() {
        let clock = ContinuousClock()
        let text = (0..<100_000).map { "vrrp_\($0)" }.joined(separator: "\n")
        var count = 0
        let took = clock.measure { count = Reading(text).diagnostics.count }
        #expect(count == 1_001)
        #expect(took < .seconds(20))
    }
}
