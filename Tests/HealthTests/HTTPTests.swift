import Testing
import Wire

@testable import Health

@Suite struct HTTPTests {
    private func digest(_ text: String) -> HTTPExpectation {
        var expectation = HTTPExpectation()
        expectation.digest = TestDigest.of(text)
        return expectation
    }

    // MARK: The request

    @Test func `The request is keepalived's, by version and virtual host`() {
        let place = ServiceRig.place("198.51.100.1", 8080)
        var request = HTTPRequest(path: "/a?b", destination: place)
        #expect(
            String(decoding: request.bytes, as: UTF8.self)
                == "GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 198.51.100.1:8080\r\n\r\n")
        request.version = .http10Close
        request.virtualHost = "www.example.org"
        #expect(
            String(decoding: request.bytes, as: UTF8.self)
                == "GET /a?b HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
                + "Host: www.example.org\r\n\r\n")
        request = HTTPRequest(path: "/", version: .http11, destination: ServiceRig.place("2001:db8::1", 80))
        #expect(
            String(decoding: request.bytes, as: UTF8.self)
                == "GET / HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
                + "Host: [2001:db8::1]:80\r\n\r\n")
    }

    @Test func `A path can't smuggle headers in`() {
        let request = HTTPRequest(
            path: "/ HTTP/1.0\r\nX: y", virtualHost: "a\r\nb", destination: ServiceRig.place("192.0.2.1", 80))
        #expect(String(decoding: request.bytes, as: UTF8.self).split(separator: "\r\n").count == 3)
    }

    // MARK: Status

    @Test func `Statuses 200 to 299 pass by default`() {
        for status in 100...599 where status != 204 {
            let outcome = HTTPRun.outcome("HTTP/1.1 \(status) Some words\r\n\r\n").outcome
            switch status {
            case 200...299: #expect(outcome == .passed())
            case 100...199: #expect(outcome == .failed(.closed(.headers)), "interim")
            default: #expect(outcome == .failed(.status(status, wanted: [200...299])))
            }
        }
    }

    @Test func `status_code: lists and ranges`() {
        var expectation = HTTPExpectation()
        expectation.statusCodes = [301...301, 400...410, 101...101]
        for (status, passes) in [(200, false), (301, true), (302, false), (400, true), (410, true), (101, true)] {
            let outcome = HTTPRun.everyWay("HTTP/1.0 \(status)\r\nA: b\r\n\r\n", expectation)
            #expect((outcome == .passed()) == passes, "\(status)")
        }
    }

    @Test func `A wrong status is told without waiting for the body`() {
        let run = HTTPRun.outcome("HTTP/1.1 503 No\r\nContent-Length: 1000000\r\n\r\nx")
        #expect(run.outcome == .failed(.status(503, wanted: [200...299])) && run.isEarly)
    }

    @Test func `Interim responses are passed over`() {
        #expect(
            HTTPRun.everyWay(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", digest("ok"))
                == .passed())
    }

    @Test func `What is no HTTP fails`() {
        for text in [
            "220 mail ready\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2OO OK\r\n\r\n", "\0\0\n",
        ] {
            #expect(HTTPRun.everyWay(text) == .failed(.http(.notHTTP)), "\(text)")
        }
    }

    @Test func `A connection that closes early fails, and says where`() {
        #expect(HTTPRun.everyWay("") == .failed(.closed(.waiting)))
        #expect(HTTPRun.everyWay("HTTP/1.1 200 OK") == .failed(.closed(.headers)))
        #expect(HTTPRun.everyWay("HTTP/1.1 200 OK\r\nA: b\r\n") == .failed(.closed(.headers)))
    }

    @Test func `Headers without an end fail in bounded memory`() {
        let line = "X-Long: " + String(repeating: "a", count: 70_000)
        #expect(HTTPRun.everyWay("HTTP/1.1 200 OK\r\n\(line)") == .failed(.http(.headersTooLong)))
    }

    // MARK: The body

    @Test func `The body ends by length, by close, by the last chunk, or isn't there`() {
        let bodies = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\ncontent-length:5\n\nhello and more",
            "HTTP/1.0 200 OK\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: r\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n005\r\nhello\r\n000\r\n\r\n",
        ]
        for body in bodies { #expect(HTTPRun.everyWay(body, digest("hello")) == .passed(), "\(body)") }
        for body in bodies { #expect(HTTPRun.everyWay(body, digest("hallo")) == .failed(.digest), "\(body)") }
        #expect(HTTPRun.everyWay("HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n", digest("")) == .passed())
    }

    @Test func `A body that is cut off passes as in keepalived, unless its digest differs`() {
        let cut = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"
        var checker = HTTPResponseChecker(HTTPExpectation())
        #expect(checker.receive(Array(cut.utf8)) == nil)
        #expect(checker.phase == .body)
        #expect(checker.close() == .passed() && checker.isTruncated)
        #expect(HTTPRun.everyWay(cut, digest("hello world")) == .failed(.digest))
    }

    @Test func `A malformed chunk fails`() {
        for chunk in ["g\r\n", "\r\n", "ffffffffffffffffff\r\n", "2\r\nabc\r\n0\r\n\r\n", "-1\r\n"] {
            let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)"
            #expect(HTTPRun.everyWay(response) == .failed(.http(.badChunk)), "\(chunk)")
        }
    }

    @Test func `A gigabyte takes no memory`() {
        var expectation = HTTPExpectation()
        expectation.pattern = .init(TextMatcher("needle"))
        var checker = HTTPResponseChecker(expectation)
        #expect(checker.receive(Array("HTTP/1.0 200 OK\r\n\r\n".utf8)) == nil)
        // As much as the search looks at, then nothing but counting.
        let piece = [UInt8](repeating: 0x78, count: 1 << 16)
        for _ in 0..<4 { #expect(checker.receive(piece) == nil) }
        #expect(checker.receive(Array("needle".utf8) + piece) == nil)
        for _ in 0..<1 << 14 { _ = checker.receive(piece) }
        #expect(checker.bodyLength > 1 << 30)
        #expect(checker.close() == .passed())
    }

    @Test func `A huge length or a length that is none is survived`() {
        for length in ["18446744073709551615", "99999999999999999999999", "-5", "abc", ""] {
            #expect(
                HTTPRun.everyWay("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nhello", digest("hello"))
                    == .passed())
        }
    }
}
