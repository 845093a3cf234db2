import Foundation
import Testing

/// What goes with a role beside the VIPs, and what is always there.
private struct Router {
    var priority = 150
    var addresses = "\(VRRPNetwork.vip)/24"
    var excluded = ""
    var routes = ""
    var rules = ""
    var lines = ""
    /// Before the instance.
    var above = ""

    var text: String {
        """
        global_defs {
            vrrp_version 3
        }
        \(above)
        vrrp_instance VI {
            state BACKUP
            interface eth0
            virtual_router_id 51
            priority \(priority)
            advert_int 0.1
            \(lines)
            virtual_ipaddress {
                \(addresses)
            }
            virtual_ipaddress_excluded {
                \(excluded)
            }
            virtual_routes {
                \(routes)
            }
            virtual_rules {
                \(rules)
            }
        }

        """
    }

    static let routed = Router(
        routes: """
            10.50.0.0/24 via 10.9.0.9 dev eth0 src \(VRRPNetwork.vip) table 100 mtu lock 1400
            10.51.0.0/24 dev eth0 metric 7
            blackhole 10.52.0.0/24
            10.53.0.0/24 nexthop via 10.9.0.8 dev eth0 weight 3 nexthop via 10.9.0.9 dev eth0 weight 5
            2001:db8:50::/48 via fd09::9 dev eth0 pref high
            """,
        rules: """
            from 10.50.0.0/24 iif eth0 ipproto tcp dport 80-90 table 100 priority 600
            to 2001:db8:50::/48 table 100 priority 601
            """)

    static let statics = """
        static_ipaddress {
            10.60.0.1/24 dev eth0
            fd60::1/64 dev eth0
        }
        static_routes {
            10.61.0.0/24 via 10.60.0.9 dev eth0
        }
        static_rules {
            from 10.61.0.0/24 table 100 priority 500
        }
        """
}

extension VRRPNetwork {
    /// Whether a listing of `ip` in a node has some words.
    fileprivate func lists(_ node: String, _ command: String, _ words: String) throws -> Bool {
        try listing(node, command).contains(words)
    }

    fileprivate func listing(_ node: String, _ command: String) throws -> String {
        // A table that no route was ever in is an error.
        try exec(node, "sh", "-c", "ip \(command) 2>&1 || true")
    }

    /// Until all or none of these are listed.
    fileprivate func shows(
        _ node: String, _ items: [(String, String)], _ isThere: Bool = true, within seconds: Double = 8
    ) throws -> Bool {
        try eventually(within: seconds, every: 2_000) {
            try items.allSatisfy { try lists(node, $0.0, $0.1) == isThere }
        }
    }
}

private let virtualItems = [
    ("route show table 100", "10.50.0.0/24 via 10.9.0.9 dev eth0 proto keepalived src 10.9.0.100 mtu lock 1400"),
    ("route", "10.51.0.0/24 dev eth0 proto keepalived scope global metric 7"),
    ("-d route", "blackhole 10.52.0.0/24 proto keepalived"), ("route", "nexthop via 10.9.0.9 dev eth0 weight 5"),
    ("-6 route", "2001:db8:50::/48 via fd09::9 dev eth0 proto keepalived"),
    ("rule", "from 10.50.0.0/24 iif eth0 ipproto tcp dport 80-90 lookup 100 proto keepalived"),
    ("-6 rule", "to 2001:db8:50::/48 lookup 100 proto keepalived"),
].map { ($0.0, $0.1.replacing(" scope global", with: "")) }

private let staticItems = [
    ("addr", "inet 10.60.0.1/24"), ("addr", "inet6 fd60::1/64"),
    ("route", "10.61.0.0/24 via 10.60.0.9 dev eth0 proto keepalived"),
    ("rule", "from 10.61.0.0/24 lookup 100 proto keepalived"),
]

extension EndToEnd {
    /// Routes, rules and static addresses, and all of these put back.
    @Suite
    struct VRRPRoutes {
        @Test("routes and rules come and go with the role, and a crash leaves them")
        func roles() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", Router.routed.text)
            #expect(try network.shows("a", virtualItems), "\(network.log("a"))")
            network.end("a")
            #expect(try network.shows("a", virtualItems, within: 1), "a crash leaves all in place")
            try network.startSluice("a", Router.routed.text)
            #expect(try network.shows("a", virtualItems, within: 1), "it is adopted")
            #expect(!network.log("a").contains("put back"), "\(network.log("a"))")
            var better = Router.routed
            better.priority = 200
            try network.startSluice("b", better.text)
            #expect(try network.shows("b", virtualItems))
            #expect(try network.shows("a", virtualItems, false))
            network.signal("b", SIGTERM)
            #expect(try network.shows("a", virtualItems))
            #expect(try network.waitForEnd(of: "b") == 0)
            #expect(try network.shows("b", virtualItems, false, within: 1))
        }

        @Test("a reload changes routes and rules by difference")
        func reload() throws {
            let network = try VRRPNetwork()
            var router = Router.routed
            router.above = Router.statics
            try network.startSluice("a", router.text)
            #expect(try network.shows("a", virtualItems + staticItems))
            router.routes = router.routes.replacing("10.51.0.0/24", with: "10.59.0.0/24")
            router.rules = ""
            router.above = router.above.replacing("10.61.0.0/24", with: "10.62.0.0/24")
            let monitor = try network.watchRoutes("a")
            try network.reload("a", router.text)
            #expect(try network.shows("a", [virtualItems[0], virtualItems[2], virtualItems[3], virtualItems[4]]))
            #expect(
                try network.shows("a", [("route", "10.59.0.0/24"), ("route", "10.62.0.0/24"), ("rule", "10.62.0")]))
            #expect(try network.shows("a", [virtualItems[1], virtualItems[5], staticItems[2], staticItems[3]], false))
            monitor.signal(SIGTERM)
            let changes = try monitor.wait(within: 5).output
            #expect(!changes.contains("10.50.0.0") && changes.contains("10.59.0.0"), "\(changes)")
        }

        @Test("what an earlier run left and nobody wants any more is removed at the start")
        func stale() throws {
            let network = try VRRPNetwork()
            var router = Router.routed
            router.above = Router.statics
            try network.startSluice("a", router.text)
            #expect(try network.shows("a", virtualItems + staticItems))
            network.end("a")
            try network.startSluice("a", Router().text)
            #expect(try network.shows("a", virtualItems + staticItems, false))
        }

        @Test("static things are kept over a crash, put back, and removed at a planned stop")
        func statics() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", Router.statics, saying: "forwarding: ")
            #expect(try network.shows("a", staticItems), "\(network.log("a"))")
            network.end("a")
            #expect(try network.shows("a", staticItems, within: 1))
            try network.startSluice("a", Router.statics, saying: "forwarding: ")
            #expect(try network.shows("a", staticItems))
            // By the kernel's own times (`ip -ts monitor`) 0.7 ms; the rest is the `ip` that looks.
            for (command, place) in [
                ("ip addr del 10.60.0.1/24 dev eth0", 0), ("ip addr del fd60::1/64 dev eth0", 1),
                ("ip route del 10.61.0.0/24", 2), ("ip rule del priority 500", 3),
                ("ip route replace 10.61.0.0/24 via 10.60.0.8", 2),
            ] {
                try network.exec("a", "sh", "-c", command)
                let isBack = try network.shows("a", [staticItems[place]], within: 0.1)
                #expect(isBack, "\(command): \(network.log("a"))")
            }
            #expect(try network.shows("a", staticItems, within: 1))
            network.signal("a", SIGTERM)
            #expect(try network.waitForEnd(of: "a") == 0)
            #expect(try network.shows("a", staticItems, false, within: 1))
        }

        @Test("virtual routes and rules that something else removes are back within 100 ms")
        func putBack() throws {
            let network = try VRRPNetwork()
            var router = Router.routed
            router.routes += "\n10.54.0.0/24 via 10.9.0.9 no_track"
            try network.startSluice("a", router.text)
            #expect(try network.shows("a", virtualItems + [("route", "10.54.0.0/24")]))
            // By the kernel's own times 0.6 to 0.7 ms. Routes without `dev` are not tracked.
            for (command, place) in [
                ("ip route del 10.51.0.0/24", 1), ("ip route flush table 100", 0),
                ("ip -6 route del 2001:db8:50::/48", 4), ("ip rule del priority 600", 5),
                ("ip -6 rule del priority 601", 6),
            ] {
                try network.exec("a", "sh", "-c", command)
                let isBack = try network.shows("a", [virtualItems[place]], within: 0.1)
                #expect(isBack, "\(command): \(network.log("a"))")
            }
            #expect(eventually { network.log("a").contains("was removed by something else: put back") })
            try network.exec("a", "ip", "route", "del", "10.54.0.0/24")
            #expect(try !network.shows("a", [("route", "10.54.0.0/24")], within: 0.5), "no_track: it stays away")
        }

        /// By the kernel's own times 1.1 ms for an IPv4 address, 1.3 ms for an IPv6 one.
        @Test("VIPs of either family survive whatever removes them, also in a loop, and the adverts go on")
        func survivingVIPs() throws {
            let network = try VRRPNetwork()
            var router = Router(excluded: "fd09::100/64", lines: "dont_track_primary\npromote_secondaries")
            router.addresses += "\n10.9.0.101/24"
            let vips = ["10.9.0.100/24", "10.9.0.101/24", "fd09::100/64"].map { ("addr show dev eth0", " \($0) ") }
            try network.startSluice("a", router.text)
            var other = Router(priority: 100)
            other.addresses = router.addresses
            try network.startSluice("b", other.text)
            #expect(try network.shows("a", vips))
            for (command, seconds) in [
                ("ip addr del 10.9.0.100/24 dev eth0", 0.1), ("ip addr del fd09::100/64 dev eth0", 0.1),
                ("ip link set eth0 down; ip link set eth0 up", 2.0),
                ("timeout 3 sh -c 'while :; do ip addr del 10.9.0.100/24 dev eth0; done' 2>/dev/null || true", 0.1),
                ("ip addr flush dev eth0 to 10.9.0.100/31 2>/dev/null || true", 0.1),
            ] {
                try network.exec("a", "sh", "-c", command)
                #expect(try network.shows("a", vips, within: seconds), "\(command): \(network.log("a"))")
            }
            #expect(!network.log("b").contains("MASTER"), "adverts came in time: \(network.log("b"))")
            let said = network.log("a").split(separator: "\n").filter { $0.contains("put back") }
            #expect((1...9).contains(said.count), "some lines and no flood: \(said)")
            network.signal("a", SIGTERM)
            #expect(try network.waitForEnd(of: "a") == 0)
            let sysctl = try network.exec("a", "cat", "/proc/sys/net/ipv4/conf/eth0/promote_secondaries")
            #expect(sysctl.hasPrefix("0"), "as it was")
        }

        @Test("an interface that is deleted and made again has its VIPs, routes and static addresses again")
        func newInterface() throws {
            let network = try VRRPNetwork()
            var router = Router(routes: "10.51.0.0/24 dev eth0")
            router.above = Router.statics
            let items = staticItems + [("addr", "inet 10.9.0.100/24"), ("route", "10.51.0.0/24 dev eth0")]
            try network.startSluice("a", router.text)
            #expect(try network.shows("a", items))
            for command in [
                "ip link del eth0", "ip link add eth0 type veth peer name other", "ip link set other up",
                "ip link set eth0 up", "ip addr add 10.9.0.1/24 dev eth0",
            ] { try network.exec("a", "sh", "-c", command) }
            #expect(try network.shows("a", items), "\(network.log("a"))")
        }
    }
}
