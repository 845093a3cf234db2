import Testing

@testable import Config

@Suite("Language: sequences and lists")
struct LanguageSequenceTests {
    @Test(
        "~SEQ counts from start by step to end",
        arguments: [
            ("3", "1 2 3"), ("0", "1 0"), ("-2", "-1 -2"), ("5, 7", "5 6 7"), ("3,1", "3 2 1"), ("1,2,7", "1 3 5 7"),
            ("1, 2, 6", "1 3 5"), ("5,-2,1", "5 3 1"), ("4,4", "4"), ("0x10,0x11", "16 17"), ("010,011", "8 9"),
            ("9223372036854775806,9223372036854775807", "9223372036854775806 9223372036854775807"),
        ])
    func numbers(parameters: String, values: String) {
        let lines = Lines("~SEQ(i, \(parameters)) n$i")
        #expect(lines.texts == values.split(separator: " ").map { "n\($0)" })
        #expect(lines.diagnostics.isEmpty)
    }

    @Test("~SEQx writes hexadecimal numbers")
    func hexadecimal() {
        #expect(Lines("~SEQx(i, 0x90, 0x10, 0xb0) fe80::${i}:1").texts == ["fe80::90:1", "fe80::a0:1", "fe80::b0:1"])
    }

    @Test("Sequences nest, the inner one fastest, and take definitions")
    func nesting() {
        #expect(Lines("~SEQ(i, 2) ~SEQ(j, 2) n${i}_${j}").texts == ["n1_1", "n1_2", "n2_1", "n2_2"])
        #expect(Lines("$N=2\n~SEQ(i, $N) n$i\nm").texts == ["n1", "n2", "m"])
        #expect(Lines("$N=2\n~SEQ(i, 1, ${N}) n$i").texts == ["n1", "n2"])
        #expect(Lines("$S=~SEQ(i,2)\n$S q$i\n$S r").texts == ["q1", "q2", "r", "r"])
    }

    @Test("A sequence repeats a definition of several lines whole, and braces")
    func blocks() {
        let text = "$B=b$i { \\\n~LST(v, x, y) ${v}$i \\\n}\n~SEQ(i, 2) $B\nend"
        #expect(Lines(text).texts == ["b1", "{", "x1", "y1", "}", "b2", "{", "x2", "y2", "}", "end"])
        #expect(Lines("a { ~SEQ(i,2) n$i { }\n}").texts == ["a", "{", "n1", "{", "}", "n2", "{", "}", "}"])
    }

    @Test("~LST takes one name or several, and what is missing is empty")
    func lists() {
        #expect(Lines("~LST(v, a, b) l$v").texts == ["la", "lb"])
        #expect(Lines("~LST({a, b}, {1, 2}, {3},x) l${a}_${b}_").texts == ["l1_2_", "l3__", "lx__"])
        #expect(Lines("~LST(a,1,2) ~LST(b,3,4) ${a}${b}").texts == ["13", "14", "23", "24"])
        #expect(Lines("~LST({IP}, {10},{20}) ~SEQ(j,2) ${IP}.$j").texts == ["10.1", "10.2", "20.1", "20.2"])
    }

    @Test(
        "What is no sequence is reported and skipped",
        arguments: [
            "~SEQ i", "~SEQ(i) a", "~SEQ(i, a) b", "~SEQ(i,1,-1,5) b", "~SEQ(i,5,1,1) b", "~SEQ(i,1,0,1) b",
            "~SEQ(i,1,2,3,4) b", "~SEQ(i,1,2 b", "~SEQx(i,-1,2) b", "~SEQ(i,99999999999999999999) b", "~SEQ", "~SEQ(",
            "~SEQ(i,", "~LST", "~LST(v) f", "~LST v", "~LST(v,a,b c,d) e", "~LST({a,b},{1,2,3}) e", "~LST({a,b",
            "~LST(v,",
        ])
    func mistakes(line: String) {
        let lines = Lines("\(line)\nend")
        #expect(lines.texts == ["end"])
        #expect(lines.diagnostics.count == 1)
        #expect(lines.diagnostics.first?.severity == .warning)
    }

    @Test("Other words that begin with ~ are words")
    func others() { #expect(Lines("~FOO a").texts == ["~FOO a"]) }

    @Test("The lines that sequences make are limited")
    func limit() {
        let context = ReadingContext(maximumLines: 1_000)
        let lines = Lines("~SEQ(i, 1, 9223372036854775807) x\n~SEQ(i, 3) y\nend", context: context)
        #expect(lines.errors.first == "definitions and sequences make more than 1000 lines")
        #expect(lines.texts.count == 1_001)
        #expect(lines.texts.last == "end")
    }
}
