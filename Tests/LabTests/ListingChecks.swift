import Foundation
import Testing

extension Check {
    static let listings = [
        Check("each packet counts one verdict", sumRule), Check("processors' counters add up", perProcessor),
    ]

    /// Packets that the director's interfaces received, as the kernel counts them.
    private static func received(_ lab: Lab) throws -> Int {
        struct Link: Decodable {
            var ifname: String
            var stats64: Directions
            struct Directions: Decodable { var rx: Packets }
            struct Packets: Decodable { var packets: Int }
        }
        let links = try JSONDecoder().decode([Link].self, from: Data(lab.exec("d1", "ip", "-j", "-s", "link").utf8))
        return links.filter { $0.ifname.hasPrefix("eth") }.reduce(0) { $0 + $1.stats64.rx.packets }
    }

    /// The kernel's figure and ours, read while no packet came in between.
    private static func bothCounts(_ lab: Lab) throws -> (received: Int, counters: StatsList.Counters) {
        for _ in 1...20 {
            let before = try received(lab)
            let counters = try lab.counters()
            if try received(lab) == before { return (before, counters) }
        }
        throw Unsettled()
    }

    struct Unsettled: Error, CustomStringConvertible {
        var description: String { "the director's interfaces never fell silent" }
    }

    private static func sumRule(_ lab: Lab) throws {
        let before = try bothCounts(lab)
        let figures = try lab.spread(50)
        try #require(figures.failed == 0)
        try lab.exec("client", "\(Lab.scripts)/lab.d/udp-ask", lab.vip, "53", "20")
        let director = lab.family == .ipv4 ? "192.0.2.3" : "2001:db8::3"
        try lab.exec("client", "ping", "-c", "3", "-i", "0.1", "-W", "2", director)
        let after = try bothCounts(lab)

        let packets = after.counters.packets - before.counters.packets
        #expect(packets == after.received - before.received, "packets in are the sum of verdicts")
        #expect(after.counters.verdicts.values.reduce(0, +) == after.counters.packets)
        let grown = after.counters.verdicts.merging(before.counters.verdicts) { $0 - $1 }
        // A connection with one request and its answer is at least SYN, ACK, request, FIN from the client.
        #expect(grown["forwarded"] ?? 0 >= 50 * 4 + 20)
        #expect(lab.mode == .nat ? grown["replied"] ?? 0 >= 50 * 3 + 20 : grown["replied"] == 0)
        #expect(grown["pass_not_service"] ?? 0 >= 3, "pings are the kernel's")
        #expect(grown.filter { $0.key.hasPrefix("drop_") && $0.value > 0 }.isEmpty, "\(grown)")
    }

    private static func perProcessor(_ lab: Lab) throws {
        _ = try lab.spread(20)
        let settled = try eventually {
            let each = try #require(try lab.list("stats", "--per-cpu", as: StatsList.self).perCpu)
            let sum = try lab.counters()
            return each.reduce(0) { $0 + $1.packets } == sum.packets && !each.isEmpty
                && sum.verdicts.allSatisfy { key, value in each.reduce(0) { $0 + ($1.verdicts[key] ?? 0) } == value }
        }
        #expect(settled)
        let counts = try lab.services().services.map(\.sum)
        let forwarded = counts.reduce(0) { $0 + $1.packetsIn }
        let verdict = try lab.counters().verdicts["forwarded"] ?? 0
        #expect(forwarded > 0 && forwarded <= verdict)
    }
}
