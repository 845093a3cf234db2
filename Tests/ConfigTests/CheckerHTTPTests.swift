import Config
import Testing

@Suite("HTTP_GET and SSL_GET")
struct CheckerHTTPTests {
    private func url(_ body: String) -> (URLCheck?, [String]) {
        let reading = readServer("HTTP_GET {\nurl {\npath /\n\(body)\n}\n}")
        guard case .http(let check) = reading.checker?.method else { return (nil, reading.warnings) }
        return (check.urls.first, reading.warnings)
    }

    @Test("Everything that a checker and a URL can say")
    func everything() throws {
        let reading = readServer(
            """
            SSL_GET {
            virtualhost www.example.org
            http_protocol 1.1
            enable_sni
            sni_name example.org
            fast_recovery on
            tls_compliant
            url {
            path /a
            digest 0123456789abcdefABCDEF0123456789
            status_code 200 301-304
            status_code 404
            virtualhost a.example.org
            regex "a b+"
            regex_options caseless utf
            regex_no_match
            regex_min_offset 10
            regex_max_offset 10
            }
            url { path /b }
            }
            """)
        #expect(reading.warnings == [])
        guard case .ssl(let check) = reading.checker?.method else {
            Issue.record("no SSL_GET")
            return
        }
        #expect(check.virtualHost == "www.example.org")
        #expect(check.version == .http11)
        #expect(check.sendsServerName)
        #expect(check.serverName == "example.org")
        #expect(check.recoversFast)
        #expect(check.needsCloseNotify)
        let first = try #require(check.urls.first)
        #expect(check.urls.map(\.path) == ["/a", "/b"])
        #expect(first.digest?.prefix(3) == [0x01, 0x23, 0x45])
        #expect(first.digest?.count == 16)
        #expect(first.statusCodes == [200...200, 301...304, 404...404])
        #expect(first.virtualHost == "a.example.org")
        #expect(first.regex == "a b+")
        #expect(first.regexOptions == [.caseless, .utf])
        #expect(first.regexMustFail)
        #expect(first.regexMinimumOffset == 10)
        #expect(first.regexMaximumOffset == 10)
        #expect(check.urls.last?.effectiveStatusCodes == [200...299])
    }

    @Test(
        "HTTP 1.0 is the default; 1.0C in either case",
        arguments: [("1.0", HTTPVersion.http10), ("1.0c", .http10Close)])
    func versions(word: String, version: HTTPVersion) {
        for (text, expected) in [("", .http10), ("http_protocol \(word)", version), ("http_protocol 1.2", .http10)] {
            guard case .http(let check) = readServer("HTTP_GET {\n\(text)\nurl { path / }\n}").checker?.method else {
                Issue.record("no HTTP_GET")
                return
            }
            #expect(check.version == expected)
        }
    }

    @Test(
        "Status codes that are none are passed over, the others of the line stay",
        arguments: ["99-600", "abc", "300-200", "200-", "0", "200,201", "-", "600", "-1", "+200"])
    func statusCodes(word: String) {
        let (url, warnings) = url("status_code 204 \(word) 205")
        #expect(url?.statusCodes == [204...204, 205...205])
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("10: '\(word)' is no status code: ignored") == true)
    }

    @Test("A digest has 32 hexadecimal digits, and the first one counts")
    func digests() {
        #expect(url("digest abc").0?.digest == nil)
        #expect(url("digest 0123456789abcdef0123456789abcdeg").0?.digest == nil)
        let (twice, warnings) = url(
            "digest 00000000000000000000000000000001\ndigest 00000000000000000000000000000002")
        #expect(twice?.digest?.last == 1)
        #expect(warnings == ["11: 'digest' is set already, in line 10: ignored"])
    }

    @Test("Options of a regular expression that isn't there are dropped")
    func optionsAlone() {
        let (url, warnings) = url("regex_no_match\nregex_options caseless\nregex_min_offset 3")
        #expect(url?.regexMustFail == false)
        #expect(url?.regexOptions == [])
        #expect(url?.regexMinimumOffset == nil)
        #expect(warnings.count == 1)
    }

    @Test("Offsets that leave no room are dropped, unknown options passed over, two patterns are none")
    func regex() {
        let (offsets, warnings) = url("regex a\nregex_min_offset 10\nregex_max_offset 9")
        #expect(offsets?.regexMinimumOffset == nil)
        #expect(warnings == ["11: regex_min_offset 10 is above regex_max_offset 9: both are ignored"])
        let (options, hints) = url("regex a\nregex_options casless utf")
        #expect(options?.regexOptions == [.utf])
        #expect(hints == ["11: 'casless' is no option of regular expressions: ignored (did you mean 'caseless'?)"])
        #expect(url("regex a b").0?.regex == nil)
    }

    @Test("A URL without a path is dropped, and a checker without a URL", arguments: ["HTTP_GET", "SSL_GET"])
    func incomplete(kind: String) {
        let reading = readServer("\(kind) {\nurl { status_code 200 }\n}")
        #expect(reading.checkers.isEmpty)
        #expect(
            reading.warnings == [
                "8: the url has no path: skipped (path /)", "7: \(kind) has no url: skipped (url { path / })",
            ])
        #expect(readServer("\(kind) {\nurl { status_code 200 }\nurl { path / }\n}").checkers.count == 1)
    }

    @Test("regex_stack has no meaning here")
    func regexStack() {
        #expect(
            readServer("HTTP_GET {\nurl {\npath /\nregex_stack 1 2\n}\n}").notes.contains(
                "10: 'regex_stack': understood, not used by Sluice: its regular expressions need no stack of their own")
        )
    }
}
