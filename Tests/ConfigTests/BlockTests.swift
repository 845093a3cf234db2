import Testing

@testable import Config

@Suite("Blocks and keywords")
struct BlockTests {
    @Test("An unknown keyword is skipped, with the nearest known one")
    func unknownKeyword() {
        let reading = Reading(service("delay_lop 6\nnat_mask 255.255.255.0"))
        #expect(
            reading.warnings == [
                "5: unknown keyword 'delay_lop': line skipped (did you mean 'delay_loop'?)",
                "6: unknown keyword 'nat_mask': line skipped",
            ])
        #expect(reading.services.count == 1)
    }

    @Test("An unknown block is skipped whole, known words in it too")
    func unknownBlock() {
        let reading = Reading(service("TCP_CHEK {\nlb_kind NAT\nfoo {\n}\n}\nweight 2"))
        #expect(reading.warnings == ["5: unknown keyword 'TCP_CHEK': block skipped"])
        #expect(reading.servers.map(\.mode) == [.dr])
        #expect(reading.servers.map(\.weight) == [2])
        let top = Reading("vrrp_instnce VI\n{\nvirtual_server 1.2.3.4 5 {\n}\n}\n" + service())
        #expect(top.warnings == ["1: unknown keyword 'vrrp_instnce': block skipped (did you mean 'vrrp_instance'?)"])
        #expect(top.servicePlaces == ["10.0.0.1:80"])
    }

    @Test("A keyword in the wrong block says where it belongs")
    func wrongBlock() {
        let reading = Reading(service("TCP_CHECK {\n}\nuthreshold 5\nsluice_drain 3"))
        #expect(
            reading.warnings == [
                "5: unknown keyword 'TCP_CHECK': block skipped (it belongs in real_server)",
                "7: unknown keyword 'uthreshold': line skipped (it belongs in real_server)",
                "8: unknown keyword 'sluice_drain': line skipped (it belongs in global_defs)",
            ])
        let check = Reading(service(server: "real_server 10.0.1.1 80 { TCP_CHECK { nb_get_retry 3 } }"))
        #expect(
            check.warnings == ["6: unknown keyword 'nb_get_retry': line skipped (it belongs in HTTP_GET or SSL_GET)"])
    }

    @Test("A service inside a block that was not closed is skipped, and the hint says why")
    func swallowedBlock() {
        let reading = Reading(String(service().dropLast(1)) + service())
        #expect(reading.services.count == 1)
        #expect(
            reading.warnings == [
                "8: unknown keyword 'virtual_server': block skipped "
                    + "(it stands outside of blocks: is a '}' missing before it?)",
                "1: the block that begins here is not closed (add a '}')",
            ])
        #expect(
            Reading("connect_port 80").warnings == [
                "1: unknown keyword 'connect_port': line skipped (it belongs in a checker)"
            ])
    }

    @Test("Keywords are case sensitive")
    func caseSensitive() {
        #expect(Reading(service("Weight 5")).servers.map(\.weight) == [1])
        #expect(
            Reading(service("Weight 5")).warnings == [
                "5: unknown keyword 'Weight': line skipped (did you mean 'weight'?)"
            ])
    }

    @Test("A missing { is reported and the block read anyhow")
    func missingOpenBrace() {
        let reading = Reading(service(server: "real_server 10.0.1.1 80\nweight 3\n}"))
        #expect(reading.warnings == ["6: 'real_server' has no '{': what follows is read as its block"])
        #expect(reading.servers.map(\.weight) == [3])
    }

    @Test("Surplus braces are reported and ignored")
    func surplusBraces() {
        let reading = Reading("}\n" + service("weight 3 {") + "\n{\n}\n")
        #expect(
            reading.warnings == [
                "1: a '}' too many: ignored", "6: a '{' after no keyword that opens a block: ignored",
                "10: a '{' after no keyword that opens a block: ignored", "11: a '}' too many: ignored",
            ])
        #expect(reading.servers.map(\.weight) == [3])
    }

    @Test("A block that is not closed ends with the file")
    func missingCloseBrace() {
        let reading = Reading(String(service().dropLast(1)))
        #expect(reading.warnings == ["1: the block that begins here is not closed (add a '}')"])
        #expect(reading.servicePlaces == ["10.0.0.1:80"])
        #expect(
            Reading("vrrp_instance A { x {").warnings == ["1: the block that begins here is not closed (add a '}')"])
    }

    @Test(
        "A keyword without its argument is an error, as in keepalived",
        arguments: [
            "virtual_server {\n}", "virtual_server_group {\n}", "virtual_server group {\n}", service("lb_algo"),
            service("delay_loop"), service(server: "real_server {\n}"), "global_defs {\nsmtp_server\n}",
            service(server: "real_server 10.0.1.1 80 { weight }"), "global_defs {\nsluice_timeouts 1 2\n}",
            service(server: "real_server 10.0.1.1 80 { TCP_CHECK { connect_port } }"),
        ])
    func missingArgument(text: String) {
        let reading = Reading(text)
        #expect(reading.configuration == nil)
        #expect(reading.errors.count == 1)
        #expect(reading.errors.first?.contains("needs") == true)
    }

    @Test("Other top-level blocks are passed over with one note for each kind")
    func otherBlocks() {
        let instance = "vrrp_instance A {\nvirtual_ipaddress {\n10.0.0.1/24 dev eth0\n}\n}\n"
        let reading = Reading(instance + instance + "vrrp_script B { script \"/bin/true {\" }\n" + service())
        #expect(
            reading.notes == [
                "1: 'vrrp_instance': understood, not used yet", "11: 'vrrp_script': understood, not used yet",
            ])
        #expect(reading.warnings.isEmpty)
        #expect(reading.services.count == 1)
    }

    @Test("Checkers and health settings are passed over, each keyword noted once")
    func checkers() {
        let check = """
            real_server 10.0.1.1 80 {
            TCP_CHECK { connect_timeout 3
            connect_port 80 }
            HTTP_GET {
            url {
            path /
            status_code 200
            }
            nb_get_retry 3
            }
            SMTP_CHECK { host { connect_ip 1.2.3.4 } }
            }
            """
        let reading = Reading(service("delay_loop 6\nquorum 2\nsorry_server 10.0.9.9 80\ndelay_loop 7", server: check))
        #expect(reading.warnings.isEmpty)
        #expect(
            reading.notes.map { $0.split(separator: "'")[1] } == [
                "delay_loop", "quorum", "sorry_server", "TCP_CHECK", "HTTP_GET", "SMTP_CHECK",
            ])
    }

    @Test("Edit distance counts insertions, deletions, substitutions and swaps")
    func distance() {
        func distance(_ from: String, _ to: String) -> Int { editDistance(Array(from.utf8), Array(to.utf8)) }
        #expect(distance("", "") == 0)
        #expect(distance("", "abc") == 3)
        #expect(distance("abc", "") == 3)
        #expect(distance("connetc_port", "connect_port") == 1)
        #expect(distance("kitten", "sitting") == 3)
        #expect(nearest(to: "wr", among: ["rr", "wrr"]) == "rr")
        #expect(nearest(to: "foo", among: ["barbarian"]) == nil)
    }

    @Test("Diagnostics print FILE:LINE: severity: message (hint)")
    func description() {
        let location = SourceLocation(file: "a.conf", line: 7)
        #expect(Diagnostic(severity: .warning, location: location, message: "m").description == "a.conf:7: warning: m")
        #expect(
            Diagnostic(severity: .note, location: location, message: "m", hint: "h").description
                == "a.conf:7: note: m (h)")
    }
}
