import Foundation
import Testing

/// Two directors of one virtual router, of which `a` is the better one.
private func router(_ priority: Int, interval: String = "0.1", global: String = "", lines: String = "") -> String {
    """
    global_defs {
        vrrp_version 3
        \(global)
    }
    vrrp_instance VI {
        interface eth0
        virtual_router_id 51
        priority \(priority)
        advert_int \(interval)
        \(lines)
        virtual_ipaddress {
            \(VRRPNetwork.vip)/24
        }
    }

    """
}

extension VRRPNetwork {
    /// What `sluicectl vrrp --json` says of the first instance.
    func instance(_ node: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(sluicectl(node, "vrrp", "--json").utf8))
        return try #require(((object as? [String: Any])?["instances"] as? [[String: Any]])?.first)
    }

    func statistic(_ node: String, _ name: String) throws -> Int {
        try #require((instance(node)["statistics"] as? [String: Any])?[name] as? Int)
    }

    func state(_ node: String) throws -> String? { try instance(node)["state"] as? String }

    /// Nothing gets from a to b and back; both keep their carrier, and c hears both.
    func setPartition(_ isThere: Bool) throws {
        for port in 0...1 {
            try inSwitch("bridge", "link", "set", "dev", "port\(port)", "isolated", isThere ? "on" : "off")
        }
    }

    /// The adverts that c hears, by tcpdump: when, and from whom.
    func startCapture() throws -> Background {
        let capture = try start("c", "tcpdump", "-i", "eth0", "-n", "-tt", "-l", "ip proto 112")
        try #require(eventually { capture.errors.contains("listening") }, "\(capture.errors)")
        return capture
    }

    static func adverts(_ capture: Background, from source: String) -> [Double] {
        capture.output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 3, words[2] == Substring(source) else { return nil }
            return Double(words[0])
        }
    }
}

extension EndToEnd {
    /// The protocol when the network, the machine or the controller isn't well.
    @Suite
    struct VRRPProtocol {
        @Test("a healed split brain is over within one interval, and said: log, counter, since when, with whom")
        func splitBrain() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            let capture = try network.startCapture()
            try network.setPartition(true)
            #expect(try eventually { try network.state("b") == "MASTER" && network.state("a") == "MASTER" })
            usleep(500_000)
            #expect(!network.log("a").contains("SPLIT BRAIN"), "they can't hear each other")
            let healed = Date().timeIntervalSince1970
            try network.setPartition(false)
            #expect(try network.isServed(by: "a", within: 2))
            usleep(300_000)
            capture.signal(SIGINT)
            let last = try #require(VRRPNetwork.adverts(capture, from: "10.9.0.2").last)
            print("split brain: the worse one's last advert came \(Int((last - healed) * 1_000)) ms after the healing")
            #expect(last - healed < 0.15, "one interval, and the time that setting the switch takes")
            #expect(network.log("a").contains("SPLIT BRAIN: 10.9.0.2 is active too"), "\(network.log("a"))")
            #expect(try network.statistic("a", "split_brains") == 1)
            let split = try #require(try network.instance("a")["last_split_brain"] as? [String: Any])
            #expect(split["peer"] as? String == "10.9.0.2")
            #expect(try network.sluicectl("a", "vrrp").contains("the last split brain: with 10.9.0.2"))
            #expect(try network.statistic("b", "split_brains") == 0)
        }

        @Test("failovers and handovers are no split brains")
        func noSplitBrain() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            network.end("a")
            #expect(try eventually { try network.state("b") == "MASTER" })
            try network.startSluice("a", router(150))
            #expect(try network.isServed(by: "a"))
            _ = try network.sluicectl("a", "vrrp", "release")
            #expect(try network.isServed(by: "b"))
            _ = try network.sluicectl("a", "vrrp", "reclaim")
            #expect(try network.isServed(by: "a"))
            for node in ["a", "b"] {
                #expect(try network.statistic(node, "split_brains") == 0)
                #expect(!network.log(node).contains("SPLIT BRAIN"))
            }
        }

        @Test("a backup that was stopped wakes up, hears what waited for it, and takes nothing over")
        func stoppedBackup() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 4)
            for milliseconds: UInt32 in [500, 1_500] {
                network.signal("b", SIGSTOP)
                usleep(milliseconds * 1_000)
                network.signal("b", SIGCONT)
                usleep(600_000)
            }
            #expect(try network.state("b") == "BACKUP")
            #expect(!network.log("b").contains("MASTER"), "\(network.log("b"))")
            #expect(try network.lost(probe, within: 8) == 0)
        }

        @Test("an active one that was stopped: the other takes over, and there is one again within an interval")
        func stoppedActive() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            network.signal("a", SIGSTOP)
            #expect(try eventually { try network.state("b") == "MASTER" })
            network.signal("a", SIGCONT)
            #expect(try network.isServed(by: "a", within: 2), "it is the better one")
            #expect(network.log("a").contains("was not scheduled"), "\(network.log("a"))")
            #expect(network.log("b").components(separatedBy: "-> MASTER").count == 2, "no flapping")
        }

        @Test("the same with timer_expired_backup: it lets the other have it, and preempts in order")
        func stoppedActiveYields() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150, lines: "timer_expired_backup 100\nnopreempt"))
            try network.startSluice("b", router(100, lines: "nopreempt"))
            #expect(try network.isServed(by: "a"))
            network.signal("a", SIGSTOP)
            #expect(try eventually { try network.state("b") == "MASTER" })
            network.signal("a", SIGCONT)
            #expect(try network.isServed(by: "b", within: 3))
            #expect(network.log("a").contains("was not scheduled in time"), "\(network.log("a"))")
        }

        @Test("r11 r12 adverts of an unknown VRID are counted and, as configured, logged; another interval is said")
        func strangers() throws {
            let network = try VRRPNetwork()
            let other = router(120).replacing("virtual_router_id 51", with: "virtual_router_id 77")
                .replacing(VRRPNetwork.vip, with: "10.9.0.111")
            try network.startSluice("a", router(150, global: "log_unknown_vrids"))
            try network.startSluice("b", other)
            #expect(eventually { network.log("a").contains("10.9.0.2 advertises VRID 77 on eth0") })
            #expect(try network.sluicectl("a", "vrrp").contains("adverts for VRIDs that no instance here has:"))
            for node in ["a", "b"] { network.end(node) }
            func two(_ interval: String) -> String {
                router(100, interval: interval).replacing("vrrp_version 3", with: "vrrp_version 2")
            }
            try network.startSluice("a", two("1"))
            try network.startSluice("b", two("2"))
            #expect(eventually(within: 12) { network.log("a").contains("version 2 needs the same advert_int") })
        }

        @Test("unicast_ttl, and announcements that keep their distance")
        func paced() throws {
            let network = try VRRPNetwork()
            let lines = "unicast_src_ip 10.9.0.1\nunicast_peer {\n10.9.0.3\n}\nunicast_ttl 9\ngarp_master_repeat 4"
            let capture = try network.start(
                "c", "tcpdump", "-i", "eth0", "-n", "-tt", "-l", "-v", "ip proto 112 or arp src \(VRRPNetwork.vip)")
            try #require(eventually { capture.errors.contains("listening") })
            try network.startSluice("a", router(255, global: "vrrp_garp_interval 0.2", lines: lines))
            func announced() -> [Double] {
                capture.output.split(separator: "\n").filter { $0.contains("ARP") }
                    .compactMap { $0.split(separator: " ").first.flatMap { Double($0) } }
            }
            #expect(eventually { announced().count == 4 }, "\(capture.output)")
            for (one, next) in zip(announced(), announced().dropFirst()) {
                #expect(abs(next - one - 0.2) < 0.02, "\(next - one)")
            }
            #expect(capture.output.contains("ttl 9"))
        }
    }
}
