import Foundation
import Testing
import Wire

@testable import Config

@Suite("Language: diagnostics as people see them")
struct LanguageRenderingTests {
    /// Compares with a file beside the tests, or writes it if SLUICE_REWRITE_GOLDEN is 1.
    private func expect(_ text: String, like name: String) throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).txt")
        if ProcessInfo.processInfo.environment["SLUICE_REWRITE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: url)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == text)
    }

    private static let texts: [(name: String, text: String)] = [
        (
            "keywords",
            """
            global_defs {
            \tsluice_drian 3
                nonsense_that_nobody_knows
                lb_algo rr
            }
            vvrp_instance VI_1 {
            }
            virtual_server 10.0.0.1 80 {
                sluice_drain 3
            """
        ),
        (
            "values",
            """
            global_defs {
                sluice_xdp_mode naitve
            \t\tsluice_xdp_mode\tdriver
                sluice_drain "é負荷" x
            }
            """
        ),
        (
            "preprocessor",
            """
            $MODE=bogus
            $LOOP=x${LOOP}
            $BLOCK=global_defs { \\
              sluice_drain ${MODE} \\
            }
            global_defs {
              sluice_xdp_mode $MODE more
              ~SEQ(i, 2) sluice_unknown_$i
              ~SEQ(i) x
              ${UNDEFINED}
              $LOOP
            }
            $BLOCK
            """
        ),
        (
            "bytes",
            "bell\u{7}\u{1B}[31m red\n\u{202E}bidi\nglobal_defs {\n"
                + String(repeating: " ", count: 100) + "\"\" sluice_x"
                + String(repeating: "é", count: 200) + "\n zero\0byte\n \"open\n}}\n"
        ),
        ("includes", "include none.conf\n  includem none.conf\nincludea {t,u}.conf\ninclude t.conf\ninclude n*.conf\n"),
    ]

    @Test("They are rendered with the line and a caret", arguments: 0..<5)
    func golden(index: Int) throws {
        let (name, text) = Self.texts[index]
        let rendered = Reading(text).diagnostics.map { $0.rendered() + "\n" }.joined()
        try expect(rendered, like: name)
    }

    @Test("A diagnostic without a place in a line has no caret")
    func bare() {
        let diagnostic = Diagnostic(severity: .error, location: SourceLocation(file: "a\n", line: 0), message: "m")
        #expect(diagnostic.rendered() == "a\u{240A}: error: m")
        #expect(diagnostic.description == "a\u{240A}: error: m")
        let hint = Diagnostic(severity: .note, location: SourceLocation(file: "a", line: 7), message: "m", hint: "h")
        #expect(hint.description == "a:7: note: m (h)")
    }

    @Test("As JSON")
    func json() {
        let diagnostic = Reading("\n bogus 1").diagnostics.first
        #expect(
            diagnostic?.json.text
                == #"{"severity":"warning","file":"t.conf","line":2,"column":2,"#
                + #""message":"unknown keyword 'bogus': line skipped","excerpt":" bogus 1"}"#)
    }

    @Test("The caret stands below the column: tabs stay tabs, characters count once, wide ones twice, marks not")
    func caret() {
        func caret(_ line: String, _ column: Int) -> String? {
            Excerpt.make(Array(line.utf8)[...], column: column).caret
        }
        #expect(caret("a b", 3) == "  ^")
        #expect(caret("\t\tx", 3) == "\t\t^")
        #expect(caret("éx", 3) == " ^")
        #expect(caret("負x", 4) == "  ^")
        #expect(caret("e\u{301}x", 4) == " ^")
        #expect(caret("x", 2) == " ^")
        #expect(caret("x", 99) == " ^")
        #expect(caret("x", 0) == nil)
    }

    @Test("Long lines are cut on both sides, in time")
    func long() {
        let line = Array(String(repeating: "é ", count: 400_000).utf8)
        let (text, caret) = Excerpt.make(line[...], column: 600_001)
        #expect(text.count == 162)
        #expect(text.first == "…" && text.last == "…")
        #expect(caret?.count == 62)
        #expect(!text.contains("\u{FFFD}"))
    }
}
