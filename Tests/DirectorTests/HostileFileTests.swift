import Glibc
import Linux
import Testing
import VRRP
import Wire

@testable import Config
@testable import Director

/// Tracked files that are none, and processes that don't want to end.
struct HostileFileTests {
    private static func path() -> String { "/tmp/sluice-file-\(getpid())-\(UInt32.random(in: 0...UInt32.max))" }

    @Test(.timeLimit(.minutes(1))) func `A pipe in a tracked file's place is not waited for`() throws {
        let path = Self.path()
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        var watch = try FileWatch()
        let initial = TrackFile.Initial(value: 7, overwrites: true)
        let values = watch.watch([.init(name: "f", path: path, initial: initial)])
        #expect(values.map(\.value) == [FileTracker.value(of: [])])
    }

    @Test func `A file is written anew only by its own name, and only if it may be`() throws {
        let path = Self.path()
        let link = path + ".link"
        defer { for path in [path, link] { unlink(path) } }
        try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT).writeAll(Array("precious".utf8))
        #expect(symlink(path, link) == 0)
        func text(after initial: TrackFile.Initial, at place: String) throws -> String {
            var watch = try FileWatch()
            _ = watch.watch([.init(name: "f", path: place, initial: initial)])
            return String(decoding: try FileDescriptor(path: path).readAll(), as: UTF8.self)
        }
        #expect(try text(after: .init(value: 7, overwrites: true), at: link) == "precious")
        #expect(try text(after: .init(value: 7, overwrites: false), at: path) == "precious")
        #expect(try text(after: .init(value: 7, overwrites: true), at: path) == "7\n")
    }

    @Test func `A process that was told to end is reaped, one that doesn't listen killed`() throws {
        let deaf = try ChildProcess(["/bin/sh", "-c", "trap '' TERM; sleep 60"], environment: [], as: nil)
        let prompt = try ChildProcess(["/bin/sleep", "60"], environment: [], as: nil)
        usleep(200_000)
        var ending = EndingChildren()
        ending.end(deaf, at: VRRPDriver.now)
        ending.kill(prompt)
        ending.finish()
        #expect(ending.isEmpty)
        for child in [deaf, prompt] { #expect(Glibc.kill(child.processID, 0) != 0 && errno == ESRCH) }
    }

    @Test func `Users and groups are found by name`() {
        #expect(Account.user(named: "root").map { [$0.user, $0.group] } == [0, 0])
        #expect(Account.group(named: "root") == 0)
        #expect(Account.user(named: "no-such-user") == nil && Account.group(named: "no-such-group") == nil)
    }

    @Test func `What others make happen is told once a second`() {
        var log = OncePerSecond()
        let start = Instant(nanoseconds: 0)
        #expect(
            [0, 10, 999, 1_000, 1_500].map { log.maySay(at: start + .milliseconds($0)) } == [
                true, false, false, true, false,
            ])
    }
}
