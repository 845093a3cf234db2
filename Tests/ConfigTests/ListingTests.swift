import Config
import Testing
import Wire

/// What `sluicectl config show` says.
struct ListingTests {
    private static func lines(_ text: String) throws -> [String] {
        try #require(Reading(text).configuration).settings.flatMap { $0.lines() }
    }

    @Test func everyValueSaysWhereItComesFrom() throws {
        let lines = try Self.lines(service("sluice_midstream drop")).map {
            $0.split(separator: " ").joined(separator: " ")
        }
        #expect(lines.contains("lb_algo rr # t.conf:3"))
        #expect(lines.contains("sluice_midstream drop # t.conf:5"))
        #expect(lines.contains("sluice_removed_server drop # default"))
        #expect(lines.contains("sluice_drain 5 # default"))
        #expect(lines.contains("real_server 10.0.1.1 80 { # t.conf:6"))
    }

    /// What is listed can be read again, and means the same.
    @Test func aListingIsAConfiguration() throws {
        let text = service("sluice_stateless", server: "real_server 10.0.1.1 80 {\nweight 7\n}")
            .replacing("lb_algo rr", with: "lb_algo mh\nmh-port")
        let first = try #require(Reading(text).configuration)
        let second = try #require(Reading(first.settings.flatMap { $0.lines() }.joined(separator: "\n")).configuration)
        #expect(ConfigurationChange.changes(from: first, to: second) == [])
        #expect(FlowEffect.effects(from: first, to: second) == [])
    }

    /// Nothing that is listed is lost or complained of when it is read again.
    @Test(arguments: [
        service(), "global_defs {\nvrrp_startup_delay 0.000001\nvrrp_garp_interval 0.00012\n}",
        #"""
        vrrp_script a {
        script "/bin/printf '%s\n' \"it's\" 'a \"b\" c' \\'x\\\\ \x41\102\t\cC"
        }
        \#(instance("track_script {\na\n}\nnotify_master \"/bin/echo 'MASTER {now}' \\\\177\""))
        """#,
        """
        track_file w {
        file /run/w
        weight 1
        }
        \(service(server: "real_server 10.0.1.1 80 {\nFILE_CHECK {\ntrack_file w\n}\n}"))
        """,
    ])
    func aListingReadAgainSaysTheSame(text: String) throws {
        let first = Reading(text)
        let before = try #require(first.configuration)
        let second = Reading(before.settings.flatMap { $0.lines() }.joined(separator: "\n"))
        let after = try #require(second.configuration)
        #expect(ConfigurationChange.changes(from: before, to: after) == [])
        #expect(second.warnings.count <= first.warnings.count, "\(second.warnings)")
    }

    @Test func jsonHasValueAndOrigin() throws {
        let configuration = try #require(Reading(service()).configuration)
        let texts = configuration.settings.map(\.json.text)
        let listing = try #require(texts.first { $0.contains("virtual_server") })
        #expect(
            listing.hasPrefix(#"{"keyword":"virtual_server","value":["10.0.0.1",80],"from":"t.conf:1","settings":["#))
        #expect(listing.contains(#"{"keyword":"protocol","value":"TCP","from":"t.conf:2"}"#))
        #expect(listing.contains(#"{"keyword":"weight","value":1,"from":"default"}"#))
    }

    /// Defaults that other settings decide on, and what blocks inherit, are filled in with the line that says so.
    @Test func whatIsInheritedSaysWhereItComesFrom() throws {
        let text = "virtual_server 10.0.0.1 80 {\ndelay_loop 5\nreal_server 10.0.1.1 80 {\nDNS_CHECK {\n}\n}\n}"
        let lines = try Self.lines(text).map { $0.split(separator: " ").joined(separator: " ") }
        let server = try #require(lines.firstIndex { $0.hasPrefix("real_server") })
        let (service, rest) = (lines[..<server], lines[server...])
        #expect(service.contains("protocol UDP # default") && service.contains("lb_algo wlc # default"))
        #expect(rest.contains("lvs_method NAT # default") && rest.contains("weight 1 # default"))
        #expect(rest.contains("delay_loop 5 # t.conf:2") && rest.contains("delay_before_retry 5 # default"))
        #expect(rest.contains("retry 3 # default"))
    }
}
