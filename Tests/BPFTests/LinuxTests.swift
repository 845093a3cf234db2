import Foundation
import Testing

@testable import Linux

@Suite("Linux") struct LinuxTests {
    let path = FileManager.default.temporaryDirectory.appending(path: "linux-tests-\(UUID().uuidString)").path

    @Test func `An error says call, object, reason and remedy`() {
        #expect(
            SystemError("open", errno: EACCES, context: "/sys/fs/bpf").description
                == "open /sys/fs/bpf: Permission denied (run as root)")
        #expect(SystemError("poll", errno: EINVAL).description == "poll: Invalid argument")
        let error = #expect(throws: SystemError.self) { _ = try FileDescriptor(path: path) }
        #expect(error?.errno == ENOENT && error?.context == path)
    }

    @Test func `An interrupted call is made again, another failure is not`() throws {
        var results: [(Int32, Int32)] = [(-1, EINTR), (-1, EINTR), (5, 0)]
        let value = try retry("call") {
            let (result, code) = results.removeFirst()
            errno = code
            return result
        }
        #expect(value == 5 && results.isEmpty)
        #expect(throws: SystemError.self) {
            try retry("call") {
                errno = EBADF
                return Int32(-1)
            }
        }
    }

    @Test func `A descriptor is closed with its owner`() throws {
        var number: Int32 = -1
        do {
            let file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT)
            defer { unlink(path) }
            number = file.rawValue
            #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
            try file.writeAll(Array("hello\n".utf8))
            #expect(try TextFile.read(path) == "hello")
            let copy = try file.duplicate().release()
            #expect(copy != number)
            close(copy)
        }
        // Another thread may have got the number meanwhile: then it is not this file.
        var status = stat()
        #expect(fstat(number, &status) != 0 || status.st_nlink != 0)
    }

    @Test func `A lock is held by one only, and names its holder`() throws {
        defer { unlink(path) }
        do {
            let lock = try LockFile(path: path)
            let error = #expect(throws: SystemError.self) { _ = try LockFile(path: path) }
            #expect(error?.errno == EWOULDBLOCK && error?.remedy == "held by process \(getpid())")
            _ = consume lock
        }
        _ = try LockFile(path: path)
    }

    @Test func `A list of processors is counted`() {
        #expect(CPU.count(ofList: "0-3") == 4)
        #expect(CPU.count(ofList: "0") == 1)
        #expect(CPU.count(ofList: "0-3,8,10-11") == 7)
        #expect(CPU.count(ofList: "") == nil)
        #expect(CPU.count(ofList: "3-1") == nil)
        #expect(CPU.count(ofList: "a-b") == nil)
    }

    @Test func `Clocks run and have a resolution`() throws {
        let start = SystemClock.monotonicNanoseconds
        #expect(SystemClock.monotonicNanoseconds >= start)
        #expect((1_000_000...10_000_000).contains(SystemClock.tickNanoseconds))
        #expect(try CPU.possibleCount() > 0)
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `A namespace of one's own has its own settings and interfaces`() async throws {
        let before = try Sysctl.read("net/ipv4/ip_forward")
        let inside = try await NetworkNamespace.fresh.run {
            try Sysctl.write(before == "1" ? "0" : "1", to: "net/ipv4/ip_forward")
            try ip("link add name only-here type bridge")
            return [try Sysctl.read("net/ipv4/ip_forward"), "\(if_nametoindex("only-here") != 0)"]
        }
        #expect(inside == [before == "1" ? "0" : "1", "true"])
        #expect(try Sysctl.read("net/ipv4/ip_forward") == before)
        #expect(if_nametoindex("only-here") == 0)
    }

    @Test(.enabled(if: isRoot, "needs root"))
    func `A namespace is entered by name, and errors come out of it`() async throws {
        let name = "linux-tests-\(getpid())"
        try ip("netns add \(name)")
        defer { try? ip("netns del \(name)") }
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        let other = try NetworkNamespace.named(name).runBlocking {
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
        }
        #expect(own != other && other.hasPrefix("net:"))
        await #expect(throws: SystemError.self) { try await NetworkNamespace.named("no-such").run {} }
        await #expect(throws: Failed.self) { try await NetworkNamespace.fresh.run { throw Failed(command: "") } }
    }

    @Test func `A BPF file system is known`() {
        #expect(!Mounts.isBPFFS("/proc"))
        #expect(!Mounts.isBPFFS("/no/such/place"))
    }
}
