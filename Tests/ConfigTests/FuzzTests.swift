import Config
import Testing
import Wire

@Suite("Mutated configurations")
struct FuzzTests {
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

    /// Small ones of the corpus, so that there is time for many, and those above.
    private static let texts =
        Corpus.names.map(Corpus.bytes).filter { $0.count < 2_000 } + examples.map { Array($0.utf8) }

    @Test(
        "Whatever is done to a configuration, reading it ends and says something sensible",
        arguments: 0..<8 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var mutator = Mutator(seed: seed, texts: Self.texts)
        let start = processorTime()
        for round in 0..<400 {
            // Slow machines do fewer, but never none.
            if round > 20, processorTime() - start > .seconds(2) { break }
            let text = mutator.next()
            var source = MemorySource(["b.conf": Self.examples[0], "c.conf": "include t.conf\n"])
            source.files["t.conf"] = text
            let begin = processorTime()
            let result = ConfigurationReader.read(path: "t.conf", from: source, context: Self.context)
            #expect(processorTime() - begin < .seconds(10), "seed \(seed), round \(round)")
            let hasErrors = result.diagnostics.contains { $0.severity == .error }
            let isRefused = result.configuration == nil
            #expect(isRefused == hasErrors, "seed \(seed), round \(round)")
            #expect(result.diagnostics.count <= 2_001, "seed \(seed), round \(round)")
            if let configuration = result.configuration { Self.check(configuration, seed) }
        }
    }

    /// Limits that a few thousand readings have time to reach.
    private static let context = ReadingContext(
        configurationID: "edge-a", environment: { $0 == "HOME" ? "/srv/op" : nil }, maximumLines: 4_000,
        maximumBytes: 1 << 18)

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
