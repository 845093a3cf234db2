import Testing
import Wire

@testable import Config

@Suite("bfd_instance")
struct BFDTests {
    private func read(_ lines: String) -> Reading { Reading("bfd_instance b {\nneighbor_ip 10.0.0.1\n\(lines)\n}") }
    private func instance(_ lines: String) -> BFDInstance? { read(lines).configuration?.bfdInstances.first }

    @Test("Defaults")
    func defaults() throws {
        let instance = try #require(self.instance(""))
        #expect(instance.name == "b")
        #expect(instance.neighborIP == IPAddress("10.0.0.1"))
        #expect(instance.minRx == 10)
        #expect(instance.minTx == 10)
        #expect(instance.idleTx == 1_000)
        #expect(instance.multiplier == 5)
        #expect(instance.effectiveTTL == 255)
        #expect(instance.maxHops == 0)
        #expect(instance.informsVRRP && instance.informsCheckers)
        let six = Reading("bfd_instance b {\nneighbour_ip fe80::1\n}").configuration?.bfdInstances.first
        #expect(six?.effectiveTTL == 64)
    }

    @Test("Every keyword sets its property")
    func keywords() throws {
        let reading = read(
            "source_ip 10.0.0.2\nmin_rx 3.312\nmin_tx 100\nidle_tx 2000\nmultiplier 3\npassive\nhoplimit 60\n"
                + "max_hops -1\nmultihop\nweight -10 reverse\nvrrp")
        #expect(reading.warnings.isEmpty)
        let instance = try #require(reading.configuration?.bfdInstances.first)
        #expect(instance.sourceIP == IPAddress("10.0.0.2"))
        #expect(instance.minRx == 3.312)
        #expect(instance.minTx == 100)
        #expect(instance.idleTx == 2_000)
        #expect(instance.multiplier == 3)
        #expect(instance.passive)
        #expect(instance.effectiveTTL == 60)
        #expect(instance.maxHops == -1)
        #expect(instance.multihop)
        #expect(instance.weight == BFDWeight(value: -10, isReversed: true))
        #expect(instance.informsVRRP && !instance.informsCheckers)
        #expect(self.instance("vrrp\nchecker").map { $0.informsVRRP && $0.informsCheckers } == true)
    }

    @Test(
        "What is out of range keeps the default, with a warning",
        arguments: [
            "min_rx 0", "min_rx 0.5", "min_rx 4294968", "min_tx 0", "idle_tx 999", "idle_tx x", "multiplier 0",
            "multiplier 256", "ttl 0", "ttl 256", "max_hops -2", "max_hops 256", "weight 254", "weight x",
            "source_ip x", "neighbor_ip x", "multihop z",
        ])
    func ranges(line: String) {
        #expect(instance(line) == instance(""))
        #expect(read(line).warnings.count == 1)
    }

    @Test("What is odd is taken, with a warning")
    func odd() {
        #expect(instance("min_rx 5.5555")?.minRx == 5.555)
        #expect(instance("min_tx 1001")?.minTx == 1_001)
        #expect(instance("weight 5 foo")?.weight == BFDWeight(value: 5, isReversed: false))
        #expect(instance("ttl 5\nmax_hops 6")?.maxHops == 5)
        for line in ["min_rx 5.5555", "min_tx 1001", "idle_tx 10001", "weight 5 foo", "ttl 5\nmax_hops 6"] {
            #expect(read(line).warnings.count == 1)
        }
        #expect(read("ttl 5\nmax_hops 6").warnings == ["4: max_hops 6 is more than the ttl: 5 is used"])
    }

    @Test("An instance needs a neighbour, of the family of its source")
    func neighbour() {
        #expect(Reading("bfd_instance b {\n}").warnings == ["1: bfd_instance 'b' has no neighbor_ip: skipped"])
        let mixed = read("source_ip ::1")
        #expect(mixed.configuration?.bfdInstances.isEmpty == true)
        #expect(
            mixed.warnings == [
                "1: bfd_instance 'b': source_ip ::1 can't reach neighbor_ip 10.0.0.1: skipped "
                    + "(both have to be IPv4, or both IPv6)"
            ])
    }

    @Test("A name that is there already, or too long, is skipped")
    func names() {
        let twice = Reading("bfd_instance b {\nneighbor_ip 1.1.1.1\n}\nbfd_instance b {\nneighbor_ip 1.1.1.2\n}")
        #expect(twice.configuration?.bfdInstances.map(\.neighborIP) == [IPAddress("1.1.1.1")])
        #expect(twice.warnings == ["4: bfd_instance 'b' is there already: skipped"])
        let long = Reading("bfd_instance \(String(repeating: "x", count: 32)) {\nneighbor_ip 1.1.1.1\n}")
        #expect(long.configuration?.bfdInstances.isEmpty == true)
        #expect(long.warnings.count == 1)
        #expect(Reading("bfd_instance {\n}").errors.count == 1)
    }

    @Test("Two instances with one neighbour have to differ in their source, or in multihop")
    func sessions() {
        func count(_ first: String, _ second: String) -> Int? {
            Reading(
                "bfd_instance a {\nneighbor_ip 1.1.1.1\n\(first)\n}\nbfd_instance b {\nneighbor_ip 1.1.1.1\n\(second)\n}"
            ).configuration?.bfdInstances.count
        }
        #expect(count("", "") == 1)
        #expect(count("", "source_ip 1.1.1.5") == 1)
        #expect(count("source_ip 1.1.1.4", "source_ip 1.1.1.5") == 2)
        #expect(count("", "multihop") == 2)
    }
}
