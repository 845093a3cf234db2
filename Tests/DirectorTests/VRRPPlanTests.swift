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

private func configuration(_ text: String) throws -> Configuration {
    try #require(ConfigurationReader.read(path: "t.conf", from: Text(text: text)).configuration)
}

@Suite struct VRRPPlanTests {
    private static func instance(_ name: String = "VI", _ lines: String = "", id: Int = 51) -> String {
        """
        vrrp_instance \(name) {
            interface eth0
            virtual_router_id \(id)
            \(lines)
            virtual_ipaddress {
                192.0.2.10/24
            }
        }

        """
    }

    @Test func `What an instance doesn't say is keepalived's default`() throws {
        let plan = VRRPPlan(try configuration(Self.instance()))
        let instance = try #require(plan.instances.first)
        #expect(instance.settings.version == .v2)
        #expect(instance.settings.priority == 100)
        #expect(instance.settings.advertInterval == .seconds(1))
        #expect(instance.settings.gratuitous == GratuitousSettings())
        #expect(instance.settings.addresses == [IPAddress("192.0.2.10")])
        #expect(instance.settings.preempts && !instance.settings.isGrouped)
        #expect(instance.group == AdvertWire.ipv4Group)
        #expect(instance.authentication == .none)
        #expect(instance.addresses.map(\.interface) == ["eth0"])
        #expect(instance.trackers.isEmpty)
    }

    @Test func `What an instance says goes before what global_defs say`() throws {
        let global = "global_defs {\nvrrp_version 3\nvrrp_garp_master_repeat 2\nvrrp_down_timer_adverts 5\n}\n"
        let own = "advert_int 0.01\ndown_timer_adverts 4\ngarp_master_delay 7\nnopreempt\nv3_checksum_as_v2 true"
        let instance = try #require(VRRPPlan(try configuration(global + Self.instance("VI", own))).instances.first)
        #expect(instance.settings.version == .v3)
        #expect(instance.settings.clampedInterval == .milliseconds(10))
        #expect(instance.settings.downTimerAdverts == 4)
        #expect(instance.settings.gratuitous.count == 2)
        #expect(instance.settings.gratuitous.lowerPriorityCount == 2)
        #expect(instance.settings.gratuitous.secondDelay == .seconds(7))
        #expect(!instance.settings.preempts)
        #expect(instance.checksumReading == .messageOnly)
        #expect(instance.format.checksumReading == .messageOnly)
    }

    @Test func `PASS is eight bytes of the password, and v3 has none`() throws {
        let pass = "authentication {\nauth_type PASS\nauth_pass secret\n}"
        let two = try #require(VRRPPlan(try configuration(Self.instance("VI", pass))).instances.first)
        #expect(two.format.authentication == .password(Array("secret".utf8)))
        let three = try #require(VRRPPlan(try configuration(Self.instance("VI", "version 3\n" + pass))).instances.first)
        #expect(three.format.authentication == .none)
    }

    @Test func `Peers are unicast, with their limits of the TTL`() throws {
        let peers = "unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2 min_ttl 250 max_ttl 255\n192.0.2.3\n}"
        let instance = try #require(VRRPPlan(try configuration(Self.instance("VI", peers))).instances.first)
        #expect(instance.settings.peers == [IPAddress("192.0.2.2"), IPAddress("192.0.2.3")])
        #expect(instance.format.peers.map(\.ttl) == [250...255, 0...255])
        #expect(instance.source == IPAddress("192.0.2.1"))
    }

    @Test func `Trackers have their own weight unless the instance gives another; in a group none without leave`()
        throws
    {
        let script = "vrrp_script check {\nscript /bin/true\nweight -20\n}\n"
        let tracking = "track_script {\ncheck\n}\ntrack_interface {\neth1 weight 5\n}"
        let alone = try #require(VRRPPlan(try configuration(script + Self.instance("VI", tracking))).instances.first)
        #expect(alone.trackers.map(\.name) == ["eth1", "check"])
        #expect(alone.trackers.map(\.weight) == [5, -20])
        let group = "vrrp_sync_group G {\ngroup {\nVI\nVJ\n}\n}\n"
        let text = script + Self.instance("VI", tracking) + Self.instance("VJ", id: 52) + group
        let plan = VRRPPlan(try configuration(text))
        let trackers = try #require(plan.instances.first).trackers
        #expect(!trackers.isEmpty && trackers.allSatisfy { $0.weight == 0 })
        #expect(plan.instances.allSatisfy { $0.settings.isGrouped })
        #expect(plan.groups == [VRRPPlan.Group(name: "G", members: ["VI", "VJ"])])
    }

    @Test func `A VIP's holder is the instance that has it, also where it is excluded from adverts`() throws {
        let excluded = "virtual_ipaddress_excluded {\n192.0.2.20/24\n2001:db8::20/64\n}"
        let plan = VRRPPlan(try configuration(Self.instance("VI", excluded)))
        #expect(plan.instances.first?.settings.addresses.count == 1)
        for text in ["192.0.2.10", "192.0.2.20", "2001:db8::20"] {
            #expect(IPAddress(text).flatMap { plan.holders[$0] } == "VI")
        }
        #expect(plan.holders.count == 3)
    }

    @Test func `A changed priority is the same virtual router, a changed VRID another`() throws {
        let plans = try ["priority 50", "priority 60", "version 3"].map {
            try #require(VRRPPlan(try configuration(Self.instance("VI", $0))).instances.first)
        }
        #expect(plans[0].identity == plans[1].identity && plans[0] != plans[1])
        #expect(plans[0].identity != plans[2].identity)
        let other = try #require(VRRPPlan(try configuration(Self.instance(id: 52))).instances.first)
        #expect(other.identity != plans[0].identity)
    }

    @Test func `A leave is told when it is over`() throws {
        var notices = VRRPNotices(try configuration(Self.instance("VI", "notify /bin/any")))
        let leaving = VirtualRouter.Transition(from: .active, to: .leaving, reason: .shutdown)
        #expect(notices.notice(of: leaving, of: "VI", priority: 100).isEmpty)
    }

    @Test func `Processes and services are tracked by the names that verdicts come under`() throws {
        let service =
            "virtual_server 192.0.2.10 80 {\nprotocol TCP\nlb_kind DR\nlb_algo rr\nquorum 2\nhysteresis 1\n"
            + "real_server 10.0.0.1 80 {\nweight 2\n}\nreal_server 10.0.0.2 80 {\nweight 1\n}\n}\n"
        let process = "vrrp_track_process p {\nprocess nginx\nweight 7\n}\n"
        let lines = "track_process {\np\n}\nsluice_track_service 192.0.2.10 80 tcp weight -20"
        let read = try configuration(service + process + Self.instance("VI", lines))
        let trackers = try #require(VRRPPlan(read).instances.first).trackers
        #expect(
            trackers == [
                PriorityLedger.Tracker(.process, name: "p", weight: 7),
                PriorityLedger.Tracker(.service, name: "TCP 192.0.2.10:80", weight: -20),
            ])
        var quorums = ServiceQuorums()
        let name = try #require(read.virtualServices.first.map { ServiceName($0) })
        let servers = read.virtualServices[0].realServers.map { ServerName(name, $0) }
        #expect(quorums.follow(read, out: []).map(\.verdict) == [.up])
        #expect(quorums.follow(read, out: [servers[1]]).isEmpty, "2 is enough")
        #expect(quorums.follow(read, out: [servers[0]]).isEmpty, "1 is lost by less than the hysteresis")
        #expect(quorums.follow(read, out: Set(servers)).map(\.verdict) == [.down])
        #expect(quorums.follow(read, out: [servers[1]]).isEmpty, "2 is short of quorum and hysteresis")
        #expect(quorums.follow(read, out: []).map(\.verdict) == [.up])
    }

    /// RFC 2202, test cases 1 to 3; RFC 1321, the empty message.
    @Test func `HMAC-MD5 is RFC 2104's`() {
        func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        #expect(hex(KeyedDigest.md5([])) == "d41d8cd98f00b204e9800998ecf8427e")
        let one = KeyedDigest.hmacMD5([UInt8](repeating: 0x0b, count: 16), Array("Hi There".utf8))
        #expect(hex(one) == "9294727a3638bb1c13f48ef8158bfc9d")
        let two = KeyedDigest.hmacMD5(Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        #expect(hex(two) == "750c783e6ab0b503eaa86e310a5db738")
        let three = KeyedDigest.hmacMD5([UInt8](repeating: 0xaa, count: 16), [UInt8](repeating: 0xdd, count: 50))
        #expect(hex(three) == "56be34521d144c88dbb8c733f0e8b3f6")
    }
}
