import Foundation
import Testing

/// A virtual router of version 3 at 100 ms.
private func router(_ priority: Int, lines: String = "", addresses: [String] = ["\(VRRPNetwork.vip)/24"]) -> String {
    """
    global_defs {
        vrrp_version 3
    }
    vrrp_instance VI {
        interface eth0
        virtual_router_id 51
        priority \(priority)
        advert_int 0.1
        \(lines)
        virtual_ipaddress {
            \(addresses.joined(separator: "\n"))
        }
    }

    """
}

extension EndToEnd {
    /// What of the protocol's requirements only the kernel can show, by number.
    @Suite
    struct VRRPRequirements {
        private static let six = ["fe80::100/64", "\(VRRPNetwork.vip6)/64"]

        /// What c hears of a filter in two seconds.
        private static func heard(_ network: VRRPNetwork, _ filter: String, _ body: () throws -> Void) throws -> String
        {
            let capture = try network.start("c", "tcpdump", "-i", "eth0", "-n", "-l", "-v", filter)
            try #require(eventually { capture.errors.contains("listening") })
            try body()
            sleep(2)
            capture.signal(SIGINT)
            return try capture.wait(within: 10).output
        }

        @Test("r1 adverts leave with the interface's primary address, TTL 255 and class 0xc0, for the group")
        func path() throws {
            let network = try VRRPNetwork()
            let four = try Self.heard(network, "ip proto 112") { try network.startSluice("a", router(150)) }
            #expect(four.contains("tos 0xc0, ttl 255") && four.contains("10.9.0.1 > 224.0.0.18"), "\(four)")
            network.end("a")
            let six = try Self.heard(network, "ip6 proto 112") {
                try network.startSluice("a", router(150, addresses: Self.six))
            }
            #expect(six.contains("hlim 255") && six.contains("class 0xc0"), "\(six)")
            #expect(six.contains(/fe80::[0-9a-f:]+ > ff02::12/) && !six.contains("fe80::100 >"), "\(six)")
        }

        @Test("r6 an advert over IPv6 with another hop limit is dropped and counted")
        func hopLimit() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150, addresses: Self.six))
            #expect(try eventually { try network.state("a") == "MASTER" })
            let program = """
                import socket
                s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 112)
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 64)
                advert = bytes([0x31, 51, 200, 2, 0, 10, 0, 0]) + bytes(32)
                s.sendto(advert, ("ff02::12", 0, 0, socket.if_nametoindex("eth0")))
                """
            try network.exec("c", "python3", "-c", program)
            #expect(try eventually { try network.statistic("a", "ip_ttl_err") == 1 })
            #expect(try network.state("a") == "MASTER")
        }

        @Test("r4 what doesn't fit the link's MTU is served, not advertised, and said")
        func mtu() throws {
            let network = try VRRPNetwork()
            let addresses = (100..<160).map { "10.9.0.\($0)/24" }
            for node in ["a", "b"] { try network.exec(node, "ip", "link", "set", "eth0", "mtu", "128") }
            try network.startSluice("a", router(150, addresses: addresses))
            try network.startSluice("b", router(100, addresses: addresses))
            #expect(try network.isServed(by: "a") && network.isServed(by: "a", "10.9.0.159"))
            #expect(network.log("a").contains("of 60 addresses 25 fit into an advert (MTU 128)"), "\(network.log("a"))")
            #expect(try network.statistic("b", "addr_list_err") == 0)
            #expect(try network.statistic("b", "adverts_received") > 0)
        }

        @Test("r26 r44 a backup neither answers for the address nor serves it")
        func backup() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            try network.exec("c", "ping", "-n", "-c", "1", "-W", "1", VRRPNetwork.vip)
            func mac(_ node: String) throws -> String {
                let text = try network.exec(node, "ip", "-o", "link", "show", "eth0")
                return try #require(text.firstMatch(of: /link\/ether ([0-9a-f:]+)/).map { String($0.1) })
            }
            #expect(try network.exec("c", "ip", "neigh", "show", VRRPNetwork.vip).contains(mac("a")))
            try network.exec(
                "c", "ip", "neigh", "replace", VRRPNetwork.vip, "lladdr", mac("b"), "dev", "eth0", "nud", "permanent")
            #expect(throws: CommandError.self) {
                try network.exec("c", "ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", VRRPNetwork.vip)
            }
        }

        @Test("r36 without an address of its own it is in fault, gives the role up, and comes back as a backup")
        func source() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150, lines: "nopreempt"))
            try network.startSluice("b", router(100, lines: "nopreempt"))
            #expect(try network.isServed(by: "a"))
            try network.exec("a", "ip", "addr", "del", "10.9.0.1/24", "dev", "eth0")
            #expect(try network.isServed(by: "b"))
            #expect(network.log("a").contains("FAULT (no source address)"))
            try network.exec("a", "ip", "addr", "add", "10.9.0.1/24", "dev", "eth0")
            #expect(try eventually { try network.state("a") == "BACKUP" })
            #expect(try network.state("b") == "MASTER")
        }

        @Test("r41 neighbour advertisements: override, router if it forwards; solicited-node groups are joined")
        func neighbours() throws {
            let network = try VRRPNetwork()
            for forwards in [false, true] {
                try network.exec("a", "sysctl", "-qw", "net.ipv6.conf.all.forwarding=\(forwards ? 1 : 0)")
                let said = try Self.heard(network, "icmp6 and ip6[40] == 136") {
                    try network.startSluice("a", router(150, addresses: Self.six))
                }
                let flags = forwards ? "[router, override]" : "[override]"
                #expect(said.contains("tgt is \(VRRPNetwork.vip6), Flags \(flags)"), "\(said)")
                #expect(try network.exec("a", "ip", "maddr", "show", "dev", "eth0").contains("ff02::1:ff00:100"))
                network.signal("a", SIGTERM)
                _ = try network.waitForEnd(of: "a")
            }
        }
    }
}
