import Testing
import Wire

@testable import Config

/// The track_group `g`, and what it needs.
private let groupBlocks = """
    vrrp_instance x {
    interface lo
    virtual_router_id 1
    virtual_ipaddress {
    1.2.3.4
    }
    }
    track_group g {
    group {
    x
    }
    }
    """

/// What keepalived 2.2.7 makes of these lines was found by running `keepalived -t`.
@Suite("static_routes")
struct RoutingRouteTests {
    private func read(_ line: String) -> Reading {
        Reading("static_routes {\n\(line)\n}\n\(groupBlocks)")
    }
    private func route(_ line: String) -> RouteSpecification? {
        read(line).configuration?.staticRoutes.first?.wrappedValue
    }
    private let plain = "1.0.0.0/8 dev lo "

    @Test("Where it leads")
    func places() throws {
        let route = try #require(self.route("192.0.2.0/24 via 10.0.0.1 dev eth0 src 10.0.0.2 table 100 metric 5"))
        #expect(route.destination == Prefix("192.0.2.0/24"))
        #expect(route.via == IPAddress("10.0.0.1"))
        #expect(route.interface == "eth0")
        #expect(route.preferredSource == IPAddress("10.0.0.2"))
        #expect(route.table == .number(100))
        #expect(route.metric == 5)
        #expect(route.isTracked)
        #expect(route.family == .ipv4)
    }

    @Test(
        "Lines that are right are listed as they would be written",
        arguments: [
            ("default dev lo", "0.0.0.0/0 dev lo"), ("default via fe80::1 dev lo", "::/0 via fe80::1 dev lo"),
            ("default6 dev lo", "::/0 dev lo"), ("inet6 any dev lo", "::/0 dev lo"),
            ("to 10.1.2.3 oif lo", "10.1.2.3/32 dev lo"),
            ("blackhole 1.2.3.0/24 no_track", "blackhole 1.2.3.0/24 no_track"),
            ("throw 1.2.3.4 dev lo", "throw 1.2.3.4/32 dev lo"), ("6 1.2.3.4 dev lo", "blackhole 1.2.3.4/32 dev lo"),
            ("1.0.0.0/8 dev lo 2.0.0.0/8", "2.0.0.0/8 dev lo"),
            ("1.0.0.0/8 via inet 1.1.1.1 dev lo", "1.0.0.0/8 via 1.1.1.1 dev lo"),
            ("::/0 dev lo from 1::/16 pref low expires 60", "::/0 dev lo from 1::/16 pref low expires 60"),
            ("1.0.0.0/8 dev lo table local", "1.0.0.0/8 dev lo table 255"),
            ("1.0.0.0/8 dev lo table blue", "1.0.0.0/8 dev lo table blue"),
            ("1.0.0.0/8 dev lo table 0x10", "1.0.0.0/8 dev lo table 16"),
            ("1.0.0.0/8 dev lo scope link", "1.0.0.0/8 dev lo scope 253"),
            ("1.0.0.0/8 dev lo tos 0x10", "1.0.0.0/8 dev lo tos 16"),
            ("1.0.0.0/8 dev lo dsfield AF11", "1.0.0.0/8 dev lo tos 40"),
            ("1.0.0.0/8 dev lo dsfield EF", "1.0.0.0/8 dev lo tos 184"),
            ("1.0.0.0/8 dev lo protocol static no_track", "1.0.0.0/8 dev lo protocol 4 no_track"),
            ("1.0.0.0/8 dev lo mtu lock 1400 onlink", "1.0.0.0/8 dev lo onlink mtu lock 1400"),
            ("1.0.0.0/8 dev lo mtu 1 mtu 2", "1.0.0.0/8 dev lo mtu 2"),
            (
                "1.0.0.0/8 dev lo rtt 1.5s rttvar 5msecs rto_min lock 7",
                "1.0.0.0/8 dev lo rtt 1500ms rttvar 5ms rto_min lock 7"
            ),
            ("1.0.0.0/8 dev lo realms 5/6 quickack 1", "1.0.0.0/8 dev lo realms 5/6 quickack 1"),
            ("1.0.0.0/8 dev lo congctl lock cubic features ecn", "1.0.0.0/8 dev lo congctl lock cubic features ecn"),
            (
                "1.0.0.0/8 dev lo ttl-propagate enabled fastopen_no_cookie 0",
                "1.0.0.0/8 dev lo ttl-propagate enabled fastopen_no_cookie 0"
            ),
            (
                "1.0.0.0/8 dev lo encap ip id 5 dst 1.1.1.1 ttl 9 mtu 5",
                "1.0.0.0/8 dev lo encap ip id 5 dst 1.1.1.1 ttl 9 mtu 5"
            ),
            ("1.0.0.0/8 dev lo encap ip6 dst ::1 tc AF11", "1.0.0.0/8 dev lo encap ip6 dst ::1 tc AF11"),
            ("1.0.0.0/8 dev lo encap mpls 100/200", "1.0.0.0/8 dev lo encap mpls 100/200"),
            ("1.0.0.0/8 dev lo encap ila 1:2:3:4", "1.0.0.0/8 dev lo encap ila 1:2:3:4"),
            ("1.0.0.0/8 dev lo track_group g", "1.0.0.0/8 dev lo track_group g"),
            (
                "1.0.0.0/8 no_track nexthop via 1.1.1.1 dev lo weight 5 nexthop via 1.1.1.2 weight 256 onlink realms 5",
                "1.0.0.0/8 no_track nexthop via 1.1.1.1 dev lo weight 5 nexthop via 1.1.1.2 weight 256 onlink realms 5"
            ),
        ])
    func listed(line: String, words: String) throws {
        #expect(read(line).warnings.isEmpty)
        #expect(route(line)?.words.joined(separator: " ") == words)
        #expect(route(words) == route(line), "what is listed reads back to the same")
    }

    @Test(
        "keepalived refuses these, and the line is skipped",
        arguments: [
            "10/8 dev lo", "10.1/16 dev lo", "dev lo", "to blackhole", "unicast", "1.2.3.4 dev a/b", "1.2.3.4 nhid 5",
            "inet6 1.2.3.4 dev lo", "1.0.0.0/8 dev lo foo", "1.0.0.0/8 dev lo via inet6 ::1", "1.0.0.0/8 dev lo via",
            "1.0.0.0/8 dev lo src ::1", "1.0.0.0/8 dev lo src 1.2.3.4/24", "1.0.0.0/8 dev lo via 1.2.3.4/24",
            "1.0.0.0/8 dev lo from 1.1.1.1", "1.0.0.0/8 dev lo tos 256", "1.0.0.0/8 dev lo table 4294967296",
            "1.0.0.0/8 dev lo protocol 256", "1.0.0.0/8 dev lo scope 256", "1.0.0.0/8 dev lo metric -1",
            "1.0.0.0/8 dev lo metric 0x5", "1.0.0.0/8 dev lo metric 4294967296", "1.0.0.0/8 dev lo mtu lock",
            "1.0.0.0/8 dev lo mtu x", "1.0.0.0/8 dev lo hoplimit 256", "1.0.0.0/8 dev lo hoplimit lock 5",
            "1.0.0.0/8 dev lo window lock 5", "1.0.0.0/8 dev lo rtt 5us", "1.0.0.0/8 dev lo rtt 5h",
            "1.0.0.0/8 dev lo rto_min -5", "1.0.0.0/8 dev lo realms 65536", "::/0 dev lo realms 5",
            "1.0.0.0/8 dev lo quickack 2", "1.0.0.0/8 dev lo pref low", "::/0 dev lo pref zz",
            "1.0.0.0/8 dev lo expires 5", "1.0.0.0/8 dev lo fastopen_no_cookie 2", "1.0.0.0/8 dev lo encap",
            "1.0.0.0/8 dev lo encap zz", "1.0.0.0/8 dev lo encap ip src 1.1.1.1", "1.0.0.0/8 dev lo encap mpls zz",
            "1.0.0.0/8 dev lo proto static", "1.0.0.0/8 dev lo nexthop via ::1", "1.0.0.0/8 dev lo nexthop via zz",
            "1.0.0.0/8 dev lo nexthop via 1.1.1.1 weight 0", "1.0.0.0/8 dev lo nexthop via 1.1.1.1 weight 257",
            "1.0.0.0/8 dev lo nexthop via 1.1.1.1 metric 5", "1.0.0.0/8 dev lo rtt 1e3",
            "1.0.0.0/8 dev lo table -5", "1.0.0.0/8 dev lo rtt 99999999999999999999999999s",
        ])
    func refused(line: String) {
        let reading = read(line)
        #expect(reading.configuration?.staticRoutes.isEmpty == true)
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("line skipped") == true)
    }

    @Test("What keepalived puts right is put right, with a warning")
    func repaired() {
        let untracked = route("1.2.3.4 via 1.1.1.1 track_group g")
        #expect(untracked?.isTracked == false)
        #expect(untracked?.trackGroup == nil)
        #expect(
            read("1.2.3.4 via 1.1.1.1").warnings == [
                "2: a route without an interface is not tracked (add 'dev INTERFACE' or 'no_track')"
            ])
        #expect(route(plain + "protocol static")?.routeProtocol == nil)
        #expect(route("10.0.0.1/33 dev lo")?.destination == Prefix("10.0.0.1/32"))
        #expect(route("1.2.3.4 gw 1.1.1.1 dev lo")?.via == IPAddress("1.1.1.1"))
        #expect(route(plain + "features zz")?.attributes.isEmpty == true)
        #expect(route(plain + "ttl-propagate zz")?.attributes.isEmpty == true)
        #expect(route(plain + "as to 1.1.1.1")?.interface == "lo")
        for line in ["protocol static", "features zz", "ttl-propagate zz", "as to 1.1.1.1"] {
            #expect(read(plain + line).warnings.count == 1)
        }
    }

    @Test("The old 'or' names a second gateway")
    func alternatives() {
        let route = self.route("1.0.0.0/8 via 1.1.1.1 or 2.2.2.2 no_track")
        #expect(route?.via == nil)
        #expect(route?.nextHops.map(\.via) == [IPAddress("1.1.1.1"), IPAddress("2.2.2.2")])
    }

    @Test("Only a static route has a track_group")
    func trackGroup() {
        let log = DiagnosticLog()
        let location = SourceLocation(file: "t", line: 1)
        let words = ["1.0.0.0/8", "dev", "lo", "track_group", "g"].map { Word(text: $0, column: 0) }
        let line = Statement(words: words, location: location)
        #expect(Form<RouteSpecification>.route.value(ofLine: line, in: "virtual_routes", log) == nil)
        #expect(Form<RouteSpecification>.staticRoute.value(ofLine: line, in: "static_routes", log)?.trackGroup == "g")
    }
}

@Suite("static_rules")
struct RoutingRuleTests {
    private func read(_ line: String) -> Reading {
        Reading("static_rules {\n\(line)\n}\n\(groupBlocks)")
    }
    private func rule(_ line: String) -> RuleSpecification? {
        read(line).configuration?.staticRules.first?.wrappedValue
    }

    @Test(
        "Lines that are right are listed as they would be written",
        arguments: [
            ("from 1.2.3.4 table 5 priority 9", "from 1.2.3.4/32 priority 9 table 5"),
            ("not to 1::/16 lookup main order 9", "not to 1::/16 priority 9 table 254"),
            ("from all table blue preference 0x10", "priority 16 table blue"),
            ("inet6 table 5 priority 1", "inet6 priority 1 table 5"),
            ("iif lo oif eth0 tos 4 blackhole priority 1", "iif lo oif eth0 tos 4 priority 1 blackhole"),
            ("dev lo type prohibit priority 1", "iif lo priority 1 prohibit"),
            ("unreachable priority 1", "priority 1 unreachable"), ("nop priority 1", "priority 1 nop"),
            ("l3mdev priority 1", "priority 1 l3mdev"), ("goto 5 priority 4", "priority 4 goto 5"),
            ("fwmark 0x5/0xff table 5 priority 1", "fwmark 5/255 priority 1 table 5"),
            ("fwmark 5 table 5 priority 1", "fwmark 5 priority 1 table 5"),
            ("fwmark 5/ table 5 priority 1", "fwmark 5/0 priority 1 table 5"),
            (
                "uidrange 5-6 ipproto tcp sport 5 dport 7-8 table 5 priority 1",
                "uidrange 5-6 ipproto 6 sport 5-5 dport 7-8 priority 1 table 5"
            ),
            ("tunnel-id 18446744073709551615 table 5 priority 1", "tunnel-id 18446744073709551615 priority 1 table 5"),
            (
                "table 5 realms 5/6 sup_pl 8 sup_group default priority 1",
                "priority 1 table 5 realms 5/6 suppress_prefixlength 8 suppress_ifgroup 0"
            ),
            ("table 5 priority 1 protocol 5 no_track", "priority 1 table 5 protocol 5 no_track"),
            ("table 5 priority 1 track_group g", "priority 1 table 5 track_group g"),
        ])
    func listed(line: String, words: String) {
        #expect(read(line).warnings.isEmpty)
        #expect(rule(line)?.words.joined(separator: " ") == words)
        #expect(rule(words) == rule(line), "what is listed reads back to the same")
    }

    @Test(
        "keepalived refuses these, and the line is skipped",
        arguments: [
            "from 1.2.3.4", "from zz table 5", "table 0", "table unspec", "table -1", "table 5 table 6",
            "table 5 goto 9",
            "blackhole prohibit", "throw", "type unicast", "type", "foo", "table 5 foo", "table 5 pref 5",
            "to 1.2.3.4 from ::1 table 5", "table 5 priority -1", "table 5 priority 4294967296", "table 5 priority",
            "table 5 tos 256", "table 5 fwmark -5", "table 5 fwmark 4294967296", "table 5 fwmark 5/x",
            "from ::1 table 5 realms 5", "table 5 realms 65536", "table 5 suppress_prefixlength -1",
            "table 5 iif a/b", "table 5 tun_id 5", "table 5 uidrange 5", "table 5 uidrange 5-", "table 5 uidrange 6-5",
            "table 5 l3mdev", "goto 5", "goto 5 priority 5", "goto", "blackhole priority 1 realms 5",
            "nop priority 1 suppress_prefixlength 5", "table 5 sport 6-5", "table 5 dport 65536", "table 5 ipproto 256",
            "table 5 protocol static", "table 5 ip_proto 6", "table 5 tunnel-id x", "table 5 sport -",
            "table 5 sport 1-2-3", "inet from ::1 table 5",
        ])
    func refused(line: String) {
        let reading = read(line)
        #expect(reading.configuration?.staticRules.isEmpty == true)
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("line skipped") == true)
    }

    @Test("A rule without a priority gets keepalived's, with a warning")
    func priority() {
        #expect(rule("table 5")?.priority == 16_384)
        #expect(
            read("table 5").warnings == [
                "2: the rule has no priority: 16384 is used (say where it stands with 'priority N')"
            ])
    }

    @Test("A rule that is tracked is keepalived's own")
    func tracked() {
        #expect(rule("table 5 priority 1 protocol 5")?.ruleProtocol == nil)
        #expect(read("table 5 priority 1 protocol 5").warnings.count == 1)
        #expect(rule("table 5 priority 1 protocol 18")?.ruleProtocol == 18)
    }
}

@Suite("virtual_routes, virtual_rules")
struct VirtualRoutingTests {
    private func read(_ lines: String) -> Reading {
        Reading(
            "vrrp_instance x {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n1.2.3.4\n}\n\(lines)\n}")
    }

    @Test("An instance has routes and rules of either family; a second block goes on")
    func blocks() {
        let reading = read(
            "virtual_routes {\n1.0.0.0/8 dev eth0\n}\nvirtual_routes {\n::/0 dev eth0\n}\n"
                + "virtual_rules {\nfrom 1.0.0.0/8 table 5 priority 9\n}")
        let instance = reading.configuration?.vrrpInstances.first
        let destinations = instance?.routes.map { Optional($0.wrappedValue.destination) }
        #expect(destinations == [Prefix("1.0.0.0/8"), Prefix("::/0")])
        #expect(instance?.rules.map(\.wrappedValue.action) == [.lookup(.number(5))])
        #expect(instance?.routes.first?.origin?.line == 8)
        #expect(reading.warnings.isEmpty)
    }

    @Test("They have no track_group")
    func trackGroups() {
        let reading = read(
            "virtual_routes {\n1.0.0.0/8 dev lo track_group g\n}\nvirtual_rules {\ntable 5 priority 9 track_group g\n}")
        #expect(reading.configuration?.vrrpInstances.first?.routes.isEmpty == true)
        #expect(reading.configuration?.vrrpInstances.first?.rules.isEmpty == true)
        #expect(reading.warnings.count == 2)
    }

    @Test("A static route's or rule's track_group has to be there")
    func unknownGroup() {
        let reading = Reading(
            "static_routes {\n1.0.0.0/8 dev lo track_group g\n}\nstatic_rules {\ntable 5 priority 9 track_group h\n}")
        #expect(
            reading.warnings == ["2: there is no track_group 'g': ignored", "5: there is no track_group 'h': ignored"])
        #expect(reading.configuration?.staticRoutes.map(\.wrappedValue.trackGroup) == [nil])
        #expect(reading.configuration?.staticRules.map(\.wrappedValue.trackGroup) == [nil])
    }
}
