import Testing

@testable import Config

@Suite("Language: include and its checks")
struct LanguageIncludeTests {
    private static let files = ["b.conf": "b", "d/c.conf": "include ../x\nc ${_PWD}", "d/../x": "x"]

    private func severity(_ line: String) -> Diagnostic.Severity? {
        var files = Self.files
        files["t.conf"] = line
        let lines = Lines(files: files)
        #expect(lines.diagnostics.count <= 1)
        return lines.diagnostics.first?.severity
    }

    @Test(
        "Each variant says what must be there",
        arguments: [
            ("include", [.warning, .note, .warning]), ("includer", [.warning, .note, .warning]),
            ("includem", [.error, .note, .warning]), ("includew", [.error, .error, .warning]),
            ("includeb", [.warning, .note, .error]), ("includea", [.error, .error, .error]),
        ] as [(String, [Diagnostic.Severity])])
    func variants(keyword: String, severities: [Diagnostic.Severity]) {
        #expect(["no.conf", "no*.conf", "{b,no}.conf"].map { severity("\(keyword) \($0)") } == severities)
        #expect(severity("\(keyword) b.conf") == nil)
    }

    @Test("A file that can't be read is an error for all but the plain include")
    func unreadable() {
        struct Ghost: ConfigurationSource {
            var first: String
            func read(path: String) throws(ConfigurationSourceError) -> [UInt8] {
                guard path == "t.conf" else { throw ConfigurationSourceError(reason: "permission denied") }
                return Array(first.utf8)
            }
            func glob(_ pattern: String, relativeTo directory: String) -> [String] { [pattern] }
        }
        for (keyword, isError) in [("include", false), ("includer", true), ("includem", true), ("includea", true)] {
            let lines = Lines(Ghost(first: "\(keyword) x"), path: "t.conf", context: ReadingContext())
            #expect(lines.messages == ["1: 'x' can't be read: permission denied: skipped"])
            #expect(lines.errors.isEmpty != isError)
        }
    }

    @Test("include_check demands for all that follows, to the end of the file; signs add and take away")
    func includeCheck() {
        #expect(severity("include_check match\ninclude no.conf") == .error)
        #expect(severity("include_check\ninclude {b,no}.conf") == .error)
        #expect(severity("include_check wildcard_match\ninclude no*") == .error)
        #expect(severity("include_check +match -match\ninclude no.conf") == .warning)
        #expect(severity("include_check match foo\ninclude b.conf") == .warning)
        #expect(severity("global_defs { include_check match }\ninclude no.conf") == .error)
        let files = ["t.conf": "include a\ninclude no", "a": "include_check"]
        #expect(Lines(files: files).errors.isEmpty)
        #expect(Lines("include_check bogus").messages == ["1: 'bogus' is not an include check: ignored"])
        #expect(Lines("include_check match").texts == ["include_check match"])
    }

    @Test("Braces stand for several patterns, in order")
    func braces() {
        let files = ["t.conf": "include {b,a{1,2},}x", "bx": "1", "a1x": "2", "a2x": "3", "x": "4"]
        #expect(Lines(files: files).texts == ["1", "2", "3", "4"])
        #expect(BracePattern.alternatives(of: Array("a{b,c}{d,e}".utf8)[...])?.count == 4)
        #expect(BracePattern.alternatives(of: Array("a{b".utf8)[...]) == [Array("a{b".utf8)])
        let bomb = String(repeating: "{a,b}", count: 40)
        #expect(Lines("include \(bomb)").errors == ["the braces stand for too many files"])
        let many = String(repeating: "include \(String(repeating: "{a,b}", count: 10))\n", count: 60)
        #expect(Lines(many).errors.contains("too much is included: this is not read"))
    }

    @Test("An included file is relative to the including one, and _PWD is its own directory")
    func directories() {
        var files = Self.files
        files["t.conf"] = "include d/c.conf\nt ${_PWD}"
        let lines = Lines(files: files, context: ReadingContext(workingDirectory: "/w"))
        #expect(lines.texts == ["x", "c /w/d", "t /w"])
    }

    @Test("The lines of a definition come before those of a file that one of them includes")
    func order() {
        let files = ["t.conf": "$M=include a \\\nlast\n$M\nend", "a": "in"]
        #expect(Lines(files: files).texts == ["last", "in", "end"])
        #expect(Lines(files: ["t.conf": "b { include a\n}", "a": "in"]).texts == ["b", "{", "in", "}"])
    }

    @Test("Files that include each other end with an error")
    func loops() {
        #expect(Lines("include t.conf\na").errors == ["'t.conf' includes itself"])
        #expect(Lines(files: ["t.conf": "include a", "a": "include t.conf"]).errors.count == 1)
        struct Endless: ConfigurationSource {
            func read(path: String) throws(ConfigurationSourceError) -> [UInt8] { Array("include x".utf8) }
            func glob(_ pattern: String, relativeTo directory: String) -> [String] {
                ["\(directory.isEmpty ? "." : directory)/\(pattern)/y"]
            }
        }
        let lines = Lines(Endless(), path: "t.conf", context: ReadingContext())
        #expect(lines.errors.count == 1)
        #expect(lines.errors.first?.contains("too much is included") == true)
    }

    @Test("Only these words include, and only with a pattern")
    func otherWords() {
        #expect(Lines("include\nincludex a\nincluded b").texts == ["include", "includex a", "included b"])
    }
}
