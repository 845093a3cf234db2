import Foundation
import Testing

extension EndToEnd.VRRP {
    /// What happens when a controller dies while it has the role.
    @Suite struct StandIn {
        @Test("adverts at 10 ms: a controller that is killed and started again loses nothing, and nobody takes over")
        func restart() throws {
            let network = try VRRPNetwork()
            let router = Router(priority: 150, interval: "0.01")
            try network.startSluice("a", router.text)
            try network.startSluice("b", Router(priority: 100, interval: "0.01").text)
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 4)
            let log = { network.log("a") }
            network.end("a")
            try network.startSluice("a", router.text)
            #expect(log().contains("INIT -> MASTER (took over from an earlier run)"))
            #expect(try network.lost(probe, within: 8) == 0)
            #expect(!network.log("b").contains("MASTER"), "\(network.log("b"))")
            #expect(try network.isServed(by: "a"))
        }

        @Test(
            "a controller that stays away: the role is handed over without loss, and the old node no longer has the VIP"
        )
        func absence() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", Router(priority: 150, interval: "0.1").text)
            try network.startSluice("b", Router(priority: 100, interval: "0.1").text)
            #expect(try network.isServed(by: "a"))
            let probe = try network.startProbe(seconds: 7)
            network.signal("a", SIGKILL)
            _ = try network.waitForEnd(of: "a")
            #expect(try network.isServed(by: "b", within: 6))
            #expect(try network.lost(probe, within: 12) == 0)
            #expect(network.log("a").contains("stand-in: the role is handed over"), "\(network.log("a"))")
        }

        @Test("with no other director a dead controller's VIP stays")
        func alone() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", Router(priority: 150, interval: "0.1").text)
            #expect(try eventually { try network.has("a") })
            network.signal("a", SIGKILL)
            _ = try network.waitForEnd(of: "a")
            let probe = try network.startProbe(seconds: 10)
            #expect(try network.lost(probe, within: 14) == 0)
            #expect(try network.has("a"))
            #expect(eventually { network.log("a").contains("LEAVING -> MASTER") }, "\(network.log("a"))")
            try network.startSluice("b", Router(priority: 100, interval: "0.1").text)
            #expect(try network.isServed(by: "b", within: 14), "somebody has come to whom it is handed over")
        }

        @Test("a controller that hangs with the role is killed, and another director gets it")
        func hang() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", Router(priority: 150, interval: "0.1").text)
            try network.startSluice("b", Router(priority: 100, interval: "0.1").text)
            #expect(try network.isServed(by: "a"))
            network.signal("a", SIGSTOP)
            #expect(try eventually(within: 3) { try network.has("b") }, "nothing is heard of a")
            #expect(try network.isServed(by: "b", within: 25), "a's address is withdrawn")
            #expect(network.log("a").contains("is stuck: killed"))
        }
    }
}
