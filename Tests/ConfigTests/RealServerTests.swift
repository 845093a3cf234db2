import Config
import Testing

@Suite("real_server")
struct RealServerTests {
    private func read(kind: String = "DR", _ servers: String...) -> Reading {
        Reading(service(kind: kind, server: servers.joined(separator: "\n")))
    }

    @Test("Weights: 0...2147483647, the service's as default, last one wins")
    func weights() {
        let reading = Reading(
            service(
                "weight 4",
                server: """
                    real_server 10.0.1.1 80 {
                    }
                    real_server 10.0.1.2 80 { weight 0
                    }
                    real_server 10.0.1.3 80 {
                    weight 3
                    weight 2147483647
                    }
                    """))
        #expect(reading.servers.map(\.weight) == [4, 0, 2_147_483_647])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("Weights out of range are ignored", arguments: ["2147483648", "-1", "abc", "1.5", "0x10"])
    func weightRange(word: String) {
        let reading = read("real_server 10.0.1.1 80 { weight \(word) }")
        #expect(reading.servers.map(\.weight) == [1])
        #expect(reading.warnings == ["6: '\(word)' is not valid for 'weight': ignored (0 to 2147483647)"])
    }

    @Test("lvs_method overrides the service's")
    func method() {
        let reading = read("real_server 10.0.1.1 80 { lvs_method TUN }", "real_server 10.0.1.2 80 { lvs_method X }")
        #expect(reading.servers.map(\.mode) == [.tun, .dr])
        #expect(reading.warnings.count == 1)
    }

    @Test("Tunnels other than IPIP are skipped with a warning")
    func tunnelTypes() {
        #expect(read(kind: "TUN type ipip", "real_server 10.0.1.1 80 {\n}").servers.map(\.mode) == [.tun])
        let reading = read(kind: "TUN type gue port 6080", "real_server 10.0.1.1 80 {\n}")
        #expect(reading.services.isEmpty)
        #expect(
            reading.warnings.first
                == "6: tunnels of 'type gue port 6080' are not built yet: real server 10.0.1.1 skipped (lb_kind TUN (IPIP))"
        )
    }

    @Test("In DR and TUN the port is the service's", arguments: ["DR", "TUN"])
    func portReset(kind: String) {
        let reading = read(kind: kind, "real_server 10.0.1.1 8080 {\n}", "real_server 10.0.1.2 {\n}")
        #expect(reading.serverPlaces == ["10.0.1.1:80", "10.0.1.2:80"])
        #expect(reading.warnings.count == 1)
        #expect(
            reading.warnings.first?.hasPrefix(
                "6: real server 10.0.1.1:8080: the port is not its virtual server's: reset") == true)
    }

    @Test("NAT translates ports, but not for a service for any port")
    func natPort() {
        let reading = read(kind: "NAT", "real_server 10.0.1.1 8080 {\n}", "real_server 10.0.1.2 {\n}")
        #expect(reading.serverPlaces == ["10.0.1.1:8080", "10.0.1.2:80"])
        #expect(reading.diagnostics.isEmpty)
        let text = service(kind: "NAT", "persistence_timeout 50", server: "real_server 10.0.1.1 8080 {\n}")
        let any = Reading(text.replacing("10.0.0.1 80", with: "10.0.0.1"))
        #expect(any.serverPlaces == ["10.0.1.1:0"])
        #expect(any.warnings.count == 1)
    }

    @Test("Duplicates are dropped, also those that a port reset makes")
    func duplicates() {
        let reading = read(
            "real_server 10.0.1.1 80 { weight 2 }", "real_server 10.0.1.1 80 {\n}", "real_server 10.0.1.1 81 {\n}")
        #expect(reading.servers.map(\.weight) == [2])
        #expect(
            reading.warnings.filter { $0.hasSuffix("skipped") } == [
                "7: real server 10.0.1.1:80 is declared at t.conf:6 already: skipped",
                "9: real server 10.0.1.1:80 is declared at t.conf:6 already: skipped",
            ])
        let nat = read(kind: "NAT", "real_server 10.0.1.1 80 {\n}", "real_server 10.0.1.1 81 {\n}")
        #expect(nat.servers.count == 2)
    }

    @Test("Another family than the VIP's: dropped in DR and NAT, fine in TUN", arguments: ["DR", "NAT"])
    func families(kind: String) {
        let reading = read(kind: kind, "real_server 10.0.1.1 80 {\n}", "real_server fd00::1 80 {\n}")
        #expect(reading.serverPlaces == ["10.0.1.1:80"])
        #expect(
            reading.warnings == [
                "8: real server fd00::1 is of another address family than its virtual server: skipped "
                    + "(only TUN carries one family in the other)"
            ])
        let tunnel = read(kind: kind, "real_server fd00::1 80 { lvs_method TUN }")
        #expect(tunnel.serverPlaces == ["[fd00::1]:80"])
        #expect(tunnel.diagnostics.isEmpty)
    }

    @Test(
        "Addresses and ports that are none: skipped",
        arguments: ["abc 80", "10.0.1.9 http", "10.0.1.9 65536", "10.0.1.9 -1"])
    func badPlaces(place: String) {
        let reading = read("real_server 10.0.1.1 80 {\n}", "real_server \(place) {\nweight 5\n}")
        #expect(reading.serverPlaces == ["10.0.1.1:80"])
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("'real_server': block skipped") == true)
    }
}
