import Config
import Testing
import Wire

@Suite("virtual_server_group, and the limits")
struct GroupTests {
    private func read(_ members: String, kind: String = "DR", server: String = "real_server 10.0.1.1 80 {\n}")
        -> Reading
    {
        let users = service(kind: kind, server: server).replacing("10.0.0.1 80", with: "group G")
        return Reading(users + "\nvirtual_server_group G {\n\(members)\n}")
    }

    @Test(
        "A group becomes a service for each member",
        arguments: [
            ("10.0.0.1 80", ["10.0.0.1:80"]),
            ("10.0.0.1-3 80", ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"]),
            ("10.0.0.255-10.0.1.1 80\n10.0.9.9 80", ["10.0.0.255:80", "10.0.1.0:80", "10.0.1.1:80", "10.0.9.9:80"]),
            ("10.0.0.7/31 80", ["10.0.0.6:80", "10.0.0.7:80"]),
            ("10.0.0.7/32 80", ["10.0.0.7:80"]),
        ])
    func members(text: String, places: [String]) {
        let reading = read(text)
        #expect(reading.servicePlaces == places)
        #expect(reading.diagnostics.isEmpty)
        #expect(reading.services.allSatisfy { $0.name == "G" && $0.location.line == 1 && $0.realServers.count == 1 })
    }

    @Test(
        "IPv6 ranges",
        arguments: [
            ("fd00::9-b 80", ["[fd00::9]:80", "[fd00::a]:80", "[fd00::b]:80"]),
            (
                "fd00::ffff:ffff:ffff:ffff-fd00:0:0:1::1 80",
                ["[fd00::ffff:ffff:ffff:ffff]:80", "[fd00:0:0:1::]:80", "[fd00:0:0:1::1]:80"]
            ),
            ("fd00::3/127 80", ["[fd00::2]:80", "[fd00::3]:80"]),
        ])
    func ipv6(text: String, places: [String]) {
        let reading = read(text, server: "real_server fd00:1::1 80 {\n}")
        #expect(reading.servicePlaces == places)
        #expect(reading.diagnostics.isEmpty)
    }

    @Test(
        "Members that are none are skipped",
        arguments: [
            "10.0.0.9-3 80", "abc 80", "10.0.0.5-fd00::1 80", "10.0.0.5-256 80", "10.0.0.5/33 80", "fd00::/129 80",
            "fd00::1-g 80",
            "10.0.0.5 http", "10.0.0.5- 80", "fwmark 5",
        ])
    func badMembers(text: String) {
        let reading = read("10.0.0.1 80\n\(text)")
        #expect(reading.servicePlaces == ["10.0.0.1:80"])
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.hasPrefix("11: ") == true)
    }

    @Test("A member without a port is for any port, and real servers' ports follow each member")
    func ports() {
        let reading = read("10.0.0.1 80\n10.0.0.1 443", kind: "TUN", server: "real_server 10.0.1.1 {\n}")
        #expect(reading.services.map { $0.realServers.map(\.port) } == [[80], [443]])
        #expect(reading.diagnostics.isEmpty)
        #expect(read("10.0.0.1").servicePlaces == ["10.0.0.1:0"])
    }

    @Test("Both families in a group: each real server serves its own")
    func dualStack() {
        let servers = "real_server 10.0.1.1 80 {\n}\nreal_server fd00:1::1 80 {\n}"
        let reading = read("10.0.0.1 80\nfd00::1 80", server: servers)
        #expect(reading.services.map { $0.realServers.map(\.address.description) } == [["10.0.1.1"], ["fd00:1::1"]])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("Members listed twice count once")
    func repeated() {
        let reading = read("10.0.0.1 80\n10.0.0.1-2 80")
        #expect(reading.servicePlaces == ["10.0.0.1:80", "10.0.0.2:80"])
        #expect(reading.warnings == ["11: 10.0.0.1 80 is in the group already: skipped"])
    }

    @Test("Unknown, empty and repeated groups are warnings")
    func groups() {
        let unknown = Reading(
            service().replacing("10.0.0.1 80", with: "group Web") + "\nvirtual_server_group Wep {\n10.0.0.1 80\n}")
        #expect(
            unknown.warnings == [
                "1: there is no virtual_server_group 'Web': virtual_server skipped (did you mean 'Wep'?)"
            ])
        #expect(read("").warnings.first == "9: virtual_server_group 'G' is empty: skipped")
        #expect(read("").services.isEmpty)
        let repeated = read("10.0.0.1 80\n}\nvirtual_server_group G {\n10.0.0.2 80")
        #expect(repeated.servicePlaces == ["10.0.0.1:80"])
        #expect(repeated.warnings == ["12: virtual_server_group 'G' is declared at t.conf:9 already: skipped"])
    }

    @Test("4,096 services are the limit")
    func serviceLimit() {
        #expect(read("10.0.0.0/20 80").services.count == 4_096)
        let reading = read("10.0.0.0/20 80\n10.1.0.0 80")
        #expect(reading.configuration == nil)
        #expect(reading.errors == ["1: more than 4096 virtual services (that is the limit)"])
    }

    @Test("Ranges of any size are bounded by the limit", arguments: ["0.0.0.0/0 80", "0.0.0.0-255.255.255.255 80"])
    func hugeRange(text: String) { #expect(read(text).errors.count == 1) }

    @Test(
        "Ranges of any size are bounded by the limit, IPv6",
        arguments: ["::/0 80", "::-ffff:: 80", "::/64 80", "::/65 80", "::-::ffff:ffff:ffff:ffff 80"])
    func hugeRange6(text: String) { #expect(read(text, server: "real_server fd00::1 80 {\n}").errors.count == 1) }

    @Test("65,536 destinations are the limit")
    func destinationLimit() {
        let servers = (0..<17).map { "real_server 10.9.0.\($0) 80 {\n}" }.joined(separator: "\n")
        let reading = read("10.0.0.0/20 80", server: servers)
        #expect(reading.configuration == nil)
        #expect(
            reading.errors == ["1: more than 65536 real servers of all virtual services together (that is the limit)"])
    }
}
