import CSluiceABI
import Config
import Plan
import Testing
import Wire

@testable import Datapath

/// Frames to virtual MAC addresses, and packets to VIPs that are not accepted.
@Suite struct VirtualMACTests {
    private static let families: [IPAddress.Family] = [.ipv4, .ipv6]
    private static let mac = MACAddress("00:00:5e:00:01:33")!
    private static let place = VirtualMAC.Place(ifindex: 1, mac: mac)

    private func bench(_ family: IPAddress.Family) throws -> Bench {
        try Bench(
            [DesiredService(Bench.service(family, .tcp, .rr, [Bench.server(1, .dr, family)]))],
            features: TestForwarder.allFeatures.union(
                Features(nat: false, anyPort: false, stateless: false, virtualMACs: true, noAccept: true)))
    }

    private func segment(_ family: IPAddress.Family, to mac: MACAddress, port: UInt16 = 80) -> [any PacketLayer] {
        var layers = Bench.segment(to: port, family: family)
        layers[0] = Ethernet(source: W.router, destination: mac)
        return layers
    }

    @Test(arguments: families)
    func `Requirement 42: a frame to an active virtual MAC is ours, to a backup's it is not`(
        _ family: IPAddress.Family
    ) throws {
        let bench = try bench(family)
        let layers = segment(family, to: Self.mac)
        try bench.expectPass(layers, .SLUICE_PASS_OTHER_HOST, "unknown")
        for (role, verdict) in [
            (ServiceRole.backup, sluice_verdict.SLUICE_PASS_OTHER_HOST), (.active, .SLUICE_FORWARDED),
            (.draining, .SLUICE_FORWARDED), (.backup, .SLUICE_PASS_OTHER_HOST),
        ] {
            bench.desired.virtualMACs = [VirtualMAC(Self.place, role: role)]
            try bench.apply()
            #expect(try bench.verdict(layers) == verdict, "\(role)")
            #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED, "the interface's own")
        }
        bench.desired.virtualMACs = [VirtualMAC(.init(ifindex: 4, mac: Self.mac), role: .active)]
        try bench.apply()
        try bench.expectPass(layers, .SLUICE_PASS_OTHER_HOST, "it is another interface's")
        bench.desired.virtualMACs = [VirtualMAC(Self.place, role: .active)]
        try bench.apply()
        try bench.expectPass(
            segment(family, to: MACAddress("00:00:5e:00:01:34")!), .SLUICE_PASS_OTHER_HOST, "another VRID")
    }

    @Test(arguments: families)
    func `Requirement 43: a VIP that is not accepted gets neighbour discovery alone`(
        _ family: IPAddress.Family
    ) throws {
        let bench = try bench(family)
        let other = segment(family, to: W.own, port: 81)
        try bench.expectPass(other, .SLUICE_PASS_NOT_SERVICE, "accepted")
        bench.desired.unacceptedVIPs = [UnacceptedVIP(Bench.vip(family), role: .active)]
        try bench.apply()
        #expect(try bench.verdict(other) == .SLUICE_DROP_NOT_ACCEPTED)
        #expect(
            try bench.verdict(segment(family, to: MACAddress("ff:ff:ff:ff:ff:ff")!, port: 81))
                == .SLUICE_DROP_NOT_ACCEPTED)
        try bench.expectPass(
            segment(family, to: W.other, port: 81), .SLUICE_PASS_OTHER_HOST, "another host's frame")
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED, "its service goes on")
        let ip = Bench.ip(Bench.client(family), Bench.vip(family))
        if family == .ipv6 {
            for type in [135, 136] as [UInt8] {
                try bench.expectPass([W.ethernet, ip, ICMPv6(type: type)], .SLUICE_PASS_NOT_SERVICE, "ND")
            }
            #expect(try bench.verdict([W.ethernet, ip, ICMPv6(type: 128)]) == .SLUICE_DROP_NOT_ACCEPTED)
        } else {
            #expect(try bench.verdict([W.ethernet, ip, ICMPv4(type: 8)]) == .SLUICE_DROP_NOT_ACCEPTED)
        }
        bench.desired.unacceptedVIPs[0].role = .backup
        bench.desired.services[0].role = .backup
        try bench.apply()
        try bench.expectPass(other, .SLUICE_PASS_NOT_SERVICE, "a backup's VIP is the kernel's")
    }
}
