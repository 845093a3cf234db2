import Foundation
import Testing

extension EndToEnd {
    /// `sluicectl real-server check` on a real server of DR.
    @Suite(.lab(.dr, .ipv4)) struct RealServer {
        @Test("check names the ARP problem, and its remedy mends it") func arp() throws {
            let lab = try currentLab()
            let tool = "\(Lab.binaries)/sluicectl"
            let good = try lab.attempt("r1", tool, "real-server", "check")
            #expect(good.status == 0, "\(good)")
            try lab.exec("r1", "sysctl", "-qw", "net/ipv4/conf/all/arp_ignore=0", "net/ipv4/conf/eth0/arp_ignore=0")

            let bad = try lab.attempt("r1", tool, "real-server", "check")
            #expect(bad.status == 1)
            let first = "problem: this server answers ARP requests for 192.0.2.10 on eth0"
            #expect(bad.output.hasPrefix(first), "the classic problem comes first: \(bad.output)")
            let json = try lab.attempt("r1", tool, "real-server", "check", "--json")
            #expect(json.status == 1 && json.output.contains("\"id\":\"arp-ignore\""), "\(json.output)")

            let remedies = bad.lines.compactMap { $0.split(separator: "mend: ").dropFirst().first }
            try lab.exec("r1", "sh", "-c", String(#require(remedies.first)))
            #expect(try lab.attempt("r1", tool, "real-server", "check").status == 0)
        }

        @Test("check says when the VIP is missing, and setup mends it") func vip() throws {
            let lab = try currentLab()
            let tool = "\(Lab.binaries)/sluicectl"
            try lab.exec("r2", "ip", "address", "del", "192.0.2.10/32", "dev", "lo")
            let bad = try lab.attempt("r2", tool, "real-server", "check")
            #expect(bad.status == 1 && bad.output.contains("lo has no address 192.0.2.10"), "\(bad)")
            try lab.exec("r2", tool, "real-server", "setup", "--vip", "192.0.2.10")
            let good = try lab.attempt("r2", tool, "real-server", "check")
            #expect(good.status == 0, "\(good)")
        }
    }
}
