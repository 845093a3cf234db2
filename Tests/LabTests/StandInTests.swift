import Foundation
import Testing

/// A director of two.
private func director(priority: Int, interval: String = "0.1") -> String {
    """
    vrrp_instance VI {
        state BACKUP
        version 3
        interface eth0
        virtual_router_id 51
        priority \(priority)
        advert_int \(interval)
        virtual_ipaddress {
            \(VRRPNetwork.vip)/24
        }
    }

    """
}

/// A director with two instances that move together, of which one advertises ten times as often.
private func directors(priority: Int) -> String {
    let other = director(priority: priority, interval: "1")
        .replacing("VI {", with: "SLOW {").replacing("router_id 51", with: "router_id 52")
        .replacing("\(VRRPNetwork.vip)/24", with: "203.0.113.1/24")
    return "vrrp_sync_group G {\ngroup {\nVI\nSLOW\n}\n}\n" + director(priority: priority) + other
}

extension EndToEnd.VRRP {
    /// What happens when a controller dies while it has the role.
    @Suite struct StandIn {
        @Test("adverts at 30 ms: a controller that is killed and started again loses nothing, and nobody takes over")
        func restart() throws {
            let network = try VRRPNetwork()
            let router = director(priority: 150, interval: "0.03")
            try network.startSluice("a", router)
            try network.startSluice("b", director(priority: 100, interval: "0.03"))
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 4)
            let log = { network.log("a") }
            network.end("a")
            try network.startSluice("a", router)
            #expect(log().contains("INIT -> MASTER (took over from an earlier run)"))
            #expect(try network.lost(probe, within: 8) == 0)
            #expect(!network.log("b").contains("MASTER"), "\(network.log("b"))")
            #expect(try network.isServed(by: "a"))
        }

        @Test("a sync group is carried on as a whole, whichever member's next advert is due first")
        func together() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", directors(priority: 150))
            try network.startSluice("b", directors(priority: 100))
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 4)
            network.signal("a", SIGKILL)
            _ = try network.waitForEnd(of: "a")
            #expect(!eventually(within: 2) { network.log("a").contains("FAULT") }, "\(network.log("a"))")
            try network.startSluice("a", directors(priority: 150))
            #expect(try network.lost(probe, within: 8) == 0)
            #expect(!network.log("b").contains("MASTER"), "\(network.log("b"))")
            #expect(try network.isServed(by: "a"))
        }

        @Test(
            "a controller that stays away: the role is handed over without loss, and the old node no longer has the VIP"
        )
        func absence() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", director(priority: 150))
            try network.startSluice("b", director(priority: 100))
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 7)
            network.signal("a", SIGKILL)
            _ = try network.waitForEnd(of: "a")
            #expect(try network.isServed(by: "b", within: 6))
            #expect(try network.lost(probe, within: 12) == 0)
            #expect(
                eventually(within: 8) { network.log("a").contains("stand-in: the role is handed over") },
                "\(network.log("a"))")
        }

        @Test("with no other director a dead controller's VIP stays")
        func alone() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", director(priority: 150))
            #expect(try eventually { try network.has("a") })
            network.signal("a", SIGKILL)
            _ = try network.waitForEnd(of: "a")
            let probe = try network.startProbe(seconds: 10)
            #expect(try network.lost(probe, within: 14) == 0)
            #expect(try network.has("a"))
            #expect(eventually { network.log("a").contains("LEAVING -> MASTER") }, "\(network.log("a"))")
            try network.startSluice("b", director(priority: 100))
            #expect(try network.isServed(by: "b", within: 14), "somebody has come to whom it is handed over")
        }

        @Test("a link that comes back finds the stand-in at its post")
        func flap() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", director(priority: 150))
            #expect(try eventually { try network.has("a") })
            network.signal("a", SIGKILL)
            _ = try network.waitForEnd(of: "a")
            try network.setCable("a", up: false)
            #expect(try eventually { try !network.has("a") }, "\(network.log("a"))")
            try network.setCable("a", up: true)
            #expect(try eventually(within: 8) { try network.has("a") }, "\(network.log("a"))")
        }

        @Test("a controller that hangs with the role is killed, and another director gets it")
        func hang() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", director(priority: 150))
            try network.startSluice("b", director(priority: 100))
            #expect(try network.isServed(by: "a"))
            network.signal("a", SIGSTOP)
            #expect(try eventually(within: 3) { try network.has("b") }, "nothing is heard of a")
            #expect(try network.isServed(by: "b", within: 25), "a's address is withdrawn")
            #expect(network.log("a").contains("is stuck: killed"))
        }
    }
}
