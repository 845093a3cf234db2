import BPF
import Foundation
import Linux
import Testing
import Wire

@testable import Datapath

@Suite struct DecapsulatorTests {
    /// Runs `body` in a namespace with a veth pair `d.0`, `peer`; an interface's name may have a dot, a pin's may not.
    private func withInterface<Result: Sendable>(
        _ body: @escaping @Sendable (_ ifindex: UInt32) throws -> Result
    ) async throws -> Result {
        try await NetworkNamespace.fresh.run {
            try shell("ip link add d.0 type veth peer name peer; ip link set d.0 up; ip link set peer up")
            defer { _ = try? Decapsulator.detach(from: "d.0") }
            return try body(if_nametoindex("d.0"))
        }
    }

    private static let one = IPAddress("192.0.2.2")!
    private static let two = IPAddress("2001:db8::2")!
    private static let vip = IPAddress("203.0.113.1")!

    @Test func itOutlivesItsMakerAndIsAdopted() async throws {
        let outcome = try await withInterface { ifindex in
            let none = try Decapsulator.attached(to: "d.0", ifindex: ifindex)
            let first = try Decapsulator.attach(
                to: "d.0", ifindex: ifindex, addresses: [Self.one], vips: [Self.vip])
            let state = try Decapsulator.attached(to: "d.0", ifindex: ifindex)
            let native = try XDPAttachment(ifindex: ifindex).native
            let second = try Decapsulator.attach(
                to: "d.0", ifindex: ifindex, addresses: [Self.two], vips: [Self.vip])
            let detached = try Decapsulator.detach(from: "d.0")
            let again = try Decapsulator.detach(from: "d.0")
            let left = try XDPAttachment(ifindex: ifindex).programID
            return (none, first, state, native, second, detached, again, left)
        }
        #expect(outcome.0 == nil)
        if case .native = outcome.1.attachment {} else { Issue.record("not native: \(outcome.1.attachment)") }
        #expect(outcome.2?.addresses == [Self.one] && outcome.2?.vips == [Self.vip])
        #expect(outcome.3 != nil)
        if case .kept = outcome.4.attachment {} else { Issue.record("not kept: \(outcome.4.attachment)") }
        #expect(outcome.4.addresses == .init(added: [Self.two], removed: [Self.one]))
        #expect(outcome.4.vips == .init())
        #expect(outcome.5 && !outcome.6 && outcome.7 == nil)
    }

    @Test func whereTheDriverRefusesItIsGeneric() async throws {
        let attachment = try await NetworkNamespace.fresh.run {
            defer { _ = try? Decapsulator.detach(from: "lo") }
            return try Decapsulator.attach(to: "lo", ifindex: 1, addresses: [Self.one], vips: [Self.vip]).attachment
        }
        if case .generic = attachment {} else { Issue.record("not generic: \(attachment)") }
    }

    @Test func anotherProgramIsLeftAlone() async throws {
        let (error, folder) = try await withInterface { ifindex in
            let other = try DecapProgram()
            let link = try BPF.Link(xdp: other.program, ifindex: ifindex, mode: .native)
            defer { withExtendedLifetime(link) {} }
            do {
                _ = try Decapsulator.attach(to: "d.0", ifindex: ifindex, addresses: [], vips: [])
                return ("", "")
            } catch {
                return ("\(error)", try PinFolder(interface: "d.0").path)
            }
        }
        #expect(error.contains("d.0") && error.contains("another XDP program"))
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func pinsOfAnInterfaceThatWentAreReplaced() async throws {
        let (attachment, detached) = try await withInterface { ifindex in
            _ = try Decapsulator.attach(to: "d.0", ifindex: ifindex, addresses: [Self.one], vips: [])
            try shell("ip link del d.0; ip link add d.0 type veth peer name peer")
            let new = if_nametoindex("d.0")
            let attachment = try Decapsulator.attach(to: "d.0", ifindex: new, addresses: [Self.one], vips: []).attachment
            try shell("ip link del d.0")
            return (attachment, try Decapsulator.detach(from: "d.0"))
        }
        if case .native = attachment {} else { Issue.record("not native: \(attachment)") }
        #expect(detached)
    }

    @Test func escapedNamesStayDifferent() {
        let names = ["eth0.5", "eth0%2e5", "eth0_5", "eth0-5", "é"]
        #expect(PinFolder.escaped("eth0.5") == "eth0%2e5")
        #expect(Set(names.map(PinFolder.escaped)).count == names.count)
        #expect(names.map(PinFolder.escaped).allSatisfy { !$0.contains(".") && !$0.contains("/") })
    }
}

/// Runs a shell script in the calling thread's namespace.
private func shell(_ script: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-euc", script]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
}
