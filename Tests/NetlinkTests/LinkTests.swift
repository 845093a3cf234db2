import Testing
import Wire

@testable import Netlink

@Suite struct LinkTests {
    @Test func aVethPairIsListedWithItsProperties() async throws {
        let (all, left, right) = try await inNamespace {
            try shell(
                "ip link add left address 02:00:00:00:00:01 mtu 1400 type veth peer name right; ip link set left up")
            var netlink = try NetlinkSocket()
            return (try netlink.links(), try netlink.link(named: "left"), try netlink.link(named: "right"))
        }
        #expect(all.map(\.name).sorted() == ["left", "lo", "right"])
        #expect(all.contains(left) && all.contains(right))
        #expect(left.mac == MACAddress("02:00:00:00:00:01"))
        #expect(left.mtu == 1400)
        #expect(left.kind == "veth")
        #expect(left.isUp && !left.isRunning && !right.isUp)
        #expect(left.lower == right.index && right.lower == left.index)
        #expect(left.master == nil)
        let loopback = try #require(all.first { $0.name == "lo" })
        #expect(loopback.isLoopback && loopback.mac == nil && loopback.isUp && loopback.kind == nil)
    }

    @Test func aPortNamesItsBridge() async throws {
        let (port, bridge, byIndex) = try await inNamespace {
            try shell("ip link add br0 type bridge; ip link add va type veth peer name vb; ip link set va master br0")
            var netlink = try NetlinkSocket()
            let bridge = try netlink.link(named: "br0")
            return (try netlink.link(named: "va"), bridge, try netlink.link(index: bridge.index))
        }
        #expect(port.master == bridge.index)
        #expect(bridge.kind == "bridge")
        #expect(byIndex == bridge)
    }

    @Test(arguments: ["nosuch", "", "a/b", "sixteen-bytes-ab", "../x", "a\0b"])
    func anUnknownNameIsNamed(_ name: String) async throws {
        await #expect(throws: NetlinkError.noSuchInterface(name)) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                _ = try netlink.link(named: name)
            }
        }
    }

    @Test(arguments: [0, 4711, UInt32.max])
    func anUnknownIndexIsNamed(_ index: UInt32) async throws {
        await #expect(throws: NetlinkError.noSuchInterface("#\(index)")) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                _ = try netlink.link(index: index)
            }
        }
    }

    @Test func aSocketGoesOnAfterARefusal() async throws {
        let names = try await inNamespace {
            var netlink = try NetlinkSocket()
            for _ in 0..<3 { _ = try? netlink.link(named: "nosuch") }
            return try netlink.links().map(\.name)
        }
        #expect(names == ["lo"])
    }
}
