import Config
import Testing
import Wire

@Suite("virtual_server")
struct ServiceTests {
    @Test("A plain service, with every default")
    func plain() throws {
        let reading = Reading(service())
        #expect(reading.diagnostics.isEmpty)
        let address = try #require(IPAddress("10.0.0.1"))
        let serverAddress = try #require(IPAddress("10.0.1.1"))
        let server = RealServer(
            address: serverAddress, port: 80, weight: 1, mode: .dr,
            block: RealServer.BlockIndex(service: 0, server: 0),
            location: SourceLocation(file: "t.conf", line: 6, column: 1))
        #expect(
            reading.services == [
                VirtualService(
                    address: address, port: 80, transport: .tcp, scheduler: .rr, hashesPort: false, fallback: false,
                    isStateless: false, removedServer: .drop, picksUpMidstream: true, realServers: [server], name: nil,
                    location: SourceLocation(file: "t.conf", line: 1, column: 1))
            ])
    }

    @Test("IPv6, and the documented names lvs_sched and lvs_method")
    func ipv6() {
        let reading = Reading(
            """
            virtual_server 2001:db8::1 53 {
            protocol udp
            lvs_sched mh
            lvs_method NAT
            real_server 2001:db8::2 5353 {
            }
            }
            """)
        #expect(reading.diagnostics.isEmpty)
        #expect(reading.servicePlaces == ["[2001:db8::1]:53"])
        #expect(reading.service?.transport == .udp)
        #expect(reading.service?.scheduler == .mh)
        #expect(reading.serverPlaces == ["[2001:db8::2]:5353"])
        #expect(reading.servers.map(\.mode) == [.nat])
    }

    @Test("Missing protocol, scheduler and method: UDP, wlc, NAT, each with a warning")
    func missing() {
        let reading = Reading("virtual_server 10.0.0.1 80 {\nreal_server 10.0.1.1 80 {\n}\n}")
        #expect(
            reading.warnings.map { $0.split(separator: "(")[0] } == [
                "1: virtual_server 10.0.0.1 80 has no protocol: UDP is assumed ",
                "1: virtual_server 10.0.0.1 80 has no scheduler: wlc is assumed ",
                "1: virtual_server 10.0.0.1 80: scheduler wlc is not built yet: wrr is used ",
                "1: virtual_server 10.0.0.1 80 has no forwarding method: NAT is assumed ",
            ])
        #expect(reading.service?.transport == .udp)
        #expect(reading.service?.scheduler == .wlc)
        #expect(reading.service?.effectiveScheduler == .wrr)
        #expect(reading.servers.map(\.mode) == [.nat])
    }

    @Test("Every scheduler is known; those not built become wrr with a warning", arguments: Scheduler.allCases)
    func schedulers(scheduler: Scheduler) {
        let reading = Reading(service("lb_algo \(scheduler.rawValue)"))
        #expect(reading.service?.scheduler == scheduler)
        #expect(reading.service?.effectiveScheduler == (scheduler.isBuilt ? scheduler : .wrr))
        #expect(reading.warnings.count == (scheduler.isBuilt ? 0 : 1))
    }

    @Test("Built are rr, wrr, sh and mh")
    func built() { #expect(Scheduler.allCases.filter(\.isBuilt) == [.rr, .wrr, .sh, .mh]) }

    @Test("Values that are not understood are ignored, with a hint")
    func badValues() {
        let reading = Reading(service("lb_algo rrr\nprotocol ICMP\nlb_kind dr\nweight 0"))
        #expect(
            reading.warnings == [
                "5: 'rrr' is not valid for 'lb_algo': ignored (did you mean 'rr'?)",
                "6: 'ICMP' is not valid for 'protocol': ignored (TCP, UDP or SCTP)",
                "7: 'dr' is not valid for 'lb_kind': ignored (NAT, DR or TUN, in capitals)",
                "8: '0' is not valid for 'weight': ignored (1 to 2147483647)",
            ])
        #expect(reading.service?.scheduler == .rr)
        #expect(reading.servers.map(\.mode) == [.dr])
    }

    @Test("SCTP is known but not forwarded: the service is dropped")
    func sctp() {
        let reading = Reading(service("protocol SCTP"))
        #expect(reading.services.isEmpty)
        #expect(reading.warnings == ["1: virtual_server 10.0.0.1 80: SCTP is not forwarded yet: skipped"])
    }

    @Test("fwmark services are skipped")
    func fwmark() {
        let reading = Reading(service().replacing("10.0.0.1 80", with: "fwmark 3"))
        #expect(reading.services.isEmpty)
        #expect(reading.warnings.count == 1)
        #expect(reading.configuration != nil)
    }

    @Test(
        "Addresses and ports that are none: skipped",
        arguments: ["10.0.0.300 80", "10.0.0.1 http", "10.0.0.1 65536", "host 80"])
    func badPlaces(place: String) {
        let reading = Reading(service().replacing("10.0.0.1 80", with: place))
        #expect(reading.services.isEmpty)
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("'virtual_server': block skipped") == true)
    }

    @Test("What keepalived crashes on is refused", arguments: ["group", "fwmark"])
    func headWithoutName(word: String) {
        let reading = Reading(service().replacing("10.0.0.1 80", with: word))
        #expect(reading.configuration == nil)
        #expect(reading.errors.first?.hasPrefix("1: 'virtual_server \(word)' needs a") == true)
    }

    @Test("A range outside a group serves its first address only")
    func range() {
        let reading = Reading(service().replacing("10.0.0.1 80", with: "10.0.0.4-10 80"))
        #expect(reading.servicePlaces == ["10.0.0.4:80"])
        #expect(
            reading.warnings == [
                "1: '10.0.0.4-10' is a range: only 10.0.0.4 is served (ranges belong in a virtual_server_group)"
            ])
    }

    @Test(
        "No port or port 0 is any port; without persistence that is a warning", arguments: ["10.0.0.1", "10.0.0.1 0"])
    func anyPort(place: String) {
        let text = service(server: "real_server 10.0.1.1 {\n}").replacing("10.0.0.1 80", with: place)
        let reading = Reading(text)
        #expect(reading.servicePlaces == ["10.0.0.1:0"])
        #expect(reading.serverPlaces == ["10.0.1.1:0"])
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("any port but not persistent") == true)
        let persistent = Reading(text.replacing("lb_kind DR", with: "lb_kind DR\npersistence_timeout"))
        #expect(persistent.warnings.isEmpty)
        #expect(
            persistent.notes == ["5: 'persistence_timeout': understood, not used by Sluice: nothing acts on it yet"])
        #expect(Reading(text.replacing("lb_kind DR", with: "lb_kind DR\npersistence_timeout 0")).warnings.count == 2)
    }

    @Test("A service without usable real servers is skipped, as keepalived does")
    func noServers() {
        #expect(Reading(service(server: "")).services.isEmpty)
        #expect(Reading(service(server: "")).warnings == ["1: virtual_server 10.0.0.1 80 has no real servers: skipped"])
        let other = Reading(service(server: "real_server fd00::1 80 {\n}"))
        #expect(other.services.isEmpty)
        #expect(other.warnings.count == 2)
    }

    @Test(
        "sh-port, sh-fallback, mh-port, mh-fallback apply after the line of their scheduler", arguments: ["sh", "mh"])
    func hashFlags(scheduler: String) {
        let port = Reading(service("lb_algo \(scheduler)\n\(scheduler)-port"))
        #expect(port.service?.hashesPort == true)
        #expect(port.service?.fallback == false)
        let fallback = Reading(service("lb_algo \(scheduler)\n\(scheduler)-fallback"))
        #expect(fallback.service?.hashesPort == false)
        #expect(fallback.service?.fallback == true)
        let early = Reading(service("\(scheduler)-port\nlb_algo \(scheduler)"))
        #expect(early.service?.hashesPort == false)
        #expect(
            early.warnings == [
                "5: '\(scheduler)-port' only applies to the \(scheduler) scheduler: ignored "
                    + "(write it after 'lb_algo \(scheduler)')"
            ])
        let numbered = Reading(service("flag-1\nflag-2\nlb_algo \(scheduler)"))
        #expect(numbered.service?.hashesPort == true)
        #expect(numbered.service?.fallback == true)
    }

    @Test("sluice_stateless: TCP, mh or sh, DR or TUN")
    func stateless() {
        for kind in ["DR", "TUN"] {
            for scheduler in ["mh", "sh"] {
                let reading = Reading(service(kind: kind, "lb_algo \(scheduler)\nsluice_stateless"))
                #expect(reading.service?.isStateless == true)
                #expect(reading.diagnostics.isEmpty)
            }
        }
        for body in [
            "sluice_stateless", "lb_algo mh\nsluice_stateless\nprotocol UDP",
            "lb_algo mh\nsluice_stateless on\nlb_kind NAT",
        ] {
            let reading = Reading(service(body))
            #expect(reading.service?.isStateless == false)
            #expect(reading.warnings.count == 1)
        }
        #expect(Reading(service("lb_algo mh\nsluice_stateless\nsluice_stateless no")).service?.isStateless == false)
        #expect(Reading(service("sluice_stateless off")).diagnostics.isEmpty)
        #expect(Reading(service("lb_algo mh\nsluice_stateless maybe")).warnings.count == 1)
    }

    @Test("One real server in NAT makes the service stateful")
    func statelessNAT() {
        let servers = "real_server 10.0.1.1 80 {\n}\nreal_server 10.0.1.2 80 { lvs_method NAT }"
        #expect(Reading(service("lb_algo mh\nsluice_stateless", server: servers)).service?.isStateless == false)
    }

    @Test("sluice_removed_server", arguments: RemovedServerPolicy.allCases)
    func removedServer(policy: RemovedServerPolicy) {
        #expect(Reading(service("sluice_removed_server \(policy.rawValue)")).service?.removedServer == policy)
        #expect(Reading(service("sluice_removed_server keep")).warnings.count == 1)
    }

    @Test("sluice_midstream")
    func midstream() {
        #expect(Reading(service("lb_algo mh\nsluice_midstream drop")).service?.picksUpMidstream == false)
        #expect(Reading(service("lb_algo sh\nsluice_midstream pick_up")).service?.picksUpMidstream == true)
        #expect(Reading(service("lb_algo sh\nsluice_midstream pick_up")).diagnostics.isEmpty)
        #expect(Reading(service("lb_algo sh\nsluice_midstream pickup")).warnings.count == 1)
        #expect(
            Reading(service("sluice_midstream drop")).warnings == [
                "5: sluice_midstream has no effect with the scheduler rr (it is for mh and sh)"
            ])
    }

    @Test("The same service twice: its new real servers are added")
    func duplicates() {
        let second = service("lb_algo mh", server: "real_server 10.0.1.1 80 {\n}\nreal_server 10.0.1.2 80 {\n}")
        let reading = Reading(service() + "\n" + second)
        #expect(reading.servicePlaces == ["10.0.0.1:80"])
        #expect(reading.service?.scheduler == .rr)
        #expect(reading.serverPlaces == ["10.0.1.1:80", "10.0.1.2:80"])
        #expect(
            reading.warnings == [
                "9: virtual service 10.0.0.1:80 is declared at t.conf:1 already: only its new real servers are added"
            ])
        #expect(Reading(service() + "\n" + service("protocol UDP")).services.count == 2)
    }
}
