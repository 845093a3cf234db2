import Config
import Testing
import Wire

@Suite("The rules between the parts of a virtual server")
struct ServiceRuleTests {
    @Test("A quorum above the sum of the weights is reduced")
    func quorum() throws {
        let servers = "real_server 10.0.1.1 80 {\nweight 2\nTCP_CHECK {\n}\n}\nreal_server 10.0.1.2 80 {\n}"
        let reading = readService("quorum 4\nhysteresis 1", servers: servers)
        #expect(
            reading.warnings == [
                "5: quorum 4 is above the weight of all real servers together: 3 is used (at most 3)"
            ])
        let block = try #require(reading.block)
        #expect(block.effectiveQuorum(totalWeight: 3) == Quorum(threshold: 3, hysteresis: 1))
        #expect(block.effectiveQuorum(totalWeight: 0) == Quorum(threshold: 0, hysteresis: 0))
        #expect(readService("quorum 3", servers: servers).warnings == [])
    }

    @Test("A hysteresis that is not below the quorum is reduced")
    func hysteresis() {
        let servers = "real_server 10.0.1.1 80 {\nweight 5\nTCP_CHECK {\n}\n}"
        let reading = readService("quorum 3\nhysteresis 3", servers: servers)
        #expect(reading.warnings == ["6: hysteresis 3 is not below the quorum of 3: 2 is used"])
        #expect(reading.block?.effectiveQuorum(totalWeight: 5) == Quorum(threshold: 3, hysteresis: 2))
        #expect(readService("quorum 3\nhysteresis 2", servers: servers).warnings == [])
        #expect(readService("hysteresis 5", servers: servers).warnings.count == 1)
    }

    @Test("ops is for UDP, and pointless with persistence")
    func onePacket() {
        #expect(
            readService("ops").warnings == [
                "5: ops, one-packet scheduling, is for UDP alone: ignored for virtual_server 10.0.0.1 80"
            ])
        #expect(readService("protocol UDP\nops").warnings == [])
        #expect(
            readService("protocol UDP\nops\npersistence_timeout").warnings == [
                "6: ops has no effect with persistence: a client's datagrams all go to one real server "
                    + "(leave out one of the two)"
            ])
    }

    @Test("A sorry server's family and port must fit")
    func sorryServer() {
        #expect(
            readService("sorry_server fd00::1 80").warnings.first?.hasPrefix("5: sorry server fd00::1 is of another")
                == true)
        #expect(readService("sorry_server fd00::1 80\nsorry_server_lvs_method TUN").warnings == [])
        #expect(
            readService("sorry_server 10.0.9.9 81").warnings == [
                "5: sorry server 10.0.9.9: port 81 is not its virtual server's: 80 is used "
                    + "(only NAT, with a service for one port, translates ports)"
            ])
        #expect(readService("sorry_server 10.0.9.9 81", kind: "NAT").warnings == [])
        #expect(readService("sorry_server 10.0.9.9").warnings == [])
    }

    @Test("A sorry server that is a real server too")
    func sorryRealServer() {
        for port in ["", " 80"] {
            #expect(
                readService("sorry_server 10.0.1.1\(port)").warnings == [
                    "5: sorry server 10.0.1.1 is one of the real servers too: with the quorum lost it may be down itself"
                ])
        }
        #expect(readService("sorry_server 10.0.1.1 81", kind: "NAT").warnings == [])
    }

    @Test("What a sorry server comes to")
    func effectiveSorryServer() throws {
        func sorry(_ body: String, kind: String = "DR") -> RealServer? {
            let reading = readService(body, kind: kind)
            return reading.service.flatMap { reading.block?.effectiveSorryServer(of: $0) }
        }
        #expect(sorry("") == nil)
        #expect(sorry("sorry_server 10.0.9.9 81")?.port == 80)
        #expect(sorry("sorry_server 10.0.9.9 81", kind: "NAT")?.port == 81)
        #expect(sorry("sorry_server 10.0.9.9 81", kind: "NAT")?.mode == .nat)
        #expect(sorry("sorry_server 10.0.9.9\nsorry_server_lvs_method NAT")?.port == 80)
        #expect(sorry("sorry_server fd00::9") == nil)
        #expect(sorry("sorry_server fd00::9\nsorry_server_lvs_method TUN")?.mode == .tun)
        #expect(sorry("sorry_server 10.0.9.9\nsorry_server_lvs_method TUN type gre") == nil)
        let again = readService("sorry_server 10.0.9.9\nsorry_server_inhibit\nsorry_server 10.0.9.8").block
        #expect(again?.sorryServer?.address == IPAddress("10.0.9.8"))
        #expect(again?.sorryInhibits == false)
    }

    @Test("ip_family must be the address's")
    func family() {
        #expect(
            readService("ip_family inet6").warnings == [
                "5: ip_family inet6 is not the family of virtual_server 10.0.0.1 80: ignored "
                    + "(it is for marks; an address has its own)"
            ])
        #expect(readService("ip_family inet").warnings == [])
    }

    @Test("Marks have no protocol, and no address that ha_suspend could look at", arguments: ["fwmark 3", "group G"])
    func marks(place: String) {
        let text = service("ha_suspend").replacing("10.0.0.1 80", with: place)
        let reading = Reading(text + "\nvirtual_server_group G {\nfwmark 4\n}")
        #expect(reading.warnings.contains { $0.hasPrefix("5:") && $0.contains("ha_suspend") })
        #expect(reading.notes.contains { $0.hasPrefix("2:") && $0.contains("'protocol' has no effect") })
    }

    @Test("The kernel refuses a lower threshold above the upper one")
    func thresholds() {
        let reading = readService("", servers: "real_server 10.0.1.1 80 {\nuthreshold 3\nlthreshold 9\n}")
        #expect(reading.warnings.first?.hasPrefix("8: lthreshold 9 is above uthreshold 3") == true)
        #expect(readService("", servers: "real_server 10.0.1.1 80 {\nuthreshold 9\nlthreshold 9\n}").warnings == [])
    }

    @Test("A check by TCP of a service by UDP is noted, once for each service")
    func transport() {
        let servers = "real_server 10.0.1.1 80 {\nTCP_CHECK {\n}\n}\nreal_server 10.0.1.2 80 {\nTCP_CHECK {\n}\n}"
        let notes = readService("protocol UDP", servers: servers).notes.filter { $0.contains("asks by TCP") }
        #expect(notes.count == 1)
        #expect(readService("", servers: servers).notes.filter { $0.contains("asks by TCP") } == [])
        let udp = servers.replacing("TCP_CHECK", with: "UDP_CHECK")
        #expect(readService("protocol UDP", servers: udp).notes.filter { $0.contains("asks by TCP") } == [])
    }

    @Test(
        "What only a checker can bring about is noted where there is none",
        arguments: ["alpha", "inhibit_on_failure", "quorum_up /a", "quorum_down /a", "sorry_server 10.0.9.9"])
    func useless(line: String) {
        let keyword = line.split(separator: " ")[0]
        let reading = readService(line, servers: "real_server 10.0.1.1 80 {\n}")
        #expect(reading.notes.contains { $0.hasPrefix("5: '\(keyword)' has no effect: no real server of") })
        #expect(readService(line).notes.filter { $0.contains("has no effect") } == [])
    }

    @Test("A virtual server without real servers has no other rules")
    func noServers() {
        #expect(Reading(service("quorum 5\nops", server: "")).warnings.count == 1)
    }
}
