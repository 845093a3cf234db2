import Config
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

private func configured(_ global: String, _ lines: String = "", more: String = "") throws -> VRRPPlan {
    let text = """
        global_defs {
        \(global)
        }
        \(more)
        vrrp_instance VI {
            interface eth0
            virtual_router_id 51
            \(lines)
            virtual_ipaddress {
                192.0.2.10/24
                198.51.100.1/24 dev eth1
            }
        }

        """
    return VRRPPlan(try #require(ConfigurationReader.read(path: "t.conf", from: Text(text: text)).configuration))
}

@Suite struct VRRPExtraPlanTests {
    @Test func `What the thread is to be like`() throws {
        let none = try configured("").scheduling
        #expect(none == VRRPScheduling() && none.realTimePriority == 1 && none.nice == nil)
        let all = try configured(
            """
            vrrp_priority -5
            vrrp_rt_priority 20
            vrrp_rlimit_rttime 50000
            vrrp_cpu_affinity 0 1
            vrrp_no_swap
            max_auto_priority 40
            min_auto_priority_delay 2000
            disable_local_igmp
            """
        ).scheduling
        #expect(all.nice == -5 && all.realTimePriority == 20 && all.realTimeLimit == 50_000)
        #expect(all.cpus == [0, 1] && all.locksMemory && all.silencesIGMP)
        #expect(all.highestPriority == 40 && all.raisingDelay == .milliseconds(2))
    }

    @Test func `Unicast: TTL, old checksums, and a fault without peers`() throws {
        let peers = "version 3\nunicast_peer {\n192.0.2.2\n}\n"
        let plain = try #require(try configured("", peers).instances.first)
        #expect(plain.sentTTL == 255 && plain.format.checksumReading == .pseudoHeader && !plain.lacksPeer)
        let old = try #require(try configured("", peers + "unicast_ttl 7\nold_unicast_checksum").instances.first)
        #expect(old.format.sentTTL == 7 && old.format.checksumReading == .groupPseudoHeader)
        let never = try #require(try configured("", peers + "old_unicast_checksum never").instances.first)
        #expect(never.format.refusesOldUnicastChecksum && never.format.checksumReading == .pseudoHeader)
        #expect(try configured("", "unicast_fault_no_peer").instances.first?.lacksPeer == true)
    }

    @Test func `Delays, and who is too late`() throws {
        let plan = try configured("vrrp_delay_after_boot 30\nlog_unknown_vrids", "timer_expired_backup 120")
        #expect(plan.delayAfterBoot == .seconds(30) && plan.logsUnknownRouterIDs)
        #expect(plan.instances.first?.settings.yieldsWhenLate == true)
        #expect(plan.instances.first?.settings.othersPriority == 120)
    }

    @Test func `Addresses elsewhere are announced again`() throws {
        #expect(try configured("").instances.first?.extraRefresh == nil)
        #expect(try configured("vrrp_garp_extra_if 10").instances.first?.extraRefresh == nil, "eth1 has no VMAC")
        let all = try #require(try configured("vrrp_garp_extra_if all 10").instances.first)
        #expect(all.extraRefresh == .seconds(10) && all.extraAddresses.map(\.interface) == ["eth1"])
        let own = try configured("vrrp_garp_extra_if all 10", "garp_extra_if all 3").instances.first
        #expect(own?.extraRefresh == .seconds(3))
    }
}

/// A pacer that the expectations can use.
private final class Announcer {
    var pacer = VRRPPacer()

    init(_ pacing: VRRPPacing = VRRPPacing()) { pacer.pacing = pacing }

    func goes(_ number: UInt8, _ interface: String, at now: Instant) -> Bool {
        let frame = VRRPPacer.Frame(bytes: [number], ifindex: 1, interface: interface, family: .ipv4, member: "VI")
        return pacer.admit(frame, at: now)
    }
}

@Suite struct VRRPPacerTests {
    @Test func `Without an interval nothing waits`() {
        let announcer = Announcer()
        for number in 0..<9 as Range<UInt8> {
            #expect(announcer.goes(number, "eth0", at: Instant(nanoseconds: 1)))
        }
        #expect(announcer.pacer.nextDeadline == nil)
    }

    @Test func `The first goes at once, the others one an interval, each interface for itself`() throws {
        let announcer = Announcer(try configured("vrrp_garp_interval 0.1").pacing)
        var now = Instant(nanoseconds: 1_000)
        #expect(announcer.goes(1, "eth0", at: now) && announcer.goes(1, "eth1", at: now))
        for number in 2...4 as ClosedRange<UInt8> { #expect(!announcer.goes(number, "eth0", at: now)) }
        var sent: [UInt8] = []
        while let due = announcer.pacer.nextDeadline {
            #expect(due == now + .milliseconds(100))
            now = due
            sent += announcer.pacer.due(at: now).map { $0.bytes[0] }
        }
        #expect(sent == [2, 3, 4])
        #expect(!announcer.goes(5, "eth0", at: now + .milliseconds(50)))
        announcer.pacer.drop("VI")
        #expect(announcer.pacer.nextDeadline == nil, "an instance that no longer serves announces nothing")
    }

    @Test func `A group has its own interval, and may share it`() throws {
        let group = "garp_group {\ngarp_interval 0.2\ngna_interval 0.3\ninterfaces {\neth0\neth1\n}\n}"
        let announcer = Announcer(try configured("vrrp_garp_interval 0.1", more: group).pacing)
        let now = Instant(nanoseconds: 1_000)
        #expect(announcer.goes(1, "eth0", at: now))
        #expect(!announcer.goes(2, "eth1", at: now), "shared")
        #expect(announcer.pacer.nextDeadline == now + .milliseconds(200))
        #expect(announcer.goes(3, "eth2", at: now), "not in the group")
    }
}

@Suite struct VRRPStrangersTests {
    @Test func `r11 Adverts for unknown VRIDs are counted, and said once a second`() {
        var strangers = VRRPStrangers()
        var lines = 0
        for step in 0..<100 where strangers.count(at: Instant(nanoseconds: UInt64(step) * 50_000_000)) { lines += 1 }
        #expect(strangers.unknownRouterIDs == 100 && lines == 5)
    }

    @Test func `r12 A reason for dropping is said once a minute`() {
        var log = VRRPDropLog()
        let start = Instant(nanoseconds: 0)
        let said = [
            log.maySay(.advertInterval, at: start), log.maySay(.version, at: start),
            log.maySay(.advertInterval, at: start + .seconds(59)),
            log.maySay(.advertInterval, at: start + .seconds(60)),
        ]
        #expect(said == [true, true, false, true])
    }
}
