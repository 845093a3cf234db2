import Foundation
import Testing

/// A virtual router at 100 ms, or as the lines say.
private func router(_ priority: Int, before: String = "", version: Int = 3, lines: String = "") -> String {
    """
    global_defs {
        vrrp_version \(version)
    }
    \(before)
    vrrp_instance VI {
        interface eth0
        virtual_router_id 51
        priority \(priority)
        advert_int \(version == 3 ? "0.1" : "1")
        \(lines)
        virtual_ipaddress {
            \(VRRPNetwork.vip)/24
        }
    }

    """
}

extension EndToEnd {
    /// Controllers that are killed and started again.
    @Suite
    struct VRRPAdoption {
        @Test("killed and started again at 100 ms adverts: nobody takes over, nothing is lost, whatever is tracked")
        func soon() throws {
            let network = try VRRPNetwork()
            let scripts = """
                vrrp_script needed {
                    script "/usr/bin/true"
                    interval 1
                    user root
                }
                vrrp_script better {
                    script "/usr/bin/true"
                    interval 1
                    weight 60
                    user root
                }
                """
            let text = router(90, before: scripts, lines: "track_script {\nneeded\nbetter\n}")
            try network.startSluice("a", text)
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"), "90 and 60 for a script")
            let before = network.log("b")
            let probe = try network.startProbe(seconds: 6)
            for _ in 1...3 {
                network.end("a")
                try network.startSluice("a", text)
                #expect(network.log("a").contains("INIT -> MASTER (took over from an earlier run), priority 150"))
                usleep(400_000)
            }
            #expect(try network.lost(probe, within: 10) == 0)
            #expect(network.log("b") == before, "\(network.log("b"))")
        }

        @Test("the same with the authentication header: the others believe the new sequence numbers")
        func header() throws {
            let network = try VRRPNetwork()
            let lines = "authentication {\nauth_type AH\nauth_pass secret\n}"
            try network.startSluice("a", router(150, version: 2, lines: lines))
            try network.startSluice("b", router(100, version: 2, lines: lines))
            #expect(try network.isServed(by: "a"))
            let before = network.log("b")
            for _ in 1...2 {
                network.end("a")
                try network.startSluice("a", router(150, version: 2, lines: lines))
                sleep(4)
            }
            #expect(network.log("b") == before, "\(network.log("b"))")
            #expect(try network.statistic("b", "auth_failure") == 0)
        }

        @Test(
            "the other has taken over meanwhile: in the end there is one, and it was decided once",
            arguments: [true, false])
        func late(isBetter: Bool) throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            try network.endStandIn("a")
            network.end("a")
            #expect(try eventually { try network.state("b") == "MASTER" })
            // What it served it still has; as a worse one it asks for what is another's by now.
            try network.startSluice("a", router(isBetter ? 150 : 90))
            #expect(try network.isServed(by: isBetter ? "a" : "b"))
            usleep(1_500_000)
            let moves = network.log("b").components(separatedBy: "VRRP VI: ").dropFirst().filter { $0.contains(" -> ") }
            #expect(moves.count <= (isBetter ? 4 : 2), "no flapping: \(moves)")
        }

        @Test("killed while it keeps silent for a successor: the next start answers ARP requests again")
        func silence() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            let name = "/proc/sys/net/ipv4/conf/eth0/arp_ignore"
            func ignores() throws -> Bool { try network.exec("a", "cat", name).hasPrefix("1") }
            var isCaught = false
            for _ in 1...10 where !isCaught {
                _ = try network.sluicectl("a", "vrrp", "release")
                isCaught = try eventually(within: 2, every: 1_000) {
                    guard try ignores() else { return false }
                    network.signal("a", SIGSTOP)
                    return try ignores()
                }
                guard !isCaught else { continue }
                network.signal("a", SIGCONT)
                _ = try network.sluicectl("a", "vrrp", "reclaim")
                #expect(try network.isServed(by: "a"))
            }
            try #require(isCaught, "the silence is too short to be seen")
            try network.endStandIn("a")
            network.end("a")
            #expect(try ignores(), "nobody has undone it")
            try network.startSluice("a", router(150))
            #expect(try !ignores())
            #expect(try network.isServed(by: "a"))
        }
    }
}
