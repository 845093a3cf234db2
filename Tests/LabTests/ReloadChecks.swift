import Foundation
import Testing

extension Check {
    static let reloads = [
        Check("connections survive changes of weights", weightsChange),
        Check("connections survive other real servers' coming and going", othersChange),
        Check("a refused configuration changes nothing and is named by file and line", refusal),
        Check("a removed real server's flows are dropped, and go on when it returns", removal),
        Check("a removed real server's flows are rescheduled if so configured", rescheduling),
        Check("traffic follows a next hop to its new MAC address", neighbour),
    ]

    private static func weightsChange(_ lab: Lab) throws {
        let traffic = try Traffic(lab, kept: 12, udp: 3)
        let lists = try traffic.figures()
        #expect(Set(lists.kept.compactMap(\.server)) == ["r1", "r2", "r3"])

        try lab.write(LabConfiguration(weights: [5, 1, 4]))
        try lab.sluiced("reload")
        let wanted = [lab.server(1): 5, lab.server(2): 1, lab.server(3): 4]
        try #require(eventually { try lab.services().weights == wanted }, "SIGHUP reloads")
        try traffic.expectUnharmed("weights changed by SIGHUP")

        try lab.reload(LabConfiguration(weights: [0, 7, 0]))
        #expect(try lab.services().weights == [lab.server(1): 0, lab.server(2): 7, lab.server(3): 0])
        try traffic.expectUnharmed("weights changed to 0 by sluicectl reload")
        #expect(try traffic.goesOn(nil, \.udp), "UDP flows too")
        #expect(try traffic.stop().udp.map(\.server) == lists.udp.map(\.server), "UDP flows stay where they were")
    }

    private static func othersChange(_ lab: Lab) throws {
        try lab.reload(LabConfiguration(weights: [1, 2, nil]))
        let traffic = try Traffic(lab, kept: 12)
        #expect(try Set(traffic.figures().kept.compactMap(\.server)) == ["r1", "r2"])
        try lab.reload(LabConfiguration(weights: [1, 2, 3]))
        try traffic.expectUnharmed("r3 was added")
        #expect(try answering(lab) == ["r1", "r2", "r3"], "a real server that was added serves")
        try lab.reload(LabConfiguration(weights: [1, 2, nil]))
        try traffic.expectUnharmed("r3 was removed")
        #expect(try answering(lab) == ["r1", "r2"], "a real server that was removed gets nothing new")
        _ = try traffic.stop()
    }

    /// Who answers twelve new connections.
    private static func answering(_ lab: Lab) throws -> Set<String> {
        let figures = try lab.spread(12)
        #expect(figures.failed == 0, "\(figures.firstError ?? "")")
        return Set(figures.servers.keys)
    }

    private static func refusal(_ lab: Lab) throws {
        let traffic = try Traffic(lab, kept: 6, fresh: 2)
        let before = try lab.services().weights
        var text = LabConfiguration(weights: [9, 9, 9]).text(for: lab)
        let line = text.split(separator: "\n", omittingEmptySubsequences: false).count
        text += "virtual_server \(lab.vip) 81 {\n    lb_kind\n}\n"
        try text.write(toFile: Lab.configuration, atomically: true, encoding: .utf8)

        let answer = try lab.sluicectl("reload")
        #expect(answer.status == 1)
        let json = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
        let diagnostics = try #require(json?["diagnostics"] as? [String])
        let place = "\(Lab.configuration):\(line + 1): error: 'lb_kind'"
        #expect(diagnostics.contains { $0.hasPrefix(place) }, "\(diagnostics)")
        #expect(try lab.services().weights == before)
        #expect(try lab.services().services.allSatisfy { $0.port != 81 })
        try traffic.expectUnharmed("a configuration was refused")
        _ = try traffic.stop()
    }

    private static func removal(_ lab: Lab) throws {
        let traffic = try Traffic(lab, kept: 12)
        let start = try traffic.figures()
        let gone = start.indexes(of: "r3")
        let others = start.indexes(of: "r1") + start.indexes(of: "r2")
        try #require(!gone.isEmpty && !others.isEmpty)

        let dropped = try lab.counters().verdicts["drop_server_removed"] ?? 0
        try lab.reload(LabConfiguration(weights: [1, 2, nil]))
        usleep(200_000)
        let removed = try traffic.figures()
        #expect(try traffic.goesOn(others), "the other real servers' connections go on")
        let later = try traffic.figures()
        for index in gone { #expect(later.kept[index].requests == removed.kept[index].requests, "nothing passes") }
        #expect(try lab.counters().verdicts["drop_server_removed"] ?? 0 > dropped)
        let listed = try lab.services().service(port: 80).destinations.first { $0.address == lab.server(3) }
        #expect(listed?.available == false, "a removed real server is listed as such while it has flows")

        try lab.reload(LabConfiguration())
        try traffic.expectUnharmed("r3 came back")
        _ = try traffic.stop()
    }

    private static func rescheduling(_ lab: Lab) throws {
        let reschedule = "sluice_removed_server reschedule"
        try lab.reload(LabConfiguration(service: reschedule))
        let traffic = try Traffic(lab, kept: 0, udp: 6)
        let gone = try traffic.figures().indexes(of: "r3", \.udp)
        try #require(!gone.isEmpty)
        let before = try lab.counters().events["flow_rescheduled"] ?? 0
        try lab.reload(LabConfiguration(weights: [1, 2, nil], service: reschedule))
        #expect(try traffic.goesOn(nil, \.udp))
        #expect(try traffic.figures().udp.allSatisfy { ["r1", "r2"].contains($0.server) })
        #expect(try lab.counters().events["flow_rescheduled"] ?? 0 >= before + gone.count)
        _ = try traffic.stop()
    }

    /// The next hop is the real server or, in TUN, the router. It announces its new address, as machines do that take one over.
    private static func neighbour(_ lab: Lab) throws {
        let node = lab.mode == .tun ? "router" : "r3"
        let old = lab.mode == .tun ? "02:00:00:00:00:01" : lab.mode == .nat ? "02:00:00:00:01:13" : "02:00:00:00:00:13"
        let new = "02:00:00:00:0f:0f"
        let traffic = try Traffic(lab, kept: 12)
        try lab.exec(node, "sysctl", "-qw", "net.ipv4.conf.eth0.arp_notify=1", "net.ipv6.conf.eth0.ndisc_notify=1")
        for address in [new, old] {
            try lab.exec(node, "ip", "link", "set", "eth0", "address", address)
            try traffic.expectUnharmed("\(node) has the MAC address \(address)")
        }
        #expect(try answering(lab) == ["r1", "r2", "r3"])
        _ = try traffic.stop()
    }
}
