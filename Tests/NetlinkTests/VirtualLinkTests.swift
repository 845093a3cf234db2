import Glibc
import Testing
import Wire

@testable import Netlink

/// Interfaces on top of others.
@Suite struct VirtualLinkTests {
    private static let mac = MACAddress("00:00:5e:00:01:33")!

    @Test func aMacvlanIsMadeSwitchedAndRemoved() async throws {
        let seen = try await inNamespace {
            try shell("ip link add left type veth peer name right; ip link set left up; ip link set right up")
            var netlink = try NetlinkSocket()
            let base = try netlink.link(named: "left")
            try netlink.add(.macvlan(Self.mac), named: "vrrp.51", on: base.index)
            let made = try netlink.link(named: "vrrp.51")
            let details = try shell("ip -d link show vrrp.51")
            try netlink.setLink(made.index, up: true)
            let up = try netlink.link(named: "vrrp.51")
            try netlink.setLink(made.index, up: false)
            let down = try netlink.link(named: "vrrp.51")
            let removals = (try netlink.removeLink(made.index), try netlink.removeLink(made.index))
            return (base, made, details, up, down, removals, try netlink.links().map(\.name))
        }
        let (base, made, details, up, down, removals, left) = seen
        #expect(made.kind == "macvlan" && made.mac == Self.mac && made.lower == base.index && !made.isUp)
        #expect(details.contains("macvlan mode private"))
        #expect(up.isUp && up.isRunning)
        #expect(!down.isUp)
        #expect(removals == (true, false))
        #expect(!left.contains("vrrp.51"))
    }

    @Test func aNameThatIsTakenIsRefused() async throws {
        let error = try await inNamespace {
            try shell("ip link add left type veth peer name right")
            var netlink = try NetlinkSocket()
            let base = try netlink.link(named: "left")
            return #expect(throws: NetlinkError.self) {
                try netlink.add(.macvlan(Self.mac), named: "right", on: base.index)
            }
        }
        guard case .failed(_, errno: EEXIST, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["", "sixteen-bytes-ab", "a\0b"])
    func aNameThatNoInterfaceCanHaveIsRefused(_ name: String) async throws {
        await #expect(throws: NetlinkError.self) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                try netlink.add(.macvlan(Self.mac), named: name, on: 1)
            }
        }
    }

    @Test func whatLiesBelowMustBeThere() async throws {
        await #expect(throws: NetlinkError.noSuchInterface("#4711")) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                try netlink.add(.macvlan(Self.mac), named: "vrrp.51", on: 4711)
            }
        }
        await #expect(throws: NetlinkError.noSuchInterface("#4711")) {
            try await inNamespace {
                var netlink = try NetlinkSocket()
                try netlink.setLink(4711, up: true)
            }
        }
    }

    /// Many kernels have no ipvlan: then the error names it and says what to do.
    @Test(arguments: IPVLANVisibility.allCases)
    func anIPVLANIsMadeOrTheErrorSaysWhyNot(_ visibility: IPVLANVisibility) async throws {
        let (base, result) = try await inNamespace {
            try shell("ip link add left type veth peer name right")
            var netlink = try NetlinkSocket()
            let base = try netlink.link(named: "left")
            let result = Result { () throws(NetlinkError) -> Link in
                try netlink.add(.ipvlan(visibility), named: "vrrp.51", on: base.index)
                return try netlink.link(named: "vrrp.51")
            }
            return (base, result)
        }
        switch result {
        case .success(let link): #expect(link.kind == "ipvlan" && link.mac == base.mac && link.lower == base.index)
        case .failure(let error):
            #expect("\(error)".contains("no ipvlan devices: load the module (modprobe ipvlan)"), "\(error)")
        }
    }
}
