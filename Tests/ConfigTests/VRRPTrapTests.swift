import Config
import Testing
import Wire

/// The traps that operators fall into, each with a warning of its own.
struct VRRPTrapTests {
    private let pass = "authentication {\nauth_type PASS\nauth_pass 1234\n}"

    /// The only warning of an instance with this in its body, without its line.
    private func warning(_ text: String) -> String? {
        let warnings = Reading(text).warnings
        return warnings.count == 1 ? warnings.first.map { String($0.drop { $0 != " " }.dropFirst()) } : "\(warnings)"
    }

    @Test func passwordLongerThanEight() {
        let text = instance("authentication {\nauth_type PASS\nauth_pass 123456789\n}")
        #expect(Reading(text).instance?.authentication?.password == "12345678")
        #expect(
            warning(text)
                == "a password has 8 bytes: the rest of it counts for nothing "
                + "(shorten it to its first 8 bytes, here and on the other routers)")
    }

    @Test(arguments: [("0.5", 1.0), ("0.2", 1.0), ("1.4", 1.0), ("1.5", 2.0), ("254.6", 255.0)])
    func subSecondIntervalsWithVersion2(written: String, used: Double) {
        let text = instance("advert_int \(written)")
        #expect(Reading(text).instance?.advertIntervalSeconds == used)
        #expect(warning(text)?.hasPrefix("'advert_int \(written)' is rounded to") == true)
    }

    @Test(arguments: [("0.5", 0.5, 0), ("0.014", 0.01, 1), ("0.015", 0.02, 1), ("40.95", 40.95, 0), ("41", 40.95, 1)])
    func intervalsWithVersion3(written: String, used: Double, warnings: Int) {
        let reading = Reading(instance("version 3\nadvert_int \(written)"))
        #expect(reading.instance?.advertIntervalSeconds == used)
        #expect(reading.warnings.count == warnings)
    }

    @Test func masterDecidesNothing() {
        let reading = Reading(instance("state MASTER\npriority 150"))
        #expect(reading.warnings == [])
        #expect(
            reading.remarks == [
                "6: 'state MASTER' decides nothing here: it starts as backup, and the higher priority becomes active"
            ])
        #expect(Reading(instance("state BACKUP\npriority 150")).remarks == [])
    }

    @Test func masterWithoutPriorityIsTheOwner() {
        let text = instance("state MASTER")
        #expect(Reading(text).instance?.priority == 255)
        #expect(
            warning(text)
                == "vrrp_instance 'VI' is MASTER without 'priority': 255 is used, that of the addresses' owner "
                + "(write the priority that is meant)")
    }

    @Test func nopreemptWithMaster() {
        let text = instance("state MASTER\npriority 150\nnopreempt")
        #expect(Reading(text).instance?.preempts == true)
        #expect(
            warning(text)
                == "'nopreempt' does not work with 'state MASTER': ignored ('state BACKUP' on all the routers)")
    }

    @Test func preemptDelays() {
        let master = instance("state MASTER\npriority 150\npreempt_delay 30")
        #expect(Reading(master).instance?.preemptDelaySeconds == 0)
        #expect(warning(master)?.hasPrefix("'preempt_delay' does not work with 'state MASTER': ignored") == true)
        let never = instance("nopreempt\npreempt_delay 30")
        #expect(Reading(never).instance?.preemptDelaySeconds == 0)
        #expect(warning(never) == "'preempt_delay' has no meaning with 'nopreempt': ignored")
        #expect(Reading(instance("preempt_delay 30")).instance?.preemptDelaySeconds == 30)
        #expect(warning(instance("strict_mode\npreempt_delay 30")) == "'preempt_delay' is not in strict mode: ignored")
    }

    @Test func priority255() {
        let text = instance("priority 255")
        #expect(Reading(text).instance?.state == .master)
        #expect(warning(text)?.hasPrefix("priority 255 is for the router whose own addresses these are") == true)
        let both = Reading(instance("priority 255\nnopreempt"))
        #expect(both.instance?.preempts == true)
        #expect(both.warnings.last == "7: priority 255 always preempts: 'nopreempt' is ignored (a lower priority)")
    }

    @Test func strictModeHasNoAuthentication() {
        let text = "global_defs {\nvrrp_strict\n}\n" + instance(pass)
        #expect(Reading(text).instance?.authentication == nil)
        #expect(warning(text) == "strict mode has no authentication: ignored (remove it, or strict mode)")
    }

    @Test func strictModeHasNoUnicast() {
        let text = instance("strict_mode\nunicast_peer {\n10.0.0.2\n}")
        #expect(Reading(text).instances.count == 1)
        #expect(
            warning(text) == "strict mode has no unicast; newer versions of keepalived don't start with it "
                + "(remove 'unicast_peer', or strict mode)")
    }

    @Test func strictModeNeedsAddresses() {
        let text = "vrrp_instance V {\nstrict_mode\ninterface eth0\nvirtual_router_id 1\n}\n"
        #expect(Reading(text).instances == [])
        #expect(
            warning(text)?.contains("has no 'virtual_ipaddress', which version 3 and strict mode need: skipped") == true
        )
    }

    @Test(
        "What else strict mode takes back",
        arguments: [
            "accept", "lower_prio_no_advert off", "higher_prio_send_advert", "garp_lower_prio_repeat 3",
            "garp_lower_prio_delay 3", "down_timer_adverts 5", "use_vmac\nvmac_xmit_base", "use_vmac 02:00:00:00:00:07",
            "state MASTER\npriority 100",
        ])
    func strictMode(statement: String) {
        #expect(Reading(instance("strict_mode\n\(statement)")).warnings.count == 1)
        #expect(Reading(instance("strict_mode off\n\(statement)")).warnings == [])
    }

    @Test func version3HasNoAuthentication() {
        let text = instance("version 3\n" + pass)
        #expect(Reading(text).instance?.authentication == nil)
        #expect(warning(text) == "version 3 has no authentication: ignored (remove it, or use version 2)")
    }

    @Test func headersAreForIPv4() {
        let text = instance6("authentication {\nauth_type AH\nauth_pass x\n}")
        #expect(Reading(text).instance?.authentication == nil)
        #expect(warning(text)?.hasPrefix("version 3 has no authentication") == true)
        let master = Reading(instance("state MASTER\npriority 100\nauthentication {\nauth_type AH\nauth_pass x\n}"))
        #expect(master.instance?.state == .backup)
        #expect(master.warnings == ["6: with AH it has to hear the others first: BACKUP is used (state BACKUP)"])
    }

    @Test func halfAnAuthentication() {
        #expect(warning(instance("authentication {\nauth_type PASS\n}"))?.contains("no 'auth_pass'") == true)
        #expect(warning(instance("authentication {\nauth_pass x\n}"))?.contains("no valid 'auth_type'") == true)
    }

    @Test func repeatedVRID() {
        let reading = Reading(instance() + instance(name: "B", address: "10.0.0.2"))
        #expect(reading.instances.map(\.name) == ["VI"])
        #expect(
            reading.warnings == [
                "10: virtual_router_id 51 is that of vrrp_instance 'VI' on the same interface: vrrp_instance 'B' is skipped; "
                    + "keepalived would not start (another virtual_router_id, 1 to 255, the same on all the routers)"
            ])
        for other in [
            instance(name: "B", id: 52, address: "10.0.0.2"),
            instance(name: "B", interface: "eth1", address: "10.0.0.2"),
            instance6(name: "B"), instance("unicast_peer {\n10.0.0.7\n}", name: "B", address: "10.0.0.2"),
        ] {
            #expect(Reading(instance() + other).instances.count == 2)
        }
    }

    @Test func sameAddressInTwoInstances() {
        #expect(
            warning(instance() + instance(name: "B", id: 52))
                == "'10.0.0.1' is an address of vrrp_instance 'VI' too (the one that leaves first takes it away from the other)"
        )
    }

    @Test func sameAddressTwice() {
        #expect(warning(instance(address: "10.0.0.1\n10.0.0.1")) == "vrrp_instance 'VI' has '10.0.0.1' twice")
    }

    @Test func mixedFamilies() {
        let text = instance(address: "10.0.0.1\n2001:db8::1\n10.0.0.2")
        #expect(Reading(text).instance?.addresses.count == 2)
        #expect(
            warning(text) == "'2001:db8::1' is IPv6, but vrrp_instance 'VI' is IPv4: ignored "
                + "(one instance for each family, or virtual_ipaddress_excluded)")
    }

    @Test func linkLocalFirst() {
        let reading = Reading(instance(address: "2001:db8::1/64"))
        #expect(reading.warnings == [])
        #expect(reading.remarks == ["4: the first IPv6 address of an instance should be link-local"])
        #expect(Reading(instance6()).remarks == [])
    }

    @Test(
        "What is incomplete is skipped",
        arguments: [
            ("interface eth0\nvirtual_ipaddress {\n10.0.0.1\n}", "has no valid 'virtual_router_id'"),
            (
                "interface eth0\nvirtual_router_id 256\nvirtual_ipaddress {\n10.0.0.1\n}",
                "has no valid 'virtual_router_id'"
            ),
            ("virtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}", "has no 'interface'"),
            ("virtual_router_id 1\nunicast_peer {\n10.0.0.7\n}", "has neither 'interface' nor 'unicast_src_ip'"),
            (
                "virtual_router_id 1\nunicast_peer {\nfe80::7\n}\nunicast_src_ip fe80::1",
                "has a link-local 'unicast_src_ip' and no 'interface'"
            ),
            ("interface eth0\nvirtual_router_id 1\nversion 3", "has no 'virtual_ipaddress'"),
        ])
    func incomplete(body: String, lack: String) {
        let reading = Reading("vrrp_instance V {\n\(body)\n}\n" + instance())
        #expect(reading.instances.map(\.name) == ["VI"])
        #expect(
            reading.warnings.contains { $0.hasPrefix("1: vrrp_instance 'V' \(lack)") && $0.contains("would not start") }
        )
    }

    @Test func noAddressesAtAll() {
        let text = "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n}\n"
        #expect(warning(text) == "vrrp_instance 'V' has no 'virtual_ipaddress' (at least one address)")
        #expect(Reading(text).instances.count == 1)
        #expect(
            Reading("vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nno_virtual_ipaddress\n}\n").warnings == [])
    }

    @Test func repeatedNames() {
        let text = instance() + instance(id: 52, address: "10.0.0.2")
        #expect(Reading(text).instances.count == 1)
        #expect(warning(text) == "vrrp_instance 'VI' is defined at t.conf:1 already: skipped")
    }
}
