import Config
import Testing
import Wire

/// Lines of virtual_ipaddress and the like.
struct VRRPAddressTests {
    private func read(_ line: String) -> (address: VirtualAddress?, warnings: [String]) {
        let reading = Reading("static_ipaddress {\n\(line)\n}\n")
        return (reading.configuration?.staticAddresses.first?.wrappedValue, reading.warnings)
    }

    @Test func allOptionsInAnyOrder() throws {
        let reading = Reading(
            instance(
                address: "10.0.0.1/24 label eth0:1 brd + no_track dev eth1 use_vmac scope link home -nodad "
                    + "mngtmpaddr noprefixroute autojoin preferred_lft 60"))
        let address = try #require(reading.instance?.addresses.first?.wrappedValue)
        #expect(reading.warnings == [])
        #expect(address.address == IPAddress("10.0.0.1"))
        #expect(address.prefixLength == 24)
        #expect(address.label == "eth0:1")
        #expect(address.broadcast == IPv4Address("10.0.0.255"))
        #expect(!address.isTracked)
        #expect(address.interface == "eth1")
        #expect(address.usesVMAC)
        #expect(address.scope == 253)
        #expect(address.flags == Set(VirtualAddress.Flag.allCases))
        #expect(address.preferredSeconds == 60)
    }

    @Test func defaults() {
        let v4 = read("10.0.0.1").address
        #expect(v4?.prefixLength == 32)
        #expect(v4?.preferredSeconds == VirtualAddress.forever)
        #expect(v4?.broadcast == nil)
        #expect(v4?.isTracked == true)
        let v6 = read("2001:db8::1").address
        #expect(v6?.prefixLength == 128)
        #expect(v6?.preferredSeconds == 0)
        #expect(read("2001:db8::1/64").address?.preferredSeconds == VirtualAddress.forever)
        #expect(read("2001:db8::1 preferred_lft forever").address?.preferredSeconds == VirtualAddress.forever)
    }

    @Test(arguments: [("+", "10.0.0.127"), ("-", "10.0.0.0"), ("10.0.0.9", "10.0.0.9")])
    func broadcast(written: String, expected: String) {
        #expect(read("10.0.0.1/25 brd \(written)").address?.broadcast == IPv4Address(expected))
    }

    @Test func peers() {
        let address = read("10.0.0.1/24 peer 10.0.0.2").address
        #expect(address?.peer == IPAddress("10.0.0.2"))
        #expect(address?.prefixLength == 32)
        #expect(read("10.0.0.1 peer ::1").address?.peer == nil)
        #expect(read("10.0.0.1 peer 10.0.0.2 brd 10.0.0.3").address?.broadcast == nil)
    }

    @Test(
        "Lines that are skipped",
        arguments: [
            "10.0.0.300", "x", "10.0.0.1 brd", "10.0.0.1 brd x", "::1 brd +", "10.0.0.1 dev a dev b", "10.0.0.1 dev",
        ])
    func skipped(line: String) {
        let (address, warnings) = read(line)
        #expect(address == nil)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("line skipped") == true)
    }

    @Test(
        "Options that are ignored",
        arguments: [
            "10.0.0.1/33", "10.0.0.1 scope far", "10.0.0.1 what", "::1 scope link", "::1 label a", "10.0.0.1/31 brd +",
            "10.0.0.1 preferred_lft soon", "10.0.0.1 use_vmac",
        ])
    func ignored(line: String) {
        let (address, warnings) = read(line)
        #expect(address != nil)
        #expect(warnings.count == 1)
        #expect(address?.scope == 0)
        #expect(address?.label == nil)
    }

    @Test func excessIsExcluded() throws {
        let lines = (1...256).map { "10.0.\($0 / 256).\($0 % 256)" }.joined(separator: "\n")
        let reading = Reading(instance(address: lines))
        let instance = try #require(reading.instance)
        #expect(instance.addresses.count == 255)
        #expect(instance.excludedAddresses.count == 1)
        #expect(reading.warnings.count == 1)
        let most = Reading(instanceWith(255))
        #expect(most.instance?.addresses.count == 255)
        #expect(most.warnings == [])
    }

    private func instanceWith(_ count: Int) -> String {
        instance(address: (0..<count).map { "10.0.1.\($0)" }.joined(separator: "\n"))
    }

    @Test func excludedOnesMayBeOfEitherFamily() {
        let reading = Reading(instance("virtual_ipaddress_excluded {\n2001:db8::1/64\n10.0.0.2\n}"))
        #expect(reading.warnings == [])
        #expect(reading.instance?.excludedAddresses.count == 2)
    }

    @Test func trackGroups() {
        let text = instance() + "track_group T {\ngroup {\nVI\nXX\n}\n}\n"
        let reading = Reading(
            text
                + "static_ipaddress {\n10.0.0.7 dev eth0 track_group T\n10.0.0.8 dev eth0 track_group U\n10.0.0.9 track_group T\n}\n"
        )
        #expect(reading.configuration?.staticAddresses.map(\.wrappedValue.trackGroup) == ["T", nil, nil])
        #expect(reading.configuration?.trackGroups.first?.members.map(\.wrappedValue) == ["VI"])
        #expect(reading.warnings.count == 3)
    }
}
