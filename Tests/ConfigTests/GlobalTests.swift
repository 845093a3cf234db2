import Config
import Testing

@Suite("global_defs")
struct GlobalTests {
    private func read(_ line: String) -> Reading { Reading("global_defs {\n\(line)\n}") }

    @Test("Defaults")
    func defaults() throws {
        let global = try #require(Reading("").global)
        #expect(global.xdpMode == .auto)
        #expect(global.flowTableSize == 1_048_576)
        #expect(global.interfaces == nil)
        #expect(global.drainSeconds == 5)
        #expect(global.timeouts == Timeouts(tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300))
    }

    @Test("sluice_xdp_mode", arguments: XDPMode.allCases)
    func xdpMode(mode: XDPMode) {
        #expect(read("sluice_xdp_mode \(mode.rawValue)").global?.xdpMode == mode)
        #expect(read("sluice_xdp_mode \(mode.rawValue)").diagnostics.isEmpty)
    }

    @Test("sluice_xdp_mode names its choices")
    func xdpModeChoices() {
        #expect(
            read("sluice_xdp_mode fast").warnings == [
                "2: 'fast' is not valid for 'sluice_xdp_mode': ignored (one of: native, generic, auto)"
            ])
    }

    @Test(
        "sluice_flow_table is rounded up to a power of two",
        arguments: [(4_096, 4_096), (4_097, 8_192), (1_000_000, 1_048_576), (67_108_864, 67_108_864)])
    func flowTable(written: Int, size: Int) {
        let reading = read("sluice_flow_table \(written)")
        #expect(reading.global?.flowTableSize == size)
        #expect(reading.notes == (written == size ? [] : ["2: 'sluice_flow_table' is rounded up to \(size)"]))
        #expect(reading.warnings.isEmpty)
    }

    @Test(
        "sluice_flow_table out of range keeps the default",
        arguments: ["0", "4095", "67108865", "-1", "1e6", "99999999999999999999"])
    func flowTableRange(word: String) {
        #expect(read("sluice_flow_table \(word)").global?.flowTableSize == 1_048_576)
        #expect(
            read("sluice_flow_table \(word)").warnings == [
                "2: '\(word)' is not valid for 'sluice_flow_table': ignored (flows, 4096 to 67108864)"
            ])
    }

    @Test("sluice_interfaces lists names, over several lines too, each once")
    func interfaces() {
        let reading = read("sluice_interfaces eth0 eth1\nsluice_interfaces eth1 bond0.7")
        #expect(reading.global?.interfaces == ["eth0", "eth1", "bond0.7"])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("What can't be an interface's name is ignored", arguments: ["a/b", "..", "interface-name16", "a:1"])
    func interfaceNames(name: String) {
        let reading = read("sluice_interfaces eth0 \(name)")
        #expect(reading.global?.interfaces == ["eth0"])
        #expect(reading.warnings == ["2: '\(name)' is no interface name: ignored (1 to 15 bytes, no slash)"])
    }

    @Test(
        "sluice_drain is a TIMER",
        arguments: [("0", 0), ("2.5", 2.5), (".5", 0.5), ("3600", 3_600), ("0.000001", 1e-6)])
    func drain(word: String, seconds: Double) {
        #expect(read("sluice_drain \(word)").global?.drainSeconds == seconds)
    }

    @Test(
        "sluice_drain out of range, or no TIMER, keeps the default",
        arguments: ["3600.1", "-1", "5s", ".", "1.2.3", "0.0000001", "1e3", "0x10", "inf", "nan"])
    func drainRange(word: String) {
        #expect(read("sluice_drain \(word)").global?.drainSeconds == 5)
        #expect(
            read("sluice_drain \(word)").warnings == [
                "2: '\(word)' is not valid for 'sluice_drain': ignored (seconds, 0 to 3600)"
            ])
    }

    @Test("sluice_timeouts takes three times within 1...7200 s")
    func timeouts() {
        let defaults = Timeouts()
        #expect(
            read("sluice_timeouts 1 2 7200").global?.timeouts
                == Timeouts(tcpSeconds: 1, tcpFinSeconds: 2, udpSeconds: 7_200))
        for bad in ["0 1 1", "1 1 7201", "1 2 x"] {
            #expect(read("sluice_timeouts \(bad)").global?.timeouts == defaults)
            #expect(read("sluice_timeouts \(bad)").warnings.count == 1)
        }
        #expect(
            read("sluice_timeouts 1 2 3 4").global?.timeouts == Timeouts(tcpSeconds: 1, tcpFinSeconds: 2, udpSeconds: 3)
        )
        #expect(read("sluice_timeouts 1 2 3 4").warnings.count == 1)
    }

    @Test("keepalived's lvs_timeouts sets those that it names")
    func lvsTimeouts() {
        let reading = read("lvs_timeouts tcp 60 udp 0\nlvs_timeouts tcpfin 30")
        #expect(reading.global?.timeouts == Timeouts(tcpSeconds: 60, tcpFinSeconds: 30, udpSeconds: 300))
        #expect(reading.diagnostics.isEmpty)
        let long = read("lvs_timeouts tcp 86400")
        #expect(long.global?.timeouts.tcpSeconds == 7_200)
        #expect(long.warnings == ["2: 86400 s is longer than idle flows are kept: 7200 s is used"])
        #expect(read("lvs_timeouts tcp x").warnings.count == 1)
        #expect(read("lvs_timeouts foo 1").warnings.count == 1)
        #expect(read("lvs_timeouts").warnings.count == 1)
    }

    @Test("What nothing acts on is noted once each, and several blocks add up")
    func others() {
        let reading = Reading(
            "global_defs {\nrouter_id A\nrandom_seed 1\nenable_dbus\nsluice_drain 1\n}\n"
                + "global_defs {\nsluice_xdp_mode native\nrouter_id B\n}"
        )
        #expect(
            reading.notes == [
                "3: 'random_seed': understood, not used by Sluice: nothing acts on it yet",
                "4: 'enable_dbus': understood, not used by Sluice: it has no D-Bus interface",
            ])
        #expect(reading.warnings.isEmpty)
        #expect(reading.global?.drainSeconds == 1)
        #expect(reading.global?.xdpMode == .native)
        #expect(reading.global?.routerID == "B")
    }
}
