import Foundation
import Testing

/// A virtual router with a virtual MAC address, as both Sluice and keepalived read it.
private func router(_ priority: Int, address: String = "\(VRRPNetwork.vip)/24", _ lines: String = "use_vmac") -> String
{
    """
    global_defs {
        vrrp_version 3
    }
    vrrp_instance VI {
        state BACKUP
        interface eth0
        virtual_router_id 51
        priority \(priority)
        advert_int 0.1
        \(lines)
        virtual_ipaddress {
            \(address)
        }
    }

    """
}

extension VRRPNetwork {
    /// Who c takes an address for; nil if it knows nobody.
    fileprivate func neighbour(_ address: String) throws -> String? {
        let words = try exec("c", "ip", "neigh", "show", address).split(separator: " ").map(String.init)
        return words.firstIndex(of: "lladdr").map { words[$0 + 1] }
    }

    fileprivate func answers(_ address: String = vip) -> Bool {
        (try? exec("c", "ping", "-n", "-c", "1", "-W", "1", address)) != nil
    }

    fileprivate func hasOnAny(_ node: String, _ address: String) throws -> Bool {
        try exec(node, "ip", "-o", "addr", "show").contains(" \(address)/")
    }

    fileprivate func moves(to node: String, _ address: String = vip) throws -> Bool {
        let other = node == "a" ? "b" : "a"
        return try eventually(within: 8, every: 20_000) {
            try hasOnAny(node, address) && !hasOnAny(other, address) && answers(address)
        }
    }
}

extension EndToEnd {
    /// Virtual MAC addresses and accept mode, seen from outside.
    @Suite
    struct VRRPVirtualMAC {
        private static let mac4 = "00:00:5e:00:01:33"
        private static let mac6 = "00:00:5e:00:02:33"

        @Test("requirement 42: the VIP has the virtual MAC, whoever serves it; a planned move loses nothing")
        func requirement42() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.moves(to: "a"), "\(network.log("a"))")
            #expect(try network.neighbour(VRRPNetwork.vip) == Self.mac4)
            #expect(try network.exec("a", "ip", "-d", "link", "show", "vrrp.51").contains("macvlan mode private"))
            #expect(try network.neighbour("10.9.0.1") != Self.mac4, "its own address keeps its own MAC")

            let probe = try network.startProbe(seconds: 5)
            network.signal("a", SIGTERM)
            #expect(try network.waitForEnd(of: "a") == 0)
            #expect(try network.moves(to: "b"))
            #expect(try network.neighbour(VRRPNetwork.vip) == Self.mac4)
            #expect(try !network.exec("a", "ip", "link").contains("vrrp.51"), "it goes with the instance")
            try network.startSluice("a", router(150))
            #expect(try network.moves(to: "a"))
            #expect(try network.neighbour(VRRPNetwork.vip) == Self.mac4)
            #expect(try network.lost(probe, within: 10) == 0)
        }

        @Test("a restarted controller takes its virtual MAC over")
        func adoption() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            #expect(try network.moves(to: "a"))
            let before = try network.exec("a", "ip", "-o", "link", "show", "vrrp.51").prefix { $0 != ":" }
            let probe = try network.startProbe(seconds: 3)
            network.end("a")
            try network.startSluice("a", router(150))
            #expect(try network.lost(probe, within: 6) == 0)
            #expect(try network.exec("a", "ip", "-o", "link", "show", "vrrp.51").prefix { $0 != ":" } == before)
        }

        @Test(
            "with keepalived's use_vmac, both ways: the client's entry stays",
            .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/keepalived"), "no keepalived here"),
            arguments: ["IPv4", "IPv6", "IPv4 vmac_xmit_base"])
        func keepalived(_ kind: String) throws {
            let network = try VRRPNetwork()
            let isIPv6 = kind == "IPv6"
            let vip = isIPv6 ? VRRPNetwork.vip6 : VRRPNetwork.vip
            let written = isIPv6 ? "fe80::100/64\n\(vip)/64" : "\(vip)/24"
            let lines = kind.hasSuffix("base") ? "use_vmac\nvmac_xmit_base" : "use_vmac"
            let mac = isIPv6 ? Self.mac6 : Self.mac4
            // keepalived leaves this alone: its kernel asks for c in the name of the VIP, from eth0, and c notes the wrong MAC.
            try network.exec("b", "sysctl", "-qw", "net.ipv4.conf.eth0.arp_announce=2")
            try network.startKeepalived("b", router(100, address: written, lines))
            #expect(try eventually { try network.hasOnAny("b", vip) }, "\(network.log("b"))")
            try network.startSluice("a", router(150, address: written, lines))
            #expect(try network.moves(to: "a", vip), "\(network.log("a"))")
            #expect(try network.neighbour(vip) == mac)
            network.signal("a", SIGTERM)
            #expect(try network.waitForEnd(of: "a") == 0)
            #expect(try network.moves(to: "b", vip), "\(network.log("b"))")
            #expect(try network.neighbour(vip) == mac)
            try network.startSluice("a", router(150, address: written, lines))
            #expect(try network.moves(to: "a", vip))
            #expect(try network.neighbour(vip) == mac)
            network.end("a")
            #expect(try eventually(within: 8) { try network.hasOnAny("b", vip) })
        }

        @Test("r43: what is sent to a VIP that is not accepted is dropped; its owner takes it")
        func r43() throws {
            let network = try VRRPNetwork()
            for lines in ["no_accept", "no_accept\nuse_vmac"] {
                try network.startSluice("a", router(150, lines))
                #expect(try eventually { try network.hasOnAny("a", VRRPNetwork.vip) })
                usleep(300_000)
                #expect(!network.answers(), "\(lines): \(network.log("a"))")
                #expect(try network.neighbour(VRRPNetwork.vip) != nil, "ARP is answered")
                #expect(network.answers("10.9.0.1"), "its own address is")
                network.signal("a", SIGTERM)
                #expect(try network.waitForEnd(of: "a") == 0)
                try network.exec("c", "ip", "neigh", "flush", "all")
            }
            try network.startSluice("a", router(255, "no_accept"))
            #expect(try eventually { network.answers() })
        }

        @Test("r43 over IPv6: neighbour discovery is answered all the same")
        func r43IPv6() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150, address: "fe80::100/64\n\(VRRPNetwork.vip6)/64", "no_accept"))
            #expect(try eventually { try network.hasOnAny("a", VRRPNetwork.vip6) })
            usleep(300_000)
            #expect(!network.answers(VRRPNetwork.vip6))
            #expect(try network.neighbour(VRRPNetwork.vip6) != nil)
            #expect(network.answers("fd09::1"))
        }

        @Test("an ipvlan is made, or the log says why it can't be")
        func ipvlan() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150, "use_ipvlan 10.9.0.11/24"))
            #expect(
                try eventually {
                    try network.moves(to: "a") || network.log("a").contains("load the module (modprobe ipvlan)")
                }, "\(network.log("a"))")
        }
    }
}
