import Glibc
import Linux
import Testing
import VRRP
import Wire

@testable import Director

/// With the machine's own processes; where the kernel sends no events (another network namespace), by looking.
struct ProcessWatchTests {
    private static func plan(_ seconds: String) -> HelperPlan.WatchedProcess {
        var settings = ProcessTracker.Settings()
        settings.quorum = 2
        return HelperPlan.WatchedProcess(
            name: "p", pattern: ProcessPattern(name: "/bin/sleep", parameters: [seconds], match: .exact),
            settings: settings)
    }

    private static var now: Instant { Instant(nanoseconds: SystemClock.monotonicNanoseconds) }

    /// What it says until it says something, for so long.
    private static func verdict(_ watch: inout ProcessWatch, within seconds: Double) -> PriorityLedger.Verdict? {
        let end = now + .seconds(seconds)
        while now < end {
            if let verdict = watch.attend(at: now).verdicts.last?.verdict { return verdict }
            usleep(10_000)
        }
        return nil
    }

    @Test func `Processes that come and go are counted within moments`() throws {
        let seconds = "4\(UInt32.random(in: 10_000...99_999))"
        var watch = ProcessWatch()
        let first = watch.watch([Self.plan(seconds)], at: Self.now)
        #expect(first.verdicts.map(\.verdict) == [.down])
        let limit = watch.descriptor >= 0 ? 0.5 : 3
        #expect((first.remark == nil) == (watch.descriptor >= 0), "one line says that /proc is looked through")
        let children = try (0..<2).map { _ in try ChildProcess(["/bin/sleep", seconds], environment: [], as: nil) }
        defer { for child in children { child.signalGroup(SIGKILL) } }
        #expect(Self.verdict(&watch, within: limit) == .up)
        children[0].signalGroup(SIGKILL)
        #expect(Self.verdict(&watch, within: limit) == .down, "a zombie is none")
    }
}
