import Config
import Testing
import Wire

/// What `sluicectl config show` says.
struct ListingTests {
    private static func lines(_ text: String) throws -> [String] {
        try #require(Reading(text).configuration).settings.flatMap { $0.lines() }
    }

    @Test func everyValueSaysWhereItComesFrom() throws {
        let lines = try Self.lines(service("sluice_midstream drop")).map { $0.split(separator: " ").joined(separator: " ") }
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

    @Test func jsonHasValueAndOrigin() throws {
        let configuration = try #require(Reading(service()).configuration)
        let texts = configuration.settings.map(\.json.text)
        let listing = try #require(texts.first { $0.contains("virtual_server") })
        #expect(listing.hasPrefix(#"{"keyword":"virtual_server","value":["10.0.0.1",80],"from":"t.conf:1","settings":["#))
        #expect(listing.contains(#"{"keyword":"protocol","value":"TCP","from":"t.conf:2"}"#))
        #expect(listing.contains(#"{"keyword":"weight","value":1,"from":"default"}"#))
    }
}
