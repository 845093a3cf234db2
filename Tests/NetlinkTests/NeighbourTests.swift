import Linux
import Testing
import Wire

@testable import Netlink

@Suite struct NeighbourTests {
    /// Two namespaces joined by a veth pair: `va` (192.0.2.1, 2001:db8::1) here, `vb` (.2, ::2, 02:00:00:00:00:02) there.
    private static func join(_ there: String) -> String {
        """
        ip link add va type veth peer name vb address 02:00:00:00:00:02 netns \(there)
        ip link set va up; ip addr add 192.0.2.1/24 dev va; ip addr add 2001:db8::1/64 dev va nodad
        ip -n \(there) addr add 192.0.2.2/24 dev vb; ip -n \(there) addr add 2001:db8::2/64 dev vb nodad
        ip -n \(there) link set vb up
        """
    }

    /// Runs `body` with the pair set up, given the other namespace's name.
    private func withPair<Result: Sendable>(
        _ body: @escaping @Sendable (_ there: String, inout NetlinkSocket, _ a: UInt32) throws -> Result
    ) async throws -> Result {
        try await inNamespace {
            let there = "sluice-netlink-\(UInt32.random(in: 0 ... .max))"
            try shell("ip netns add \(there)")
            defer { _ = try? shell("ip netns del \(there)") }
            try shell(Self.join(there))
            var netlink = try NetlinkSocket()
            return try body(there, &netlink, try netlink.link(named: "va").index)
        }
    }

    @Test(arguments: ["192.0.2.2", "2001:db8::2"])
    func theKernelResolvesForUs(_ text: String) async throws {
        let (before, after, listed, shown) = try await withPair { _, netlink, a in
            let address = try parse(text)
            let before = try netlink.neighbour(address, on: a)
            try netlink.resolve(address, on: a)
            let after = try eventually {
                try netlink.neighbour(address, on: a).flatMap { $0.usableMAC == nil ? nil : $0 }
            }
            let listed = try netlink.neighbours().first { $0.address == address && $0.ifindex == a }
            return (before, after, listed, try shell("ip neigh show \(text)"))
        }
        #expect(before == nil)
        #expect(after?.mac == MACAddress("02:00:00:00:00:02"))
        #expect(listed?.mac == after?.mac)
        #expect(shown.contains("managed"), "\(shown)")
    }

    @Test func aNeighbourThatAppearsLaterIsFoundWithoutAsking() async throws {
        let (failed, found) = try await withPair { there, netlink, a in
            let address = try parse("192.0.2.3")
            try shell(
                "cd /proc/sys/net/ipv4/neigh/va; echo 1000 > interval_probe_time_ms; echo 100 > retrans_time_ms")
            try netlink.resolve(address, on: a)
            let failed = try eventually(within: 20) {
                try netlink.neighbour(address, on: a)?.state == .failed ? true : nil
            }
            try shell("ip -n \(there) addr add 192.0.2.3/24 dev vb")
            return (failed, try eventually(within: 20) { try netlink.neighbour(address, on: a)?.usableMAC })
        }
        #expect(failed == true)
        #expect(found == MACAddress("02:00:00:00:00:02"))
    }

    @Test func releasedEntriesAreNoLongerManaged() async throws {
        let (managed, released) = try await withPair { _, netlink, a in
            let address = try parse("192.0.2.2")
            try netlink.resolve(address, on: a)
            let managed = try shell("ip neigh show 192.0.2.2")
            try netlink.release(address, on: a)
            try netlink.release(try parse("192.0.2.200"), on: a)
            return (managed, try shell("ip neigh show 192.0.2.2; ip neigh show 192.0.2.200"))
        }
        #expect(managed.contains("managed"))
        #expect(!released.contains("managed") && !released.contains("192.0.2.200"), "\(released)")
    }

    @Test func permanentEntriesAreLeftAlone() async throws {
        let entry = try await withPair { _, netlink, a in
            try shell("ip neigh add 192.0.2.5 lladdr 02:00:00:00:00:05 dev va nud permanent")
            try netlink.resolve(try parse("192.0.2.5"), on: a)
            try netlink.release(try parse("192.0.2.5"), on: a)
            return try netlink.neighbour(try parse("192.0.2.5"), on: a)
        }
        #expect(entry?.state == .permanent && entry?.usableMAC == MACAddress("02:00:00:00:00:05"))
    }

    @Test func anUnknownInterfaceIsNamed() async throws {
        await #expect(throws: NetlinkError.noSuchInterface("#4711")) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                try netlink.resolve(try parse("192.0.2.2"), on: 4711)
            }
        }
    }
}
