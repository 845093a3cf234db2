import Config
import Testing

/// What `sluicectl config diff` says.
struct ChangeTests {
    private static func changes(_ old: String, _ new: String) throws -> [String] {
        let before = try #require(Reading(old).configuration)
        let after = try #require(Reading(new).configuration)
        return ConfigurationChange.lines(
            ConfigurationChange.changes(from: before, to: after), FlowEffect.effects(from: before, to: after))
    }

    private static let two = "real_server 10.0.1.1 80 {\n}\nreal_server 10.0.1.2 80 {\nweight 2\n}"

    @Test func theSameInOtherWordsIsNoChange() throws {
        let spread = service().replacing("\n", with: "\n\n# comment\n")
        #expect(try Self.changes(service(), spread) == ["nothing differs"])
    }

    @Test func aDefaultWrittenOutIsNoChange() throws {
        let written = service(server: "real_server 10.0.1.2 80 {\nweight 1\n}")
        let left = service("weight 1", server: "real_server 10.0.1.2 80 {\nweight 1\n}")
        #expect(try Self.changes(written, left) == ["nothing differs"])
    }

    @Test func aWeightChangesAndNoFlowIsTouched() throws {
        let new = service(server: Self.two.replacing("weight 2", with: "weight 3"))
        #expect(
            try Self.changes(service(server: Self.two), new) == [
                "virtual_server 10.0.0.1 80", "    real_server 10.0.1.2 80", "        weight: 2 -> 3 (t.conf:9)",
                "established flows: none is touched",
            ])
    }

    @Test func aRealServerIsAdded() throws {
        #expect(
            try Self.changes(service(), service(server: Self.two)) == [
                "virtual_server 10.0.0.1 80", "    real_server 10.0.1.2 80: added (t.conf:8)",
                "established flows: none is touched",
            ])
    }

    @Test(arguments: [("", "packets of its established flows are dropped"),
        ("sluice_removed_server reschedule", "its established flows get another real server")])
    func aRealServerIsRemoved(policy: String, fate: String) throws {
        let lines = try Self.changes(service(policy, server: Self.two), service(policy))
        #expect(
            lines == [
                "virtual_server 10.0.0.1 80", "    real_server 10.0.1.2 80: removed (t.conf:8)", "established flows:",
                "    10.0.0.1:80 TCP, real server 10.0.1.2:80: \(fate)",
            ])
    }

    @Test func aServiceGoesAndAnotherComes() throws {
        let other = service().replacing("10.0.0.1", with: "10.0.0.2")
        #expect(
            try Self.changes(service(), other) == [
                "virtual_server 10.0.0.1 80: removed (t.conf:1)", "virtual_server 10.0.0.2 80: added (t.conf:1)",
                "established flows:",
                "    10.0.0.1:80 TCP: the service is gone; the kernel gets the packets of its established flows",
            ])
    }

    @Test func anotherModeIsAnotherDestination() throws {
        let lines = try Self.changes(service(), service(kind: "NAT"))
        #expect(lines.contains("    lb_kind: DR -> NAT (t.conf:4)"))
        #expect(lines.last == "    10.0.0.1:80 TCP, real server 10.0.1.1:80: packets of its established flows are dropped")
    }

    @Test func statelessnessMayMoveFlows() throws {
        let hashed = service().replacing("lb_algo rr", with: "lb_algo mh")
        let stateless = hashed.replacing("lb_kind DR", with: "lb_kind DR\nsluice_stateless")
        #expect(try Self.changes(hashed, stateless).last?.contains("may get another real server") == true)
    }

    @Test func aGlobalSettingThatIsTakenOutFallsBackToItsDefault() throws {
        let lines = try Self.changes("global_defs {\nsluice_drain 9\n}\n\(service())", service())
        #expect(lines == ["global_defs", "    sluice_drain: 9 -> 5 (t.conf:2)", "established flows: none is touched"])
    }
}
