import BPF
import Foundation
import Linux
import Testing
import Wire

@testable import Datapath

@Suite(.serialized) struct DecapsulatorTests {
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
        let (attachment, folder) = try await withInterface { ifindex in
            _ = try Decapsulator.attach(to: "d.0", ifindex: ifindex, addresses: [Self.one], vips: [])
            try shell("ip link del d.0; ip link add d.0 type veth peer name peer")
            let new = if_nametoindex("d.0")
            let attachment = try Decapsulator.attach(to: "d.0", ifindex: new, addresses: [Self.one], vips: [])
                .attachment
            try shell("ip link del d.0")
            try Decapsulator.detach(from: "d.0")
            return (attachment, try PinFolder(interface: "d.0").path)
        }
        if case .native = attachment {} else { Issue.record("not native: \(attachment)") }
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func pinsOfNamespacesThatWentAreSwept() async throws {
        let (path, wasThere) = try await NetworkNamespace.fresh.run {
            _ = try Decapsulator.attach(to: "lo", ifindex: 1, addresses: [Self.one], vips: [])
            let path = try PinFolder(interface: "lo").path
            return (path, FileManager.default.fileExists(atPath: path))
        }
        #expect(wasThere)
        // The kernel takes namespaces down in its own time.
        for _ in 0..<100 where FileManager.default.fileExists(atPath: path) {
            try await Task.sleep(for: .milliseconds(50))
            PinFolder.sweep()
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// A tunnelled UDP packet, made here, reaches a socket that is bound to the VIP on lo.
    @Test(arguments: ["192.0.2.2", "2001:db8::2"], [1500, 9000])
    func theKernelTakesTheInnerPacket(_ outer: String, _ mtu: Int) async throws {
        let there = "sluice-decap-\(UInt32.random(in: 0 ... .max))"
        let (text, isNative) = try await withInterface { ifindex in
            // The driver refuses native mode if the peer's packets may be larger than a page.
            try shell(
                """
                ip link set peer mtu \(mtu); ip netns add \(there); ip link set peer netns \(there)
                ip addr add 192.0.2.2/24 dev d.0; ip addr add 2001:db8::2/64 dev d.0 nodad; ip addr add 203.0.113.1/32 dev lo
                ip -n \(there) addr add 192.0.2.1/24 dev peer
                ip -n \(there) addr add 2001:db8::1/64 dev peer nodad
                ip -n \(there) link set peer up
                ip route add 198.51.100.0/24 dev d.0
                """)
            defer { try? shell("ip netns del \(there)") }
            let attached = try Decapsulator.attach(
                to: "d.0", ifindex: ifindex, addresses: [Self.one, Self.two], vips: [Self.vip])
            let socket = try listen(on: Self.vip, port: 4000)
            try NetworkNamespace.named(there).runBlocking { try sendTunnelled(to: IPAddress(outer)!) }
            let isNative = if case .native = attached.attachment { true } else { false }
            return (String(decoding: try socket.read(upTo: 100), as: UTF8.self), isNative)
        }
        #expect(text == "inside")
        #expect(isNative == (mtu == 1500))
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

/// A UDP socket bound to an IPv4 address; reading waits at most five seconds.
private func listen(on address: IPAddress, port: UInt16) throws -> FileDescriptor {
    let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    try #require(number >= 0)
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: address.bytes) }
    let status = withUnsafePointer(to: &name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    try #require(status == 0)
    return FileDescriptor(owning: number)
}

/// Sends a UDP packet for 203.0.113.1, port 4000, in a tunnel packet.
private func sendTunnelled(to destination: IPAddress) throws {
    let inner: [any PacketLayer] = [
        IPv4(source: IPv4Address("198.51.100.7")!, destination: IPv4Address("203.0.113.1")!),
        UDP(source: 1, destination: 4000), Payload("inside".utf8),
    ]
    let number: Int32
    let status: Int
    switch destination {
    case .v4(let address):
        let bytes = Packet([IPv4(source: IPv4Address("192.0.2.1")!, destination: address)] + inner).bytes
        number = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: destination.bytes) }
        status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(number, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    case .v6(let address):
        let bytes = Packet([IPv6(source: IPv6Address("2001:db8::1")!, destination: address)] + inner).bytes
        number = socket(AF_INET6, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        withUnsafeMutableBytes(of: &name.sin6_addr) { $0.copyBytes(from: destination.bytes) }
        status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(number, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
    close(number)
    try #require(status > 0)
}
