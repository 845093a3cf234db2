import CSluiceABI
import Config
import Plan
import Testing
import Wire

/// The contents of destinations, against sums over whole headers.
@Suite struct DestinationValueTests {
    private func only(_ wanted: DesiredState) throws -> sluice_destination {
        var maps = Maps()
        try maps.reach(wanted)
        return try #require(maps.state.destinations[0])
    }

    /// The sum of the 16-bit words of some bytes as they lie in memory, folded.
    private func sum(_ bytes: [UInt8], adding start: UInt64 = 0) -> UInt16 {
        var sum = start
        for place in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt64(bytes[place]) + UInt64(bytes[place + 1]) << 8
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return UInt16(sum)
    }

    @Test func directRouting() throws {
        let value = try only(desired(service([real("10.0.0.1", weight: 7)])))
        #expect(value.mode == 0)
        #expect(value.flags == 7)
        #expect(value.dmac == (2, 0, 0, 0, 0, 9))
        #expect(value.smac == (2, 0, 0, 0, 0, 1))
        #expect(value.mtu == 1_500)
        #expect(value.ifindex == 3)
        #expect(value.port == UInt16(80).bigEndian)
        #expect(withUnsafeBytes(of: value.address) { Array($0) } == [UInt8](repeating: 0, count: 12) + [10, 0, 0, 1])
        #expect(value.source == (0, 0, 0, 0))
        #expect(value.sum == 0)
        #expect(value.family == 4)
        #expect(value.weight == 7)
    }

    @Test(arguments: [("192.0.2.1", UInt8(4)), ("2001:db8::1", 41)])
    func tunnelOverIPv4(vip: String, protocolNumber: UInt8) throws {
        let value = try only(desired(service(vip, [real("10.1.2.3", mode: .tun)])))
        // What the forwarder adds: total length, id, flags, TTL. The sum over all then is the header's.
        let header: [UInt8] = [
            0x45, 0, 0x05, 0xdc, 0x12, 0x34, 0x40, 0, 64, protocolNumber, 0, 0, 10, 0, 0, 254, 10, 1, 2, 3,
        ]
        let variable: [UInt8] = [0, 0, 0x05, 0xdc, 0x12, 0x34, 0x40, 0, 64, 0]
        #expect(sum(variable, adding: UInt64(value.sum)) == sum(header))
        #expect(withUnsafeBytes(of: value.source) { Array($0) } == [UInt8](repeating: 0, count: 12) + [10, 0, 0, 254])
        #expect(value.flags == 7)
    }

    @Test func tunnelOverIPv6NeedsNoSum() throws {
        let value = try only(desired(service([real("fd00::1", mode: .tun)])))
        #expect(value.sum == 0)
        #expect(value.family == 6)
        #expect(withUnsafeBytes(of: value.source) { Array($0) } == address("fd00::254").bytes)
        #expect(value.flags == 7)
    }

    @Test func aTunnelWithoutASourceIsNotResolved() throws {
        let server = real("10.0.0.1", mode: .tun)
        var wanted = desired(service([server]))
        wanted.nextHops[server.address]?.source = nil
        #expect(try only(wanted).flags == 3)
        wanted.nextHops[server.address]?.source = address("fd00::254")
        #expect(try only(wanted).flags == 3)
        // The other modes have no use for it.
        wanted.services = [DesiredService(service([real("10.0.0.1", mode: .nat)]))]
        #expect(try only(wanted).flags == 7)
    }

    @Test func aRealServerWithoutANextHopIsNotResolved() throws {
        var wanted = desired(service([real("10.0.0.1")]))
        wanted.nextHops = [:]
        let value = try only(wanted)
        #expect(value.flags == 3)
        #expect(value.ifindex == 0)
    }

    @Test(arguments: [
        ("192.0.2.1", UInt16(80), "10.0.0.1", UInt16(8_080)), ("192.0.2.1", 80, "10.0.0.1", 80),
        ("2001:db8::1", 443, "fd00:1:2:3::4", 8_443), ("255.255.255.255", 65_535, "0.0.0.1", 1),
        ("192.0.2.1", 0, "10.0.0.1", 0),
    ])
    func natGainsTheDifference(vip: String, port: UInt16, server: String, serverPort: UInt16) throws {
        let value = try only(desired(service(vip, port: port, [real(server, port: serverPort, mode: .nat)])))
        // Any packet: the sum over what NAT changes and something else, before and after.
        let rest: [UInt8] = [0xca, 0xfe, 0x13, 0x37]
        let before = sum(address(vip).bytes + [UInt8(port >> 8), UInt8(port & 0xff)] + rest)
        let after = sum(address(server).bytes + [UInt8(serverPort >> 8), UInt8(serverPort & 0xff)] + rest)
        #expect(sum([], adding: UInt64(before) + UInt64(value.sum)) % 0xffff == after % 0xffff)
        #expect(value.port == serverPort.bigEndian)
    }

    @Test func optionsBecomeFlags() throws {
        var it = service(scheduler: .mh, stateless: true, [real("10.0.0.1")])
        it.removedServer = .reschedule
        it.hashesPort = true
        it.picksUpMidstream = false
        var maps = Maps()
        try maps.reach(desired(it))
        #expect(
            maps.find(it).map { UInt32($0.value.flags) }
                == SLUICE_SERVICE_ACTIVE | SLUICE_SERVICE_STATELESS | SLUICE_SERVICE_RESCHEDULE
                | SLUICE_SERVICE_HASH_PORT | SLUICE_SERVICE_DROP_MIDSTREAM)
        // Without a hash, neither statelessness nor picking up makes sense.
        it.scheduler = .rr
        try maps.reach(desired(it))
        #expect(
            maps.find(it).map { UInt32($0.value.flags) }
                == SLUICE_SERVICE_ACTIVE | SLUICE_SERVICE_RESCHEDULE | SLUICE_SERVICE_HASH_PORT)
    }

    @Test func featuresOfAConfiguration() {
        let plain = desired(service([real("10.0.0.1")]))
        #expect(Features(of: plain) == Features(nat: false, anyPort: false, stateless: false))
        let all = desired(
            service([real("10.0.0.1", mode: .nat)]), service(port: 0, []),
            service(port: 81, scheduler: .sh, stateless: true, [real("10.0.0.1")]))
        #expect(Features(of: all) == Features(nat: true, anyPort: true, stateless: true))
    }
}
