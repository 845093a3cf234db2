import Config
import Testing

@Suite("Lines: comments, quotes, braces, includes")
struct LineTests {
    @Test("# and ! begin comments, in UTF-8 too")
    func comments() {
        let reading = Reading("# Конфигурация { \n! 配置 }\n" + service("weight 3 # three {\nweight 4! four }"))
        #expect(reading.diagnostics.isEmpty)
        #expect(reading.servers.map(\.weight) == [4])
    }

    @Test("A backslash before # and ! takes their meaning away")
    func escapedComments() {
        let reading = Reading("global_defs {\nsluice_interfaces a\\#b c\\!d # e\n}")
        #expect(reading.global?.interfaces == ["a#b", "c!d"])
    }

    @Test("Quotes protect comment signs, braces and blanks")
    func quotes() {
        let reading = Reading("global_defs {\nsluice_interfaces \"a#{b\" \"}!\" c\n\"sluice_drain\" \"3\"\n}")
        #expect(reading.global?.interfaces == ["a#{b", "}!", "c"])
        #expect(reading.global?.drainSeconds == 3)
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("A quote that is not closed ends the line, with a warning")
    func openQuote() {
        let reading = Reading(service("weight 3 \"# oops\nweight 5"))
        #expect(reading.warnings == ["5: a '\"' is not closed: the rest of the line is ignored"])
        #expect(reading.servers.map(\.weight) == [5])
    }

    @Test("A brace may be on the keyword's line, on the next, without a blank, or before further statements")
    func braces() {
        let reading = Reading(
            "virtual_server 10.0.0.1 80{protocol TCP\nlb_algo rr\nlb_kind DR\n"
                + "real_server 10.0.1.1 80\n\n{\nweight 7 } }\n"
                + "virtual_server 10.0.0.2 80 { protocol UDP\nlb_algo rr\nlb_kind DR\nreal_server 10.0.1.1 80 { } }")
        #expect(reading.diagnostics.isEmpty)
        #expect(reading.servicePlaces == ["10.0.0.1:80", "10.0.0.2:80"])
        #expect(reading.servers.map(\.weight) == [7])
    }

    @Test("CRLF, a byte order mark and a last line without its end are accepted")
    func lineEnds() {
        let text =
            "\u{FEFF}" + service().split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        #expect(Reading(text).diagnostics.isEmpty)
        #expect(Reading(text).servicePlaces == ["10.0.0.1:80"])
    }

    @Test("Lines that keepalived would cut are read whole, with a warning", arguments: [(1_022, 0), (1_023, 1)])
    func longLines(bytes: Int, warnings: Int) {
        let line = "weight 3" + String(repeating: " ", count: bytes - 9) + "#"
        let reading = Reading(service(line))
        #expect(reading.warnings.count == warnings)
        #expect(reading.servers.map(\.weight) == [3])
    }

    @Test("include is relative to the including file, and locations name the included one")
    func include() {
        let reading = Reading(
            files: [
                "/etc/k/main.conf": "include sub/*.conf\ninclude /other/c.conf",
                "/etc/k/sub/a.conf": "include b.inc", "/etc/k/sub/b.inc": service(),
                "/other/c.conf": "\nbogus",
            ], path: "/etc/k/main.conf")
        #expect(reading.servicePlaces == ["10.0.0.1:80"])
        #expect(reading.service?.location.description == "/etc/k/sub/b.inc:1")
        #expect(reading.diagnostics.map(\.location.description) == ["/other/c.conf:2"])
    }

    @Test("An included file may stand inside a block")
    func includeInBlock() {
        let files = ["t.conf": service("include w.inc"), "w.inc": "weight 9"]
        #expect(Reading(files: files).servers.map(\.weight) == [9])
    }

    @Test("include of nothing and of an unreadable file are warnings")
    func includeWarnings() {
        #expect(Reading("include no.conf").warnings == ["1: there is no file 'no.conf'"])
        #expect(Reading("include no*.conf").notes == ["1: no file matches 'no*.conf'"])
        #expect(Reading("include").warnings == ["1: unknown keyword 'include': line skipped"])
        var source = MemorySource(["t.conf": "include x"])
        source.files["t.conf"] = Array("include ghost".utf8)
        let result = ConfigurationReader.read(path: "t.conf", from: Ghost(source: source))
        #expect(result.diagnostics.map(\.message) == ["'ghost' can't be read: no such file: skipped"])
        #expect(result.configuration != nil)
    }

    /// Lists a file that isn't there.
    private struct Ghost: ConfigurationSource {
        var source: MemorySource
        func read(path: String) throws(ConfigurationSourceError) -> [UInt8] { try source.read(path: path) }
        func glob(_ pattern: String, relativeTo directory: String) -> [String] { [pattern] }
    }

    @Test("Includes that multiply end at a limit")
    func includeExplosion() {
        var files = ["t.conf": "include 0\ninclude 0"]
        for depth in 0..<30 { files["\(depth)"] = "include \(depth + 1)\ninclude \(depth + 1)" }
        files["30"] = "bogus"
        let reading = Reading(files: files)
        #expect(reading.errors.contains { $0.contains("too much is included") })
    }

    @Test("The main file must be readable")
    func mainFile() {
        let reading = Reading(files: [:])
        #expect(reading.configuration == nil)
        #expect(
            reading.diagnostics.map(\.description) == ["t.conf: error: the configuration can't be read: no such file"])
    }

    @Test("An empty file is an empty configuration")
    func empty() {
        #expect(Reading("").configuration == Configuration())
        #expect(Reading("").diagnostics.isEmpty)
    }
}
