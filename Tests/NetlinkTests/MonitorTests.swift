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
                ip link add va type veth peer name vb; ip link set va up; ip link set vb up
                ip addr add 192.0.2.1/24 dev va; ip addr add 2001:db8::1/64 dev va nodad
                ip neigh add 192.0.2.5 lladdr 02:00:00:00:00:05 dev va; ip neigh del 192.0.2.5 dev va
                """)
            var events: [NetlinkEvent] = []
            // The kernel tells of an IPv6 address a little later.
            _ = eventually {
                events += monitor.drain()
                let isThere = events.contains {
                    if case .address(let new) = $0 { "\(new.address)" == "2001:db8::1" } else { false }
                }
                return isThere ? true : nil
            }
            try shell("ip addr del 192.0.2.1/24 dev va; ip link del va")
            return (none, events + monitor.drain())
        }
        #expect(none.isEmpty)
        let neighbour = IPAddress("192.0.2.5")
        let addresses = [IPAddress("192.0.2.1"), IPAddress("2001:db8::1")]
        #expect(events.contains { if case .link(let link) = $0 { link.name == "va" && link.isUp } else { false } })
        #expect(events.contains { if case .linkRemoved(let link) = $0 { link.name == "va" } else { false } })
        for address in addresses {
            #expect(events.contains { if case .address(let new) = $0 { new.address == address } else { false } })
            #expect(events.contains { if case .addressRemoved(let old) = $0 { old.address == address } else { false } })
        }
        #expect(events.contains { if case .neighbour(let new) = $0 { new.address == neighbour } else { false } })
        #expect(events.contains(.routes(.ipv4)) && events.contains(.routes(.ipv6)))
        #expect(!events.contains(.overrun))
    }

    @Test func oneDrainTellsOfRoutesOnce() async throws {
        let events = try await inNamespace {
            var monitor = try NetlinkMonitor()
            try shell("for n in 1 2 3 4 5; do ip route add 10.$n.0.0/16 dev lo; done")
            return monitor.drain()
        }
        #expect(events == [.routes(.ipv4)])
    }

    @Test func leavingABridgeIsNoRemovalOfTheInterface() async throws {
        let events = try await inNamespace {
            try shell("ip link add br0 type bridge; ip link add va type veth peer name vb; ip link set va master br0")
            var monitor = try NetlinkMonitor()
            try shell("ip link set va nomaster")
            return monitor.drain()
        }
        #expect(events.contains { if case .link(let link) = $0 { link.name == "va" } else { false } })
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
            try shell("ip link add va type veth peer name vb")
            return (first, monitor.drain())
        }
        #expect(first.count { $0 == .overrun } == 1)
        #expect(!second.contains(.overrun) && !second.isEmpty)
    }

    @Test func theStreamGivesEventsAndEndsWithItsConsumer() async throws {
        let name = "sluice-netlink-\(UInt32.random(in: 0 ... .max))"
        try shell("ip netns add \(name)")
        defer { _ = try? shell("ip netns del \(name)") }
        let monitor = try await NetworkNamespace.named(name).run { Shared(try NetlinkMonitor()) }
        let stream = monitor.stream()
        try shell("ip -n \(name) link add seen type veth peer name other")
        var seen: Set<String> = []
        for await events in stream {
            for case .link(let link) in events { seen.insert(link.name) }
            if seen.isSuperset(of: ["seen", "other"]) { break }
        }
        #expect(seen.isSuperset(of: ["seen", "other"]))
    }
}

/// Carries a monitor out of the thread that made it.
private final class Shared: @unchecked Sendable {
    private var monitor: NetlinkMonitor?

    init(_ monitor: consuming NetlinkMonitor) { self.monitor = consume monitor }

    func stream() -> AsyncStream<[NetlinkEvent]> {
        guard let monitor = monitor.take() else { preconditionFailure("taken twice") }
        return monitor.stream()
    }
}
