import Config
import Testing
import Wire

@Suite("Mutated configurations")
struct FuzzTests {
    /// SplitMix64, so that a failing seed is a test case.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    private static let pieces = [
        "{", "}", "\"", "\\", "\\#", "#", "!", "\n", "\r\n", "\t ", "$", "${", "@", "~", "-", "/", "::", "-1", "0",
        "4294967296",
        "99999999999999999999", "virtual_server ", "real_server ", "virtual_server_group G {", "group G", "include *",
        "fwmark",
        "10.0.0.1-255.255.255.255", "::/0", "lb_algo ", "sh-port", "weight ", "\u{0}", "\u{FEFF}", "é", "TCP_CHECK {",
    ]

    private static let examples = [
        service("delay_loop 6\npersistence_timeout 50\nlb_algo mh\nmh-port\nsluice_stateless"),
        """
        global_defs {
            router_id LVS # comment
            notification_email { a@b.c }
            sluice_xdp_mode native
            sluice_flow_table 65536
            sluice_interfaces eth0 "eth1"
            sluice_drain 2.5
            lvs_timeouts tcp 60 udp 30
        }
        """,
        """
        virtual_server_group G {
            10.0.0.1-9 80
            fd00::1-f 443
            10.0.4.0/30
        }
        virtual_server group G {
            protocol TCP
            lvs_sched sh
            lvs_method TUN
            sorry_server 10.0.0.9 80
            real_server 10.1.0.1 80 { weight 3
                HTTP_GET { url { path / } } }
            real_server fd00::99 { lvs_method NAT }
        }
        """,
        "vrrp_instance VI {\n  virtual_ipaddress {\n 10.0.0.1\n }\n}\ninclude b.conf\n",
    ]

    @Test("Whatever is done to a configuration, reading it ends and says something sensible", arguments: 0..<8)
    func mutations(seed: UInt64) {
        var random = Generator(state: seed)
        for _ in 0..<250 {
            var text = Array(Self.examples.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 1...12, using: &random) { Self.mutate(&text, using: &random) }
            var source = MemorySource(["b.conf": Self.examples[0]])
            source.files["t.conf"] = text
            let result = ConfigurationReader.read(path: "t.conf", from: source)
            let hasErrors = result.diagnostics.contains { $0.severity == .error }
            #expect((result.configuration == nil) == hasErrors)
            #expect(result.diagnostics.count <= text.count * 4 + 64, "seed \(seed)")
            if let configuration = result.configuration { Self.check(configuration, seed) }
        }
    }

    private static func mutate(_ text: inout [UInt8], using random: inout Generator) {
        let place = Int.random(in: 0...text.count, using: &random)
        let end = min(text.count, place + Int.random(in: 0...20, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: text.insert(contentsOf: Array(pieces.randomElement(using: &random)!.utf8), at: place)
        case 1: text.removeSubrange(place..<end)
        case 2: text.insert(contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &random))
        case 3: if place < text.count { text[place] = UInt8.random(in: 0...255, using: &random) }
        default: text.insert(contentsOf: Array(examples.randomElement(using: &random)!.utf8), at: place)
        }
    }

    /// What every configuration that is accepted holds to.
    private static func check(_ configuration: Configuration, _ seed: UInt64) {
        #expect(configuration.virtualServices.count <= Configuration.maximumServices)
        #expect(configuration.global.flowTableSize.nonzeroBitCount == 1)
        #expect(GlobalSettings.flowTableSizes.contains(configuration.global.flowTableSize))
        for service in configuration.virtualServices {
            #expect(!service.realServers.isEmpty, "seed \(seed)")
            for server in service.realServers {
                #expect(
                    server.mode == .nat ? service.port != 0 || server.port == 0 : server.port == service.port,
                    "seed \(seed)")
                #expect(server.mode == .tun || server.address.family == service.address.family, "seed \(seed)")
            }
            if service.isStateless {
                #expect(service.transport == .tcp && service.scheduler.hashesSource, "seed \(seed)")
                #expect(service.realServers.allSatisfy { $0.mode != .nat }, "seed \(seed)")
            }
        }
    }
}
