import Testing

@testable import Config

@Suite("Language: definitions")
struct LanguageDefinitionTests {
    @Test("$NAME needs a blank, a comma, a parenthesis or the end after it, ${NAME} nothing")
    func uses() {
        let text = "$A=1\n$A\nx$A y\n$A,$A) z\n${A}x\na${A}b${A}\n$Ax\n$A.x\n\"$A\"\n\"${A}\""
        #expect(Lines(text).texts == ["1", "x1 y", "1,1) z", "1x", "a1b1", "$Ax", "$A.x", "\"$A\"", "\"1\""])
    }

    @Test("A blank before the = makes it something else, a digit first too; blanks after it do not count")
    func form() {
        #expect(Lines("$A =1\n$1A=2\n$B=   b c  \n$B\n$_c=d\n$_c").texts == ["$A =1", "$1A=2", "b c", "d"])
    }

    @Test("The value is looked up when it is used")
    func late() {
        let text = "$BASE=10.2.${SUB}\n$SUB=0\n${BASE}.100\n$SUB=10\n${BASE}.100\n$SUB=\nx${SUB}y"
        #expect(Lines(text).texts == ["10.2.0.100", "10.2.10.100", "xy"])
    }

    @Test("A ${NAME} that is not defined stays, opens no block, and is reported outside quotes")
    func undefined() {
        let lines = Lines("a ${NO}.b {\n\"${NO}\" $NO\n}")
        #expect(lines.texts == ["a ${NO}.b", "{", "\"${NO}\" $NO", "}"])
        #expect(lines.messages == ["1: '${NO}' stands for nothing here: it stays as it is"])
        #expect(lines.diagnostics.first?.location.column == 3)
    }

    @Test("A definition may go on over lines, which are read like lines; it is replaced at the end of a line only")
    func severalLines() {
        let text = "$M=a b \\\n  c { \\\n\n$N= \\\n  d \\\n  } e\nx $M\n$N\n$M y\nz"
        #expect(Lines(text).texts == ["x a b", "c", "{", "d", "}", "e", "$M y", "z"])
    }

    @Test("A blank line ends a definition that goes on, a comment does not, and what has one line is like any other")
    func ends() {
        #expect(Lines("$M=a \\\n# no\nb\nc\n$M").texts == ["c", "a", "b"])
        #expect(Lines("$M= \\\na\n$M x").texts == ["a x"])
        #expect(Lines("$M=a \\\n\n$M x\n$M").texts == ["$M x", "a"])
        #expect(Lines("$M= \\\n\nx${M}y").texts == ["xy"])
        #expect(Lines("$M=a # comment \\\nb\n$M").texts == ["a", "b"])
        #expect(Lines("$M=a \\").texts.isEmpty)
    }

    @Test("Definitions of several lines nest, redefine, and read conditions anew")
    func nesting() {
        let text = """
            $RS= \\
            rs ${VS}.${N} { \\
            @host1 one \\
            @host2 two \\
            }
            $VSD= \\
            vs ${VS} { \\
            $N=1 \\
            $RS \\
            $N=2 \\
            $RS \\
            }
            $VS=7
            $VSD
            end
            """
        #expect(
            Lines(text).texts == [
                "vs 7", "{", "rs 7.1", "{", "one", "}", "rs 7.2", "{", "one", "}", "}", "end",
            ])
    }

    @Test("Predefined names")
    func predefined() {
        let context = ReadingContext(
            configurationID: "lb1", workingDirectory: "/srv", environment: { $0 == "HOME" ? "/srv/op" : nil }, seed: 1)
        func value(_ text: String) -> String { Lines("\"\(text)\"", context: context).texts.first ?? "" }
        #expect(value("${_PWD}") == "\"/srv\"")
        #expect(value("${_INSTANCE}") == "\"lb1\"")
        #expect(value("${_HASH}${_BANG}") == "\"#!\"")
        #expect(value("${_ENV HOME}/x") == "\"/srv/op/x\"")
        #expect(value("${_RANDOM 5 5}") == "\"5\"")
        let number = Int(value("${_RANDOM 10 20}").dropFirst().dropLast()) ?? 0
        #expect((10...20).contains(number))
        #expect(value("${_RANDOM 10 20}") == "\"\(number)\"")
        #expect(value("${_RANDOM 9 1}") == "\"9\"")
        #expect(value("${_RANDOM 99999999999999999999}") == "\"18446744073709551615\"")
        #expect(Lines("$_PWD=x\n$_PWD", context: context).texts == ["x"])
        let files = MemorySource(["sub/t.conf": "a ${_PWD}"])
        #expect(Lines(files, path: "sub/t.conf", context: context).texts == ["a /srv/sub"])
    }

    @Test("Outside quotes a # that was put in begins a comment, as in keepalived")
    func hash() { #expect(Lines("foo${_HASH}bar").texts == ["foo"]) }

    @Test("An environment variable that is not set is reported")
    func environment() {
        #expect(Lines("a ${_ENV NO}").messages == ["1: the environment has no 'NO': nothing is put in its place"])
    }

    @Test(
        "Definitions that use themselves end with an error, and the rest is read",
        arguments: [
            "$A=x${A}\n$A", "$A=${A}\n$A", "$A=${B}\n$B=${A}\n$A", "$M=a \\\n$M\n$M", "$M=a \\\n$M \\\nb\n$M",
            "$S=~SEQ(i, 1, 3) $S\n$S",
        ])
    func recursion(text: String) {
        let lines = Lines(text + "\nend", context: ReadingContext(maximumLines: 5_000))
        #expect(lines.errors.count == 1)
        #expect(lines.texts.last == "end")
    }

    @Test("What definitions make is limited in bytes")
    func bytes() {
        let text = "$A=\(String(repeating: "x", count: 900))\n" + String(repeating: "$A\n", count: 1_000)
        let lines = Lines(text, context: ReadingContext(maximumBytes: 2_000))
        #expect(lines.errors.first == "definitions and sequences make more than 2000 bytes")
        #expect(lines.tokens.count < 1_000)
    }

    @Test("Words keep their columns; what came out of a definition has column 0")
    func columns() {
        let token = Lines("$A=aa b\nx $A yy${A}z \\#q").tokens[0]
        let words = WordSplitter.plain(token)
        #expect(words.map(\.text) == ["x", "aa", "b", "yyaa", "bz"])
        #expect(words.map(\.column) == [1, 0, 0, 6, 0])
        let escaped = WordSplitter.plain(Lines("  a\\#b c").tokens[0])
        #expect(escaped.map(\.text) == ["a#b", "c"])
        #expect(escaped.map(\.column) == [3, 8])
    }
}
