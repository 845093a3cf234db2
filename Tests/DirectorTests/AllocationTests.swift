import CAllocationCount
import Config
import Foundation
import Linux
import Testing
import VRRP
import Wire

@testable import Director

/// A configuration in memory.
private struct Text: ConfigurationSource {
    let text: String

    func read(path: String) throws(ConfigurationSourceError) -> [UInt8] { Array(text.utf8) }
    func glob(_ pattern: String, relativeTo directory: String) -> [String] { [pattern] }
}

/// The driver itself between two ends of a cable, and a peer that sends what it hears. It runs on the calling thread.
private final class Bench {
    static let active = 4
    static let backup = 4
    let driver: VRRPDriver
    let frames: FrameSocket
    private let peerIndex: UInt32
    private var packets: [[UInt8]] = []
    private var nextPeer: UInt64 = 0

    init() throws {
        for words in [
            "link add v0 type veth peer name v1", "link set v0 up", "link set v1 up", "addr add 10.9.0.1/24 dev v0",
            "addr add fd09::1/64 dev v0 nodad", "neigh add 10.9.0.2 lladdr 02:00:00:00:00:09 dev v0",
        ] { #expect(system("ip \(words)") == 0) }
        usleep(1_600_000)
        peerIndex = if_nametoindex("v1")
        frames = try FrameSocket()
        var text = "global_defs {\nvrrp_version 3\nvrrp_garp_master_delay 0\n}\n"
        let unicast = "unicast_src_ip 10.9.0.1\nunicast_peer {\n10.9.0.2\n}"
        for number in 1...Self.active { text += Self.instance(number, 200, number == 1 ? unicast : "") }
        text += "vrrp_sync_group G {\ngroup {\nV3\nV4\n}\n}\n"
        for number in 1...Self.backup { text += Self.instance(100 + number, 100, "") }
        let read = ConfigurationReader.read(path: "t.conf", from: Text(text: text)).configuration
        let plan = VRRPPlan(try #require(read))
        let path = NSTemporaryDirectory() + "sluice-vrrp-\(UUID().uuidString)"
        defer { unlink(path) }
        let keeper = try NetworkKeeper(serving: [], notes: NetworkNotes(path: path + ".network")) { _, _ in }
        driver = try VRRPDriver(VRRPMailbox(), stateFile: VRRPStateFile(path: path), keeper: keeper)
        driver.mailbox.send(.configure(plan))
        for number in 1...Self.backup { packets.append(try Self.advert(100 + number)) }
    }

    /// Every other one over IPv6.
    private static func instance(_ number: Int, _ priority: Int, _ lines: String) -> String {
        let addresses = number % 2 == 0 ? "fe80::\(number)/64\nfd09::\(number)/64" : "10.9.0.\(number + 20)/24"
        return """
            vrrp_instance V\(number) {
                interface v0
                virtual_router_id \(number)
                priority \(priority)
                advert_int 0.01
                \(lines)
                virtual_ipaddress {
                    \(addresses)
                }
            }

            """
    }

    /// As a frame from the other end.
    private static func advert(_ number: Int) throws -> [UInt8] {
        let isIPv6 = number % 2 == 0
        let text = isIPv6 ? ["fe80::\(number)", "fd09::\(number)"] : ["10.9.0.\(number + 20)"]
        let source = try #require(IPAddress(isIPv6 ? "fe80::9" : "10.9.0.2"))
        let settings = VirtualRouterSettings(
            name: "peer", routerID: UInt8(number), version: .v3, priority: 250, advertInterval: .milliseconds(10),
            addresses: text.compactMap { IPAddress($0) }, source: source)
        var codec = AdvertCodec(AdvertFormat(settings))
        let group = AdvertWire.group(isIPv6 ? .ipv6 : .ipv4)
        var bytes: [UInt8] = []
        try codec.encode(priority: 250, source: source, destination: group, into: &bytes)
        let mac = try #require(MACAddress("02:00:00:00:00:09"))
        guard case .v6(let from) = source, case .v6(let to) = group else {
            let all = try #require(MACAddress("01:00:5e:00:00:12"))
            return Packet([Ethernet(source: mac, destination: all, type: EtherType.ipv4), Payload(bytes)]).bytes
        }
        let all = try #require(MACAddress("33:33:00:00:00:12"))
        let length = UInt8(bytes.count)
        let header: [UInt8] = [0x6c, 0, 0, 0, 0, length, 112, 255]
        let addresses = IPAddress.v6(from).bytes + IPAddress.v6(to).bytes
        return Packet([
            Ethernet(source: mac, destination: all, type: EtherType.ipv6), Payload(header + addresses + bytes),
        ]).bytes
    }

    /// Turns of the driver's loop for so long, the peer's adverts in between; what they allocated.
    func run(seconds: Double) throws -> UInt64 {
        let end = SystemClock.monotonicNanoseconds + UInt64(seconds * 1e9)
        var allocations: UInt64 = 0
        while SystemClock.monotonicNanoseconds < end {
            if SystemClock.monotonicNanoseconds >= nextPeer {
                nextPeer = SystemClock.monotonicNanoseconds + 9_000_000
                for packet in packets { try frames.send(packet, by: peerIndex) }
            }
            allocation_count_start()
            driver.turn()
            allocations += allocation_count_stop()
        }
        return allocations
    }

    var sent: UInt64 { driver.members.reduce(0) { $0 + $1.router.statistics.advertsSent } }
    var received: UInt64 { driver.members.reduce(0) { $0 + $1.router.statistics.advertsReceived } }
}

/// The driver's thread takes nothing from the heap for adverts that come and go: an allocation can wait for a lock that
/// an ordinary thread holds, or for memory.
@Suite(.enabled(if: getuid() == 0, "needs root, for a network namespace")) struct AllocationTests {
    @Test func `Adverts by the thousand, sent and received, allocate nothing`() async throws {
        // Expectations are of this task, not of the namespace's thread.
        let seen = try await NetworkNamespace.fresh.run {
            let bench = try Bench()
            _ = try bench.run(seconds: 1.5)
            let states = bench.driver.members.map(\.router.state)
            let (sent, received) = (bench.sent, bench.received)
            let allocations = try bench.run(seconds: 4)
            return (states, sent: bench.sent - sent, received: bench.received - received, allocations)
        }
        let wanted = [VirtualRouter.State](repeating: .active, count: Bench.active)
        #expect(seen.0 == wanted + [VirtualRouter.State](repeating: .backup, count: Bench.backup))
        #expect(seen.sent > 1_200 && seen.received > 1_200, "\(seen.sent) and \(seen.received)")
        #expect(seen.3 == 0, "allocations for \(seen.sent) adverts sent and \(seen.received) received")
    }

    @Test func `The count is of what is allocated`() {
        allocation_count_start()
        let array = [UInt8](repeating: 1, count: 10_000)
        let count = allocation_count_stop()
        #expect(count >= 1 && array.count == 10_000)
        allocation_count_start()
        #expect(allocation_count_stop() == 0)
    }
}
