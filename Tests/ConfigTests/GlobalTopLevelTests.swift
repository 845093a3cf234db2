import Testing

@testable import Config

@Suite("Top level")
struct TopLevelTests {
    @Test("One-liners, the first of each name counting")
    func words() {
        let reading = Reading(
            "net_namespace blue\nnet_namespace red\ninstance one\nchild_wait_time 7\nuse_pid_dir\n"
                + "net_namespace_ipvs\nnamespace_with_ipsets\nlinkbeat_use_polling\n"
                + "linkbeat_interfaces {\neth0\neth1 MII\neth2 foo\n}\n")
        let configuration = reading.configuration
        #expect(configuration?.netNamespace == "blue")
        #expect(configuration?.instance == "one")
        #expect(configuration?.childWaitTime == 7)
        #expect(
            reading.warnings == [
                "2: 'net_namespace' is set already, in line 1: ignored",
                "12: 'foo' is not valid for 'linkbeat_interfaces': line skipped (MII, ETHTOOL or IOCTL)",
            ])
        #expect(reading.notes.count == 8)
    }

    @Test("child_wait_time needs a value; the names do not")
    func missing() {
        #expect(Reading("child_wait_time").errors.count == 1)
        #expect(Reading("instance").errors.isEmpty)
        #expect(Reading("instance").warnings.count == 1)
        #expect(Reading("child_wait_time x").configuration?.childWaitTime == 5)
    }

    @Test("net_namespace and its like do not belong in global_defs")
    func place() {
        for name in ["net_namespace a", "instance a", "use_pid_dir", "child_wait_time 3", "linkbeat_use_polling"] {
            #expect(Reading("global_defs {\n\(name)\n}").warnings.count == 1)
        }
    }

    @Test("interface_up_down_delays: one time is for both ways")
    func delays() {
        let reading = Reading("interface_up_down_delays {\neth0 1.5\neth1 0 255\neth2 256\neth3\n}")
        #expect(
            reading.configuration?.interfaceUpDownDelays.map(\.wrappedValue) == [
                InterfaceDelays(interface: "eth0", down: 1.5, up: 1.5),
                InterfaceDelays(interface: "eth1", down: 0, up: 255),
            ])
        #expect(reading.warnings.count == 2)
    }
}
