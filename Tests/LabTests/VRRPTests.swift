import Foundation
import Testing

/// A virtual router as both Sluice and keepalived read it.
private struct Router {
    var priority: Int
    var version = 3
    var interval = "0.1"
    var address = "\(VRRPNetwork.vip)/24"
    var lines = ""

    var text: String {
        """
        global_defs {
            vrrp_version \(version)
        }
        vrrp_instance VI {
            state BACKUP
            interface eth0
            virtual_router_id 51
            priority \(priority)
            advert_int \(interval)
            \(lines)
            virtual_ipaddress {
                \(address)
            }
        }

        """
    }

    static let password = "authentication {\nauth_type PASS\nauth_pass secret\n}"
    static let header = "authentication {\nauth_type AH\nauth_pass secret\n}"

    static func unicast(_ own: String, _ peer: String) -> String {
        "unicast_src_ip \(own)\nunicast_peer {\n\(peer)\n}"
    }
}

extension EndToEnd {
    /// VIPs that move between directors, seen from outside.
    @Suite
    struct VRRP {
        @Test("between two of ours: election, crash, return, and stops that nobody notices")
        func pair() throws {
            let network = try VRRPNetwork()
            let (first, second) = (Router(priority: 150), Router(priority: 100))
            try network.startSluice("a", first.text)
            try network.startSluice("b", second.text)
            #expect(try network.isServed(by: "a"))
            #expect(try network.sluicectl("a", "vrrp").contains("VI: MASTER"))

            let probe = try network.startProbe(seconds: 5)
            network.signal("a", SIGTERM)
            #expect(try network.isServed(by: "b"))
            #expect(try network.waitForEnd(of: "a") == 0)
            try network.startSluice("a", first.text)
            #expect(try network.isServed(by: "a"))
            #expect(try network.lost(probe, within: 10) == 0, "a handover and a return: nothing is lost")

            try network.setCable("a", up: false)
            #expect(try eventually { try network.has("b") })
            #expect(try eventually { try !network.has("a") }, "without a carrier it is in fault")
            #expect(network.log("a").contains("FAULT (interface down)"))
            try network.setCable("a", up: true)
            #expect(try network.isServed(by: "a"))
        }

        @Test("v2 with PASS: a director that dies is succeeded within three adverts and its skew")
        func death() throws {
            let network = try VRRPNetwork()
            let lines = Router.password
            try network.startSluice("a", Router(priority: 150, version: 2, interval: "1", lines: lines).text)
            #expect(try network.isServed(by: "a"))
            try network.startSluice("b", Router(priority: 100, version: 2, interval: "1", lines: lines).text)
            try network.setCable("a", up: false)
            network.end("a")
            let start = Date()
            #expect(try eventually(within: 6, every: 20_000) { try network.has("b") })
            let seconds = Date().timeIntervalSince(start)
            #expect(seconds > 2.5 && seconds < 3.9, "3 s and 156/256 s from the last advert: \(seconds)")
        }

        @Test("a restarted controller adopts its addresses: nothing is lost, nobody takes over")
        func adoption() throws {
            let network = try VRRPNetwork()
            let router = Router(priority: 150, version: 2, interval: "1")
            try network.startSluice("a", router.text)
            try network.startSluice("b", Router(priority: 100, version: 2, interval: "1").text)
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 4)
            network.end("a")
            try network.startSluice("a", router.text)
            #expect(network.log("a").contains("INIT -> MASTER (took over from an earlier run)"))
            #expect(try network.lost(probe, within: 8) == 0)
            #expect(!network.log("b").contains("MASTER"))
        }

        @Test("released by hand: handed over without loss, kept away, and reclaimed")
        func release() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", Router(priority: 150).text)
            try network.startSluice("b", Router(priority: 100).text)
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 3)
            _ = try network.sluicectl("a", "vrrp", "release")
            #expect(try network.isServed(by: "b"))
            #expect(try network.lost(probe, within: 6) == 0)
            #expect(try !network.has("a"), "it is held")
            _ = try network.sluicectl("a", "vrrp", "reclaim", "VI")
            #expect(try network.isServed(by: "a"))
        }

        @Test("a VIP that something else removes is back within 100 ms, and announced")
        func putBack() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", Router(priority: 150).text)
            #expect(try eventually { try network.has("a") })
            for _ in 1...3 {
                try network.exec("a", "ip", "addr", "del", "\(VRRPNetwork.vip)/24", "dev", "eth0")
                #expect(try eventually(within: 0.1, every: 1_000) { try network.has("a") })
            }
            #expect(eventually { network.log("a").contains("was removed by something else: put back") })
        }

        @Test("what is tracked lowers the priority or makes a fault; scripts hear of it")
        func tracking() throws {
            let network = try VRRPNetwork()
            let base = NSTemporaryDirectory() + "sluice-vrrp-\(UUID().uuidString)"
            defer { for ending in ["flag", "number", "said", "tell"] { unlink("\(base).\(ending)") } }
            try "#!/bin/sh\necho \"$@\" >> \(base).said\n".write(
                toFile: "\(base).tell", atomically: true, encoding: .utf8)
            chmod("\(base).tell", 0o755)
            try "0".write(toFile: "\(base).number", atomically: true, encoding: .utf8)
            let trackers = """
                vrrp_script flag {
                    script "/usr/bin/test ! -e \(base).flag"
                    interval 1
                    user root
                }
                track_file number {
                    file \(base).number
                    weight -1
                }

                """
            let lines = "track_script {\nflag\n}\ntrack_file {\nnumber\n}\nnotify \(base).tell root"
            try network.startSluice("a", trackers + Router(priority: 150, lines: lines).text)
            try network.startSluice("b", Router(priority: 100).text)
            #expect(try network.isServed(by: "a"))
            try "60".write(toFile: "\(base).number", atomically: false, encoding: .utf8)
            #expect(try network.isServed(by: "b"), "150 - 60 is less than 100")
            #expect(try network.sluicectl("a", "vrrp").contains("priority 90: 150, -60 by file number"))
            try "0".write(toFile: "\(base).number", atomically: false, encoding: .utf8)
            #expect(try network.isServed(by: "a"))
            FileManager.default.createFile(atPath: "\(base).flag", contents: nil)
            #expect(try network.isServed(by: "b"), "a script of weight 0 that fails is a fault")
            let said = { (try? String(contentsOfFile: "\(base).said", encoding: .utf8)) ?? "" }
            #expect(
                eventually { said().contains("INSTANCE VI MASTER 150") && said().contains("INSTANCE VI FAULT 150") })
        }

        @Test("a sync group moves together, by hand and nobody notices")
        func group() throws {
            let network = try VRRPNetwork()
            func text(_ priority: Int) -> String {
                let second = Router(priority: priority, address: "10.9.0.101/24").text
                    .replacing("virtual_router_id 51", with: "virtual_router_id 52").replacing("VI", with: "VJ")
                    .drop { $0 != "}" }.dropFirst()
                return Router(priority: priority).text + second + "vrrp_sync_group G {\ngroup {\nVI\nVJ\n}\n}\n"
            }
            try network.startSluice("a", text(150))
            try network.startSluice("b", text(100))
            for address in [VRRPNetwork.vip, "10.9.0.101"] { #expect(try network.isServed(by: "a", address)) }
            #expect(!network.log("a").contains("FAULT"), "members do not fault each other at the start")
            let probe = try network.startProbe(seconds: 4, "10.9.0.101")
            _ = try network.sluicectl("a", "vrrp", "release", "VI")
            for address in [VRRPNetwork.vip, "10.9.0.101"] { #expect(try network.isServed(by: "b", address)) }
            _ = try network.sluicectl("a", "vrrp", "reclaim", "G")
            for address in [VRRPNetwork.vip, "10.9.0.101"] { #expect(try network.isServed(by: "a", address)) }
            #expect(try network.lost(probe, within: 8) == 0)
        }

        @Test(
            "with keepalived, both ways",
            .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/keepalived"), "no keepalived here"),
            arguments: ["v2 PASS", "v2 AH", "v3", "v3 IPv6", "v3 unicast"])
        func keepalived(_ kind: String) throws {
            let network = try VRRPNetwork()
            let (sluice, other) = Self.routers(kind)
            let address = kind.hasSuffix("IPv6") ? VRRPNetwork.vip6 : VRRPNetwork.vip
            try network.startKeepalived("b", other)
            #expect(try eventually { try network.has("b", address) })
            try network.startSluice("a", sluice)
            #expect(try network.isServed(by: "a", address), "the better one preempts: \(network.log("a"))")
            network.signal("a", SIGTERM)
            #expect(try network.isServed(by: "b", address), "it takes over from one that stops: \(network.log("b"))")
            #expect(try network.waitForEnd(of: "a") == 0)
            try network.startSluice("a", sluice)
            #expect(try network.isServed(by: "a", address))
            network.signal("b", SIGTERM)
            #expect(try network.waitForEnd(of: "b") == 0)
            #expect(try network.isServed(by: "a", address))
        }

        private static func routers(_ kind: String) -> (sluice: String, keepalived: String) {
            var (ours, theirs) = (Router(priority: 150), Router(priority: 100))
            switch kind {
            case "v2 PASS", "v2 AH":
                let lines = kind.hasSuffix("AH") ? Router.header : Router.password
                ours = Router(priority: 150, version: 2, interval: "1", lines: lines)
                theirs = Router(priority: 100, version: 2, interval: "1", lines: lines)
            case "v3 IPv6":
                ours.address = "fe80::100/64\n\(VRRPNetwork.vip6)/64"
                theirs.address = ours.address
            case "v3 unicast":
                ours.lines = Router.unicast("10.9.0.1", "10.9.0.2")
                theirs.lines = Router.unicast("10.9.0.2", "10.9.0.1")
            default: break
            }
            return (ours.text, theirs.text)
        }
    }
}
