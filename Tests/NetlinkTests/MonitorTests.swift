import Linux
import Testing
import Wire

@testable import Netlink

@Suite struct MonitorTests {
    @Test func everyKindOfChangeIsHeard() async throws {
        let (none, events) = try await inNamespace {
            var monitor = try NetlinkMonitor()
            let none = monitor.drain()
            try shell(
                """
                ip link add a type veth peer name b; ip link set a up; ip link set b up
                ip addr add 192.0.2.1/24 dev a; ip addr add 2001:db8::1/64 dev a nodad
                ip neigh add 192.0.2.5 lladdr 02:00:00:00:00:05 dev a; ip neigh del 192.0.2.5 dev a
                ip addr del 192.0.2.1/24 dev a; ip link del a
                """)
            return (none, monitor.drain())
        }
        #expect(none.isEmpty)
        let neighbour = IPAddress("192.0.2.5")
        let addresses = [IPAddress("192.0.2.1"), IPAddress("2001:db8::1")]
        #expect(events.contains { if case .link(let link) = $0 { link.name == "a" && link.isUp } else { false } })
        #expect(events.contains { if case .linkRemoved(let link) = $0 { link.name == "a" } else { false } })
        for address in addresses {
            #expect(events.contains { if case .address(let new) = $0 { new.address == address } else { false } })
            #expect(events.contains { if case .addressRemoved(let old) = $0 { old.address == address } else { false } })
        }
        #expect(events.contains { if case .neighbour(let new) = $0 { new.address == neighbour } else { false } })
        #expect(events.count { $0 == .routes(.ipv4) } == 1 && events.count { $0 == .routes(.ipv6) } == 1)
        #expect(!events.contains(.overrun))
    }

    @Test func leavingABridgeIsNoRemovalOfTheInterface() async throws {
        let events = try await inNamespace {
            try shell("ip link add br type bridge; ip link add a type veth peer name b; ip link set a master br")
            var monitor = try NetlinkMonitor()
            try shell("ip link set a nomaster")
            return monitor.drain()
        }
        #expect(events.contains { if case .link(let link) = $0 { link.name == "a" } else { false } })
        #expect(!events.contains { if case .linkRemoved = $0 { true } else { false } })
    }

    @Test func lostEventsAreAnOverrunAndThenAllIsWell() async throws {
        let (first, second) = try await inNamespace {
            var monitor = try NetlinkMonitor()
            var netlink = try NetlinkSocket()
            for n in 0..<8000 as Range<UInt32> {
                let address = IPAddress.v4(IPv4Address(rawValue: 0x0a00_0000 | n))
                try netlink.add(address, prefixLength: 32, to: 1)
            }
            let first = monitor.drain()
            try shell("ip link add a type veth peer name b")
            return (first, monitor.drain())
        }
        #expect(first.count { $0 == .overrun } == 1)
        #expect(!second.contains(.overrun) && !second.isEmpty)
    }

    @Test func theStreamGivesEventsAndEndsWithItsConsumer() async throws {
        let fifo = "sluice-netlink-\(UInt32.random(in: 0 ... .max))"
        try shell("ip netns add \(fifo)")
        defer { _ = try? shell("ip netns del \(fifo)") }
        let monitor = try await NetworkNamespace.named(fifo).run { Shared(try NetlinkMonitor()) }
        let stream = try #require(monitor.take()).stream()
        try shell("ip -n \(fifo) link add seen type veth peer name other")
        var names: Set<String> = []
        for await events in stream {
            for case .link(let link) in events { names.insert(link.name) }
            if names.isSuperset(of: ["seen", "other"]) { break }
        }
        #expect(names.isSuperset(of: ["seen", "other"]))
    }
}

/// Carries a monitor out of the thread that made it.
private final class Shared: @unchecked Sendable {
    private var monitor: NetlinkMonitor?

    init(_ monitor: consuming NetlinkMonitor) { self.monitor = consume monitor }

    func take() -> NetlinkMonitor? { monitor.take() }
}
