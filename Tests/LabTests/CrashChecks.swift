import Foundation
import Testing

extension Check {
    static let crashes = [
        Check("kill -9 under load fails no request; the next start adopts", crash),
        Check("--keep-forwarding hands over to the next start", keepForwarding),
    ]

    /// While sluiced is dead, everything goes on and everything can be listed.
    private static func crash(_ lab: Lab) throws {
        let traffic = try Traffic(lab, kept: 12, fresh: 6)
        try lab.sluiced("kill")
        try #require(!lab.sluicedIsRunning)
        #expect(try lab.status() == nil)
        try traffic.expectUnharmed("sluiced was killed")
        try expectListings(lab, traffic)
        try start(lab)
        try traffic.expectUnharmed("sluiced was started again")
        let before = try traffic.figures().fresh
        #expect(try eventually { try traffic.figures().fresh > before + 20 }, "new connections too")
        #expect(try traffic.stop().failed == 0)
    }

    /// `Scripts/lab sluiced start`, which has to adopt what is pinned.
    private static func start(_ lab: Lab) throws {
        let outcome = try lab.sluiced("start")
        try #require(outcome.status == 0, "\(outcome.errors)")
        #expect(try lab.status()?["start"] as? String == "adopted")
        #expect(try (lab.status()?["interfaces"] as? [String])?.contains("eth0") == true)
    }

    private static func expectListings(_ lab: Lab, _ traffic: Traffic) throws {
        let connections = try lab.list("connections", as: ConnectionList.self).connections
        for kept in try traffic.figures().kept {
            let entry = connections.first { $0.sourcePort == kept.port && $0.protocol == "tcp" && $0.virtualPort == 80 }
            #expect(entry?.state == "ESTABLISHED" && entry?.source == lab.client && entry?.virtual == lab.vip)
            #expect(entry?.destination == kept.server.flatMap(lab.server(named:)))
        }
        let service = try lab.services().service(port: 80)
        #expect(service.scheduler == "wrr" && service.destinations.map(\.weight) == [1, 2, 3])
        #expect(service.destinations.allSatisfy { $0.mode == lab.mode.rawValue && $0.resolved && $0.available })
        #expect(service.destinations.reduce(0) { $0 + ($1.active ?? 0) } >= 12)

        let services = try lab.sluicectl("services")
        let method = ["dr": "Route", "tun": "Tunnel", "nat": "Masq"][lab.mode.rawValue]!
        #expect(services.output.contains("Prot LocalAddress:Port Scheduler Flags\n"))
        #expect(services.lines.contains { $0.contains(lab.server(3)) && $0.contains(method) && $0.contains(" 3 ") })
        #expect(try lab.sluicectl("connections").output.contains("ESTABLISHED"))
        let stats = try lab.sluicectl("stats", "--per-cpu").output
        #expect(try lab.list("stats", "--per-cpu", as: StatsList.self).perCpu?.isEmpty == false)
        #expect(stats.contains("cpu0") && stats.contains("all packets") && stats.contains("forwarded to a real server"))
    }

    private static func keepForwarding(_ lab: Lab) throws {
        let traffic = try Traffic(lab, kept: 12, fresh: 2)
        try lab.sluiced("kill")
        let sluiced = try lab.start(
            "d1", "\(Lab.binaries)/sluiced", "-f", Lab.configuration, "--instance", Lab.instance, "--keep-forwarding")
        try #require(eventually(within: 15) { try lab.status() != nil }, "\(sluiced.errors)")
        try traffic.expectUnharmed("another sluiced took over")
        sluiced.signal(SIGTERM)
        #expect(try sluiced.wait(within: 10).status == 0)
        #expect(try lab.status() == nil)
        try traffic.expectUnharmed("it stopped with --keep-forwarding")
        try start(lab)
        try traffic.expectUnharmed("the next one adopted")
        #expect(try traffic.stop().failed == 0)
    }
}
