import Testing
import Wire

@testable import Netlink

/// Routes and rules as `ip` sees them.
@Suite struct RouteEditTests {
    private static let pair = """
        ip link add va type veth peer name vb; ip link set va up; ip link set vb up
        ip addr add 192.0.2.1/24 dev va; ip addr add 2001:db8::1/64 dev va nodad
        """

    private static func prefix(_ text: String) throws -> Prefix {
        guard let prefix = Prefix(text) else { throw ShellFailure(script: text, output: "no prefix") }
        return prefix
    }

    /// Adds it twice, lists it, removes it twice; what came of it, and of the listing's command.
    private static func roundTrip(
        _ listing: String, _ entry: @escaping @Sendable (_ va: UInt32) throws -> RouteEntry
    ) async throws -> (done: [Bool], listed: String, left: String) {
        try await inNamespace {
            try shell(pair)
            var netlink = try NetlinkSocket()
            let route = try entry(try netlink.link(named: "va").index)
            var done = [try netlink.add(route), try netlink.add(route)]
            let listed = try shell(listing)
            done += [try netlink.remove(route), try netlink.remove(route)]
            return (done, listed, try shell(listing))
        }
    }

    @Test func aRouteWithEverythingSaidOfItIsAddedOnceAndRemovedOnce() async throws {
        let result = try await Self.roundTrip("ip -d route show 198.51.100.0/24 table 1000") { va in
            var route = RouteEntry(
                to: try Self.prefix("198.51.100.77/24"),
                hops: [.init(gateway: try parse("203.0.113.9"), ifindex: va)], routeProtocol: 18)
            route.hops[0].isOnlink = true
            route.table = 1000
            route.priority = 7
            route.tos = 0x10
            route.preferredSource = try parse("192.0.2.1")
            route.realms = 2 << 16 | 3
            route.metrics = [2: 1400, 8: 1200, 13: 250, 15: 1]
            route.lockedMetrics = 1 << 2
            route.congestionControl = "reno"
            return route
        }
        #expect(result.done == [true, false, true, false] && result.left.isEmpty)
        for words in [
            "unicast 198.51.100.0/24 tos 0x10 via 203.0.113.9 dev va", "proto keepalived", "src 192.0.2.1", "metric 7",
            "onlink", "mtu lock 1400", "advmss 1200", "rto_min 250ms", "quickack 1", "congctl reno", "realms 2/3",
        ] { #expect(result.listed.contains(words), "\(words): \(result.listed)") }
    }

    @Test(arguments: [6: "blackhole", 7: "unreachable", 8: "prohibit", 9: "throw"] as [UInt8: String])
    func routesThatLeadNowhere(_ type: UInt8, _ word: String) async throws {
        for (text, command) in [("198.51.100.0/24", "ip"), ("2001:db8:9::/48", "ip -6")] {
            let result = try await Self.roundTrip("\(command) -d route show \(text)") { _ in
                var route = RouteEntry(to: try Self.prefix(text), routeProtocol: 18)
                route.type = type
                return route
            }
            #expect(result.done == [true, false, true, false] && result.left.isEmpty)
            #expect(result.listed.hasPrefix("\(word) \(text)"), "\(result.listed)")
        }
    }

    @Test func severalHopsShareTheLoadAndAMissingOneIsAddedAgain() async throws {
        let four = try await Self.roundTrip("ip route show 198.51.100.0/24") { va in
            let hops = try [(2, 3), (3, 5)].map { host, weight in
                var hop = RouteEntry.Hop(gateway: try parse("192.0.2.\(host)"), ifindex: va)
                hop.weight = weight
                return hop
            }
            return RouteEntry(to: try Self.prefix("198.51.100.0/24"), hops: hops, routeProtocol: 18)
        }
        #expect(four.done == [true, false, true, false] && four.left.isEmpty)
        #expect(four.listed.contains("via 192.0.2.2 dev va weight 3"), "\(four.listed)")
        #expect(four.listed.contains("via 192.0.2.3 dev va weight 5"), "\(four.listed)")
        let six = try await inNamespace {
            try shell(Self.pair)
            var netlink = try NetlinkSocket()
            let va = try netlink.link(named: "va").index
            var hops = try [2, 3].map { RouteEntry.Hop(gateway: try parse("2001:db8::\($0)"), ifindex: va) }
            hops[1].weight = 5
            let route = RouteEntry(to: try Self.prefix("2001:db8:9::/48"), hops: hops, routeProtocol: 18)
            var done = [try netlink.add(route), try netlink.add(route)]
            var listings: [String] = []
            for host in [2, 3] {
                try shell("ip -6 route del 2001:db8:9::/48 via 2001:db8::\(host) dev va")
                done.append(try netlink.add(route))
                listings.append(try shell("ip -6 route show 2001:db8:9::/48"))
            }
            done.append(try netlink.remove(route))
            return (done, listings, try shell("ip -6 route show 2001:db8:9::/48"))
        }
        #expect(six.0 == [true, false, true, true, true] && six.2.isEmpty, "\(six)")
        for listing in six.1 {
            #expect(listing.contains("via 2001:db8::2 dev va weight 1"), "\(listing)")
            #expect(listing.contains("via 2001:db8::3 dev va weight 5"), "\(listing)")
        }
    }

    @Test func whatIsSaidOfIPv6Routes() async throws {
        let result = try await Self.roundTrip("ip -6 -d route show 2001:db8:9::/48") { va in
            var route = RouteEntry(
                to: try Self.prefix("2001:db8:9::/48"), hops: [.init(ifindex: va)], routeProtocol: 18)
            route.preference = 1
            route.lifetimeSeconds = 3_000
            route.priority = 20
            return route
        }
        #expect(result.done == [true, false, true, false] && result.left.isEmpty)
        for words in ["dev va", "metric 20", "pref high", "expires"] {
            #expect(result.listed.contains(words), "\(words): \(result.listed)")
        }
    }

    @Test func anEncapsulationReachesTheKernel() async throws {
        let listed = try await inNamespace {
            try shell(Self.pair)
            var netlink = try NetlinkSocket()
            var tunnel = RouteEntry.Tunnel()
            tunnel.id = 77
            tunnel.destination = try parse("192.0.2.9")
            tunnel.ttl = 9
            var hop = RouteEntry.Hop(ifindex: try netlink.link(named: "va").index)
            hop.encapsulation = .ipv4(tunnel)
            try netlink.add(RouteEntry(to: try Self.prefix("198.51.100.0/24"), hops: [hop], routeProtocol: 18))
            return try shell("ip route show 198.51.100.0/24")
        }
        #expect(listed.contains("encap ip id 77") && listed.contains("dst 192.0.2.9 ttl 9"), "\(listed)")
    }

    @Test func aRouteOfAnotherMakerStays() async throws {
        let (removed, left) = try await inNamespace {
            try shell(Self.pair + "; ip route add 198.51.100.0/24 via 192.0.2.2")
            var netlink = try NetlinkSocket()
            let hop = RouteEntry.Hop(gateway: try parse("192.0.2.2"))
            let route = RouteEntry(to: try Self.prefix("198.51.100.0/24"), hops: [hop], routeProtocol: 18)
            return (try netlink.remove(route), try shell("ip route show 198.51.100.0/24"))
        }
        #expect(!removed && !left.isEmpty)
    }

    @Test func aRouteWithMoreHopsThanAMessageHoldsIsAnErrorAndNoTrap() async throws {
        await #expect(throws: NetlinkError.self) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                let hops = [RouteEntry.Hop](repeating: .init(gateway: try parse("192.0.2.2")), count: 10_000)
                try netlink.add(RouteEntry(to: try Self.prefix("198.51.100.0/24"), hops: hops, routeProtocol: 18))
            }
        }
    }

    // MARK: Rules

    private static func roundTrip(_ rule: RuleEntry) async throws -> (done: [Bool], listed: String, left: String) {
        try await inNamespace {
            var netlink = try NetlinkSocket()
            let family = rule.family == .ipv4 ? "-4" : "-6"
            let listing = "ip \(family) rule show | grep ^\(rule.priority): || true"
            var done = [try netlink.add(rule), try netlink.add(rule)]
            let listed = try shell(listing)
            done += [try netlink.remove(rule), try netlink.remove(rule)]
            return (done, listed, try shell(listing))
        }
    }

    @Test func aRuleWithEverythingSaidOfItIsAddedOnceAndRemovedOnce() async throws {
        var rule = RuleEntry(.ipv4, priority: 500, action: .lookup(1000), ruleProtocol: 18)
        rule.isInverted = true
        rule.source = try Self.prefix("198.51.100.0/24")
        rule.destination = try Self.prefix("203.0.113.7/32")
        rule.incomingInterface = "va"
        rule.outgoingInterface = "vb"
        rule.tos = 0x10
        rule.mark = 5
        rule.markMask = 0xff
        rule.userIDs = 10...20
        rule.ipProtocol = 6
        rule.sourcePorts = 1000...2000
        rule.destinationPorts = 80...80
        rule.realms = 2 << 16 | 3
        rule.suppressedPrefixLength = 0
        rule.suppressedGroup = 7
        let result = try await Self.roundTrip(rule)
        #expect(result.done == [true, false, true, false] && result.left.isEmpty, "\(result)")
        for words in [
            "not from 198.51.100.0/24 to 203.0.113.7 tos 0x10 fwmark 0x5/0xff iif va", "oif vb", "uidrange 10-20",
            "ipproto tcp sport 1000-2000 dport 80", "lookup 1000", "suppress_prefixlength 0", "suppress_ifgroup 7",
            "realms 2/3", "proto keepalived",
        ] { #expect(result.listed.contains(words), "\(words): \(result.listed)") }
    }

    @Test(arguments: [
        (RuleEntry.Action.goto(600), "goto 600"), (.nop, "nop"), (.blackhole, "blackhole"),
        (.unreachable, "unreachable"), (.prohibit, "prohibit"), (.lookup(254), "lookup main"),
    ])
    func whatARuleDoes(_ action: RuleEntry.Action, _ words: String) async throws {
        for family in [IPAddress.Family.ipv4, .ipv6] {
            let result = try await Self.roundTrip(RuleEntry(family, priority: 500, action: action, ruleProtocol: 18))
            #expect(result.done == [true, false, true, false] && result.left.isEmpty, "\(result)")
            #expect(result.listed.contains(words), "\(result.listed)")
        }
    }

    @Test func aRuleOfAnotherMakerStays() async throws {
        let (removed, left) = try await inNamespace {
            try shell("ip rule add priority 500 lookup 1000")
            var netlink = try NetlinkSocket()
            let rule = RuleEntry(.ipv4, priority: 500, action: .lookup(1000), ruleProtocol: 18)
            return (try netlink.remove(rule), try shell("ip rule"))
        }
        #expect(!removed && left.contains("500:"))
    }

    @Test func theLossOfRoutesAndRulesIsHeardOf() async throws {
        let events = try await inNamespace {
            try shell(Self.pair)
            var monitor = try NetlinkMonitor(.configuration)
            try shell("ip route add 198.51.100.0/24 via 192.0.2.2 proto 18; ip rule add priority 500 lookup 1000")
            let before = monitor.drain()
            try shell("ip route replace 198.51.100.0/24 via 192.0.2.3 proto 18")
            let replaced = monitor.drain()
            try shell("ip route del 198.51.100.0/24; ip rule del priority 500")
            return [before, replaced, monitor.drain()]
        }
        #expect(!events[0].contains(.ruleLost(.ipv4)) && events[0].contains(.routes(.ipv4)))
        #expect(events[1].contains(.routeLost(.ipv4, routeProtocol: 0)))
        #expect(events[2].contains(.routeLost(.ipv4, routeProtocol: 18)) && events[2].contains(.ruleLost(.ipv4)))
    }
}
