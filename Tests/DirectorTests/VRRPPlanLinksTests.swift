import Config
import Netlink
import Testing
import VRRP
import Wire

@testable import Director

private struct Text: ConfigurationSource {
    let text: String

    func read(path: String) throws(ConfigurationSourceError) -> [UInt8] { Array(text.utf8) }
    func glob(_ pattern: String, relativeTo directory: String) -> [String] { [pattern] }
}

/// Names, addresses and places of virtual links.
@Suite struct VRRPPlanLinksTests {
    private func plan(_ text: String) throws -> VRRPPlan {
        VRRPPlan(try #require(ConfigurationReader.read(path: "t.conf", from: Text(text: text)).configuration))
    }

    private func instance(
        _ name: String, _ lines: String, on interface: String = "eth0", _ addresses: String = "192.0.2.10/24"
    ) -> String {
        """
        vrrp_instance \(name) {
            interface \(interface)
            virtual_router_id 51
            \(lines)
            virtual_ipaddress {
                \(addresses)
            }
        }

        """
    }

    @Test func `Names and MAC addresses are those of VRID and family, and no name comes twice`() throws {
        let plan = try plan(
            instance("A", "use_vmac") + instance("B", "use_vmac", on: "eth0", "fe80::1/64")
                + instance("C", "use_vmac", on: "eth1") + instance("D", "use_vmac web 02:00:00:00:07", on: "eth2"))
        #expect(plan.links.map(\.name) == ["vrrp.51", "vrrp6.51", "vrrp.51.1", "web"])
        #expect(
            plan.links.compactMap { $0.mac?.description } == [
                "00:00:5e:00:01:33", "00:00:5e:00:02:33", "00:00:5e:00:01:33", "02:00:00:00:07:33",
            ])
        #expect(plan.instances.map { $0.addresses[0].interface } == ["vrrp.51", "vrrp6.51", "vrrp.51.1", "web"])
        #expect(plan.instances[0].settings.handover.takeoverTime == .zero)
    }

    @Test func `Addresses on other interfaces have virtual MACs only if that is said`() throws {
        let addresses = "192.0.2.10/24\n192.0.2.11/24 dev eth1\n192.0.2.12/24 dev eth2 use_vmac"
        let few = try plan(instance("A", "use_vmac", on: "eth0", addresses)).instances[0]
        #expect(few.addresses.map(\.interface) == ["vrrp.51", "eth1", "vrrp.51.1"])
        #expect(few.addressLinks.map(\.base) == ["eth2"])
        let global = "global_defs {\nvmac_prefix v\nvmac_addr_prefix w\n}\n"
        let all = try plan(global + instance("A", "use_vmac\nuse_vmac_addr", on: "eth0", addresses)).instances[0]
        #expect(all.addresses.map(\.interface) == ["v.51", "w.51", "w.51.1"])
        let alone = try plan(instance("A", "", on: "eth0", "192.0.2.10/24 use_vmac")).instances[0]
        #expect(alone.link == nil && alone.addresses.map(\.interface) == ["vrrp.51"])
    }

    @Test func `Accept mode is on but for strict mode and no_accept, and always for the owner`() throws {
        #expect(try plan(instance("A", "")).instances[0].accepts)
        #expect(try !plan(instance("A", "no_accept")).instances[0].accepts)
        #expect(try plan(instance("A", "no_accept\npriority 255")).instances[0].accepts)
        #expect(try !plan(instance("A", "strict_mode on")).instances[0].accepts)
    }
}
