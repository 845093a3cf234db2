import Config
import Testing
import Wire

/// A service with one real server that has a checker, so that nothing is without effect for want of one.
func readService(_ body: String, kind: String = "DR", servers: String = "", place: String = "10.0.0.1 80") -> Reading {
    let own = "real_server 10.0.1.1 80 {\nTCP_CHECK {\n}\n}"
    return Reading(
        service(kind: kind, body, server: servers.isEmpty ? own : servers).replacing("10.0.0.1 80", with: place))
}

@Suite("virtual_server and real_server: settings")
struct ServiceSettingTests {
    @Test("Everything that a virtual server can say")
    func everything() throws {
        let reading = readService(
            """
            delay_loop 6
            connect_timeout 3
            retry 2
            delay_before_retry 4
            warmup 5
            alpha
            omega
            inhibit_on_failure
            ha_suspend
            virtualhost www
            persistence_timeout 600
            persistence_granularity 255.255.255.0
            quorum 1
            hysteresis 0
            quorum_up "/bin/up a" root adm
            quorum_down /bin/down
            smtp_alert off
            sorry_server 10.0.9.9 80
            sorry_server_lvs_method TUN
            sorry_server_inhibit
            """)
        #expect(reading.warnings == [])
        let block = try #require(reading.block)
        #expect(block.timing.delayLoopSeconds == 6)
        #expect(block.timing.connectTimeoutSeconds == 3)
        #expect(block.timing.retries == 2)
        #expect(block.timing.delayBeforeRetrySeconds == 4)
        #expect(block.timing.warmupSeconds == 5)
        #expect(block.timing.startsDown == true)
        #expect(block.notifiesAtStop)
        #expect(block.inhibitsOnFailure)
        #expect(block.suspendsWithoutAddress)
        #expect(block.virtualHost == "www")
        #expect(block.persistenceTimeout == 600)
        #expect(block.persistenceGranularity == .mask(IPv4Address(rawValue: 0xffff_ff00)))
        #expect(block.quorumUp?.command == ["/bin/up", "a"])
        #expect(block.quorumUp?.owner?.user == "root")
        #expect(block.quorumUp?.owner?.group == "adm")
        #expect(block.quorumDown?.command == ["/bin/down"])
        #expect(block.quorumDown?.owner == nil)
        #expect(block.mailsAlerts == false)
        #expect(block.sorryServer?.port == 80)
        #expect(block.sorryForwarding == .mode(.tun))
        #expect(block.sorryInhibits)
    }

    @Test("Everything that a real server can say, and what it inherits")
    func realServer() throws {
        let servers = """
            real_server 10.0.1.1 80 {
            inhibit_on_failure no
            uthreshold 20
            lthreshold 10
            delay_loop 7
            alpha no
            virtualhost own
            smtp_alert
            notify_up /up
            notify_down "/down x" nobody
            TCP_CHECK {
            }
            }
            real_server 10.0.1.2 80 {
            }
            """
        let reading = readService("inhibit_on_failure\nalpha\nweight 5", servers: servers)
        #expect(reading.warnings == [])
        let block = try #require(reading.block)
        let server = block.realServers[0]
        #expect(server.upperThreshold == 20)
        #expect(server.lowerThreshold == 10)
        #expect(server.timing.delayLoopSeconds == 7)
        #expect(server.timing.startsDown == false)
        #expect(server.virtualHost == "own")
        #expect(server.mailsAlerts == true)
        #expect(server.notifyUp?.command == ["/up"])
        #expect(server.notifyDown?.command == ["/down", "x"])
        #expect(server.notifyDown?.owner?.user == "nobody")
        #expect(block.realServers.map(block.inhibitsOnFailure) == [false, true])
        #expect(block.realServers.map(block.weight(of:)) == [5, 5])
        #expect(server.checkers.first?.effectiveTiming(of: server, in: block).startsDown == false)
    }

    @Test("The first script counts", arguments: ["quorum_up", "quorum_down"])
    func firstScript(keyword: String) {
        let reading = readService("\(keyword) /a\n\(keyword) /b")
        #expect(reading.warnings == ["6: '\(keyword)' is set already, in line 5: ignored"])
        #expect((reading.block?.quorumUp ?? reading.block?.quorumDown)?.command == ["/a"])
    }

    @Test(
        "What keepalived ignores is ignored, with a warning",
        arguments: [
            "delay_loop 0", "retry 0", "retry 4294967296", "persistence_timeout 0", "persistence_timeout 2678401",
            "persistence_granularity foo", "hysteresis -1", "connect_timeout 0", "virtualhost", "ip_family inet7",
            "smtp_alert maybe", "warmup -1", "delay_before_retry -1", "sorry_server 10.0.0.8 99999",
            "sorry_server 10.0.0.8 0", "sorry_server_inhibit", "sorry_server_lvs_method DR",
        ])
    func ignored(line: String) {
        let reading = readService(line)
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("ignored") == true)
        #expect(reading.block == readService("").block)
    }

    @Test("A quorum out of range is 1")
    func quorumRange() {
        let reading = readService("quorum 7\nquorum 0")
        #expect(reading.block?.quorum == 1)
        #expect(reading.warnings == ["6: '0' is not valid for 'quorum': 1 is used (1 to 4294967295)"])
    }

    @Test("persistence_timeout alone is 360 s; a granularity makes a service persistent, and so does port 0")
    func persistence() {
        #expect(readService("").block?.effectivePersistenceSeconds(port: 80) == nil)
        #expect(readService("").block?.effectivePersistenceSeconds(port: 0) == 360)
        #expect(readService("persistence_timeout").block?.persistenceTimeout == 360)
        #expect(readService("persistence_timeout 50").block?.effectivePersistenceSeconds(port: 0) == 50)
        #expect(
            readService("persistence_granularity 255.0.0.0").block?.effectivePersistenceSeconds(port: 80) == 360)
    }

    @Test("persistence_granularity is a netmask for IPv4, and a prefix length for IPv6")
    func granularity() {
        let odd = readService("persistence_granularity 255.0.255.0")
        #expect(odd.block?.persistenceGranularity == .mask(IPv4Address(rawValue: 0xff00_ff00)))
        let number = readService("persistence_granularity 24")
        #expect(number.block?.persistenceGranularity == .mask(IPv4Address(rawValue: 24)))
        #expect(number.warnings.first?.hasPrefix("5: '24' is taken for the netmask 0.0.0.24") == true)
        for (word, expected) in [("64", PersistenceGranularity.prefix(64)), ("0", nil), ("129", nil), ("ffff::", nil)] {
            let reading = readService(
                "persistence_granularity \(word)", servers: "real_server fd00:1::1 80 {\n}", place: "fd00::1 80")
            #expect(reading.block?.persistenceGranularity == expected)
            #expect(reading.warnings.count == (expected == nil ? 1 : 0))
        }
    }

    @Test(
        "Tunnels: types, ports and checksums",
        arguments: [
            ("TUN", WrittenForwarding.mode(.tun), true), ("TUN type ipip", .mode(.tun), true),
            ("TUN type gue port 6080", .tunnel(.gue(port: 6080, nil)), true),
            ("TUN port 1 type gue remcsum", .tunnel(.gue(port: 1, .remote)), true),
            ("TUN type gre", .tunnel(.gre(nil)), true), ("TUN type gre csum", .tunnel(.gre(.local)), true),
            ("TUN type gre nocsum", .tunnel(.gre(TunnelChecksum.none)), true), ("TUN type gue", .mode(.tun), false),
            ("TUN type gue port 0", .mode(.tun), false), ("TUN type ipip port 3", .mode(.tun), false),
            ("TUN type bad", .mode(.tun), false), ("TUN junk", .mode(.tun), false), ("TUN type", .mode(.tun), false),
            ("NAT junk", .mode(.nat), false),
        ])
    func tunnels(words: String, forwarding: WrittenForwarding, isClean: Bool) {
        let reading = readService("lvs_method \(words)")
        #expect(reading.block?.forwarding == forwarding)
        #expect(reading.warnings.filter { $0.hasPrefix("5:") }.isEmpty == isClean)
    }

    @Test(
        "What has no counterpart is noted with the reason",
        arguments: [
            ("flag-3", "it forwards by XDP, not by IPVS"),
            ("persistence_engine sip", "it forwards by XDP, not by IPVS"),
            ("hashed", "it forwards by XDP, not by IPVS"), ("snmp_name x", "it has no SNMP agent"),
        ])
    func unused(line: String, reason: String) {
        let keyword = line.split(separator: " ")[0]
        #expect(readService(line).notes.contains("5: '\(keyword)': understood, not used by Sluice: \(reason)"))
        #expect(readService(line).warnings == [])
    }

    @Test("Services and real servers know their blocks, also when two blocks make one service")
    func blocks() {
        let group = "virtual_server_group G {\n10.0.0.5 80\n10.0.0.1 80\n}\n"
        let second = service("lb_algo rr", server: "real_server 10.0.1.1 80 {\n}\nreal_server 10.0.1.2 80 {\n}")
        let reading = Reading(group + service() + "\n" + second.replacing("10.0.0.1 80", with: "group G"))
        #expect(reading.services.map(\.block) == [0, 1])
        #expect(
            reading.services[0].realServers.map(\.block) == [
                RealServer.BlockIndex(service: 0, server: 0), RealServer.BlockIndex(service: 1, server: 1),
            ])
        for service in reading.services {
            for server in service.realServers {
                guard let index = server.block else { continue }
                let block = reading.configuration?.virtualServers[index.service].realServers[index.server]
                #expect(block?.place.address == server.address)
            }
        }
    }
}
