import Testing
import VRRP

struct ProcessPatternTests {
    private static func line(_ words: String...) -> [UInt8] { words.flatMap { Array($0.utf8) + [0] } }

    private static func matches(_ pattern: ProcessPattern, _ words: String...) -> Bool {
        pattern.matches(comm: Array("x".utf8), commandLine: words.flatMap { Array($0.utf8) + [0] })
    }

    @Test func `By the kernel's name, cut to what the kernel keeps`() {
        let pattern = ProcessPattern(name: "a-very-long-name-of-a-program")
        #expect(pattern.matches(comm: Array("a-very-long-nam".utf8), commandLine: Self.line("b")))
        #expect(!pattern.matches(comm: Array("a-very-long".utf8), commandLine: []))
    }

    @Test func `The command line, with parameters compared as param_match says`() {
        let plain = ProcessPattern(name: "/bin/a", comparesCommandLine: true)
        #expect(Self.matches(plain, "/bin/a", "anything") && !Self.matches(plain, "a"))
        let none = ProcessPattern(name: "/bin/a", match: .exact)
        #expect(Self.matches(none, "/bin/a") && !Self.matches(none, "/bin/a", "b"))
        let exact = ProcessPattern(name: "/bin/a", parameters: ["-f", "x"], match: .exact)
        #expect(Self.matches(exact, "/bin/a", "-f", "x"))
        #expect(!Self.matches(exact, "/bin/a", "-f", "xy") && !Self.matches(exact, "/bin/a", "-f", "x", "y"))
        let beginning = ProcessPattern(name: "/bin/a", parameters: ["-f", "x"], match: .beginning)
        #expect(Self.matches(beginning, "/bin/a", "-f", "x", "y") && !Self.matches(beginning, "/bin/a", "-f", "xy"))
        let prefix = ProcessPattern(name: "/bin/a", parameters: ["-f", "x"], match: .prefix)
        #expect(Self.matches(prefix, "/bin/a", "-f", "xy") && !Self.matches(prefix, "/bin/a", "-fg", "x"))
        #expect(!Self.matches(prefix) && !Self.matches(prefix, "/bin/a"))
    }

    @Test func `A census counts what forks, changes and ends, each process once`() {
        var census = ProcessCensus(patterns: 2)
        census.note(1, matches: [0, 1])
        census.note(1, matches: [0, 1])
        #expect(census.counts == [1, 1])
        census.fork(1, child: 2)
        census.fork(9, child: 3)
        #expect(census.counts == [2, 2])
        census.note(2, matches: [1])
        #expect(census.counts == [1, 2])
        census.end(1)
        census.end(1)
        census.end(3)
        #expect(census.counts == [0, 1])
    }
}

struct QuorumTrackerTests {
    @Test func `A quorum is gained above and lost below by the hysteresis`() {
        var tracker = QuorumTracker(threshold: 5, hysteresis: 2)
        #expect(tracker.handle(weight: 5) == .up)
        #expect(tracker.handle(weight: 3) == nil)
        #expect(tracker.handle(weight: 2) == .down)
        #expect(tracker.handle(weight: 6) == nil)
        #expect(tracker.handle(weight: 7) == .up)
    }

    @Test func `Without any weight there is no quorum, and other limits count from the next weight on`() {
        var tracker = QuorumTracker(threshold: 0, hysteresis: 9)
        #expect(tracker.handle(weight: 0) == .down)
        #expect(tracker.handle(weight: 1) == .up)
        tracker.change(to: QuorumTracker(threshold: 2))
        #expect(tracker.handle(weight: 1) == .down)
    }
}
