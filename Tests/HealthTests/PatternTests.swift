import Testing
import Wire

@testable import Health

@Suite struct PatternTests {
    private func run(
        _ body: String, _ text: String, piece: Int = 5, minimum: Int = 0, maximum: Int? = nil, mustFail: Bool = false,
        lookBehind: Int = 0
    ) -> CheckOutcome {
        var matcher = TextMatcher(text)
        matcher.lookBehind = lookBehind
        var expectation = HTTPExpectation()
        expectation.pattern = .init(matcher)
        expectation.pattern?.minimumOffset = minimum
        expectation.pattern?.maximumOffset = maximum
        expectation.pattern?.mustFail = mustFail
        return HTTPRun.outcome("HTTP/1.0 200 OK\r\n\r\n" + body, expectation, piece: piece).outcome
    }

    @Test func `The body must match, or with regex_no_match must not`() {
        #expect(run("all is fine here", "fine") == .passed())
        #expect(run("all is lost", "fine") == .failed(.pattern(isMatched: false)))
        #expect(run("all is fine here", "fine", mustFail: true) == .failed(.pattern(isMatched: true)))
        #expect(run("all is lost", "fine", mustFail: true) == .passed())
        #expect(run("", "fine") == .failed(.pattern(isMatched: false)))
    }

    @Test func `Offsets bound where a match begins`() {
        for (minimum, maximum, passes) in [
            (0, 4, true), (4, 4, true), (5, 20, true), (5, nil, true), (0, 3, false), (11, nil, false), (5, 9, false),
            (10, 10, true), (100, nil, false),
        ] as [(Int, Int?, Bool)] {
            // At 4 and at 10.
            let outcome = run("....ab....ab....", "ab", minimum: minimum, maximum: maximum)
            #expect((outcome == .passed()) == passes, "\(minimum) \(String(describing: maximum))")
        }
    }

    @Test func `A match across the window's edge is found, wherever it lies`() {
        for offset in (PatternSearch.windowSize - 8)...(PatternSearch.windowSize + 8) {
            for lookBehind in [0, 3, 255] {
                let body = String(repeating: "n", count: offset) + "needle" + String(repeating: "x", count: 40_000)
                #expect(run(body, "needle", piece: 4_000, lookBehind: lookBehind) == .passed(), "\(offset)")
                let exact = run(
                    body, "needle", piece: 4_000, minimum: offset, maximum: offset, lookBehind: lookBehind)
                #expect(exact == .passed(), "\(offset) exactly")
                let before = run(body, "needle", piece: 4_000, maximum: offset - 1, lookBehind: lookBehind)
                #expect(before == .failed(.pattern(isMatched: false)), "\(offset) is too late")
            }
        }
    }

    @Test func `What a match looks back at is kept across the window's edge`() {
        /// Finds "b" behind an "a", as `(?<=a)b` does.
        struct LookBehind: BodyMatcher {
            var lookBehind: Int { 1 }
            func search(_ text: UnsafeRawBufferPointer, from start: Int, isLast: Bool) -> BodyMatch {
                for index in max(start, 1)..<max(start, 1, text.count)
                where text[index] == 0x62 && text[index - 1] == 0x61 {
                    return .match(at: index)
                }
                return .none
            }
        }
        for offset in (PatternSearch.windowSize - 3)...(PatternSearch.windowSize + 3) {
            var expectation = HTTPExpectation()
            expectation.pattern = .init(LookBehind())
            let body = String(repeating: "n", count: offset) + "ab" + String(repeating: "x", count: 20_000)
            let run = HTTPRun.outcome("HTTP/1.0 200 OK\r\n\r\n" + body, expectation, piece: 4_000)
            #expect(run.outcome == .passed(), "\(offset)")
        }
    }

    @Test func `The window is bounded, also if the matcher always wants more`() {
        struct Greedy: BodyMatcher {
            var lookBehind: Int { 1_000_000 }
            func search(_ text: UnsafeRawBufferPointer, from start: Int, isLast: Bool) -> BodyMatch {
                #expect(text.count <= PatternSearch.windowSize)
                return .partial(from: 0)
            }
        }
        var expectation = HTTPExpectation()
        expectation.pattern = .init(Greedy())
        var checker = HTTPResponseChecker(expectation)
        _ = checker.receive(Array("HTTP/1.0 200 OK\r\n\r\n".utf8))
        for _ in 0..<100 { _ = checker.receive([UInt8](repeating: 0, count: 10_000)) }
        #expect(checker.close() == .failed(.pattern(isMatched: false)))
    }

    @Test func `A matcher that answers nonsense is survived`() {
        struct Liar: BodyMatcher {
            var answer: BodyMatch
            var lookBehind: Int { -5 }
            func search(_ text: UnsafeRawBufferPointer, from start: Int, isLast: Bool) -> BodyMatch { answer }
        }
        for answer in [BodyMatch.partial(from: -9), .partial(from: 1 << 40), .partial(from: 0)] {
            var expectation = HTTPExpectation()
            expectation.pattern = .init(Liar(answer: answer))
            var checker = HTTPResponseChecker(expectation)
            _ = checker.receive(Array("HTTP/1.0 200 OK\r\n\r\n".utf8))
            for _ in 0..<20 { _ = checker.receive([UInt8](repeating: 0, count: 10_000)) }
            #expect(checker.close() == .failed(.pattern(isMatched: false)))
        }
    }
}
