import Testing
import Wire

@testable import Netlink

@Suite struct RouteTests {
    private static let topology = """
        ip link add va type veth peer name vb; ip link set va up; ip link set vb up
        ip addr add 192.0.2.1/24 dev va; ip addr add 2001:db8::1/64 dev va nodad
        ip route add default via 192.0.2.254; ip -6 route add default via 2001:db8::ff
        ip route add 198.51.100.0/24 via 192.0.2.9 mtu 1300
        ip route add 203.0.113.0/24 via inet6 2001:db8::9 dev va
        ip route add blackhole 100.64.0.0/10
        """

    private func route(_ text: String, from: String? = nil) async throws -> (route: Route, a: UInt32) {
        try await inNamespace {
            try shell(Self.topology)
            var netlink = try NetlinkSocket()
            let route = try netlink.route(to: try parse(text), from: try from.map(parse))
            return (route, try netlink.link(named: "va").index)
        }
    }

    @Test(
        arguments: [
            ("192.0.2.77", nil, "192.0.2.1", nil), ("8.8.8.8", "192.0.2.254", "192.0.2.1", nil),
            ("198.51.100.3", "192.0.2.9", "192.0.2.1", 1300), ("203.0.113.3", "2001:db8::9", "192.0.2.1", nil),
            ("2001:db8::77", nil, "2001:db8::1", nil), ("2a00::1", "2001:db8::ff", "2001:db8::1", nil),
        ] as [(String, String?, String, UInt32?)])
    func theWayIsFound(_ to: String, _ gateway: String?, _ source: String, _ mtu: UInt32?) async throws {
        let (route, a) = try await route(to)
        #expect(
            route
                == Route(
                    egress: a, gateway: gateway.flatMap { IPAddress($0) }, preferredSource: IPAddress(source), mtu: mtu,
                    isLocal: false))
    }

    @Test(arguments: ["192.0.2.1", "127.0.0.1", "2001:db8::1", "::1"])
    func ourOwnAddressesAreLocal(_ to: String) async throws {
        let isLocal = try await inNamespace {
            try shell(Self.topology)
            var netlink = try NetlinkSocket()
            // The kernel makes an IPv6 address' route a little later than the address.
            return try eventually { try netlink.route(to: try parse(to)).isLocal ? true : nil }
        }
        #expect(isLocal == true)
    }

    @Test func aSourceChoosesARule() async throws {
        let found = try await inNamespace {
            try shell(Self.topology)
            try shell(
                "ip addr add 192.0.2.2/24 dev va; ip rule add from 192.0.2.2 table 7; ip route add default via 192.0.2.8 table 7"
            )
            var netlink = try NetlinkSocket()
            let to = try parse("8.8.8.8")
            return (
                try netlink.route(to: to).gateway, try netlink.route(to: to, from: try parse("192.0.2.2")).gateway
            )
        }
        #expect(found.0 == IPAddress("192.0.2.254"))
        #expect(found.1 == IPAddress("192.0.2.8"))
    }

    @Test(arguments: ["100.64.0.1", "240.0.0.1"])
    func noRouteNamesTheDestination(_ to: String) async throws {
        let error = await #expect(throws: NetlinkError.self) {
            try await inNamespace {
                try shell(Self.topology + "\nip route del default")
                var netlink = try NetlinkSocket()
                _ = try netlink.route(to: try parse(to))
            }
        }
        #expect(error?.description.hasPrefix("no route to \(to) (") == true, "\(String(describing: error))")
    }

    @Test func defaultRoutesAreListedByMetric() async throws {
        let (interfaces, a, c) = try await inNamespace {
            try shell(Self.topology)
            try shell(
                """
                ip link add vc type veth peer name vd; ip link set vc up; ip link set vd up; ip addr add 10.1.0.1/24 dev vc
                ip route del default; ip route add default via 192.0.2.254 metric 20
                ip route add default via 10.1.0.2 metric 10; ip route add default via 10.1.0.3 table 9
                """)
            var netlink = try NetlinkSocket()
            return (
                try netlink.defaultRouteInterfaces(.ipv4), try netlink.link(named: "va").index,
                try netlink.link(named: "vc").index
            )
        }
        #expect(interfaces == [c, a])
    }
}
