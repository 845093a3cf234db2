import Foundation
import Testing

extension Check {
    static let forwarding = [
        Check("curl is answered, by whom the mode says", curl), Check("weights are honoured", spread),
        Check("UDP is answered by all, and counted to the byte", datagrams),
        Check("a 10 MB download is intact", download),
        Check("10 MB uploads are intact, through a service for any port", upload),
        Check("500 parallel connections succeed", parallel),
    ]

    /// The real server sees the client; in NAT it sees its own address as the destination, else the VIP.
    private static func curl(_ lab: Lab) throws {
        for _ in 1...6 {
            let answer = try lab.exec("client", "curl", "-sS", "-i", "-m", "5", lab.url)
            let lines = answer.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            let name = try #require(lines.last)
            #expect(lines.first?.hasSuffix("200 OK") == true, "\(answer)")
            #expect(["r1", "r2", "r3"].contains(name) && lines.contains("X-Server: \(name)"), "\(answer)")

            let ends = try lab.exec("client", "curl", "-sS", "-m", "5", "\(lab.url)/address").split(separator: " ")
            let local = lab.mode == .nat ? (1...3).map(lab.server) : [lab.vip]
            try #require(ends.count == 4)
            #expect(ends[0] == lab.client && local.contains(String(ends[2])), "\(ends)")
        }
    }

    /// 600 connections at weights 1, 2, 3: each real server's share within five standard deviations of a random choice.
    private static func spread(_ lab: Lab) throws {
        try expectShares([1, 2, 3], lab)
        try lab.reload(LabConfiguration(weights: [3, 0, 1]))
        try expectShares([3, 0, 1], lab)
    }

    private static func expectShares(_ weights: [Double], _ lab: Lab) throws {
        let count = 600.0
        let figures = try lab.spread(Int(count))
        #expect(figures.failed == 0, "\(figures.firstError ?? "")")
        #expect(figures.fresh == Int(count))
        for (index, weight) in weights.enumerated() {
            let share = weight / weights.reduce(0, +)
            let deviation = (count * share * (1 - share)).squareRoot()
            let got = Double(figures.servers["r\(index + 1)"] ?? 0)
            #expect(abs(got - count * share) <= 5 * deviation, "r\(index + 1): \(got) of \(count) at \(weights)")
        }
    }

    private static func datagrams(_ lab: Lab) throws {
        let before = try lab.services().service(port: 53).sum
        let count = 60
        let tool = "\(Lab.scripts)/lab.d/udp-ask"
        let names = try lab.exec("client", tool, lab.vip, "53", "\(count)", "100").split(separator: "\n")
        #expect(names.count == count && Set(names) == ["r1", "r2", "r3"], "\(names)")

        // A question is its number, a blank and 100 bytes; an answer has the name and a blank more. Headers are counted.
        let headers = (lab.family == .ipv4 ? 20 : 40) + 8
        let bytes = (0..<count).reduce(0) { $0 + headers + "\($1) ".utf8.count + 100 }
        let isNAT = lab.mode == .nat
        let grown = try lab.services().service(port: 53).sum - before
        let expected = ServiceList.Counters(
            connections: count, packetsIn: count, packetsOut: isNAT ? count : 0, bytesIn: bytes,
            bytesOut: isNAT ? bytes + 3 * count : 0)
        #expect(grown == expected)
    }

    private static func sha256(_ text: String) -> String { String(text.prefix { !$0.isWhitespace }) }

    private static func download(_ lab: Lab) throws {
        let wanted = try String(contentsOfFile: "\(Lab.folder)/10m.sha256", encoding: .utf8)
        let script = "curl -sS -m 60 '\(lab.url)/10m' | sha256sum"
        let got = try lab.exec("client", "bash", "-o", "pipefail", "-c", script, within: 70)
        #expect(!sha256(got).isEmpty && sha256(got) == sha256(wanted))
    }

    /// In DR and TUN only what clients send passes the director: so this, not the download, is its big transfer.
    private static func upload(_ lab: Lab) throws {
        let wanted = try String(contentsOfFile: "\(Lab.folder)/10m.sha256", encoding: .utf8)
        let port = "8080"
        let servers = try ["r1", "r2", "r3"].map { try lab.start($0, Lab.tool("hash-server"), port) }
        defer { for server in servers { server.signal(SIGTERM) } }
        try #require(eventually { servers.allSatisfy { $0.output.contains("listening") } })

        let before = try lab.services().service(port: 0)
        let file = "\(Lab.folder)/www/10m"
        let got = try lab.exec("client", Lab.tool("traffic"), lab.vip, "upload", port, file, "3", within: 70)
        #expect(got.split(separator: "\n").map { sha256(String($0)) } == Array(repeating: sha256(wanted), count: 3))
        let after = try lab.services().service(port: 0)
        for (old, new) in zip(before.destinations, after.destinations) {
            #expect(new.counters.connections == old.counters.connections + 1, "rr gives each real server one of three")
            #expect(new.counters.bytesIn - old.counters.bytesIn > 10_000_000)
        }
    }

    private static func parallel(_ lab: Lab) throws {
        let line = try lab.exec("client", Lab.tool("traffic"), lab.vip, "parallel", "500", within: 60)
        let figures = try Figures(line)
        #expect(figures.failed == 0, "\(figures.firstError ?? "")")
        #expect(figures.fresh == 500)
        #expect(figures.servers.keys.sorted() == ["r1", "r2", "r3"])
    }
}
