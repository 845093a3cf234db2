import Config
import Testing
import Wire

@Suite("The other checkers")
struct CheckerKindTests {
    @Test("MISC_CHECK")
    func misc() {
        let reading = readServer(
            "MISC_CHECK {\nmisc_path \"/bin/check a b\"\nmisc_timeout 5\nmisc_dynamic\nuser www web\n}")
        #expect(reading.warnings == [])
        guard case .misc(let check) = reading.checker?.method else {
            Issue.record("no MISC_CHECK")
            return
        }
        #expect(check.command == ["/bin/check", "a", "b"])
        #expect(check.timeoutSeconds == 5)
        #expect(check.setsWeight)
        #expect(check.user?.user == "www")
        #expect(check.user?.group == "web")
    }

    @Test("MISC_CHECK: bad timeouts, arguments without quotes, connections, no path")
    func badMisc() {
        #expect(readServer("MISC_CHECK {\nmisc_path /a\nmisc_timeout 4295\n}").warnings.count == 1)
        #expect(readServer("MISC_CHECK {\nmisc_path /a\nmisc_timeout 10.5\n}").warnings.count == 1)
        #expect(
            readServer("MISC_CHECK {\nmisc_path /a b\n}").warnings == [
                "8: 'b' after 'misc_path' has no meaning there: ignored "
                    + "(one word; a command with arguments needs quotes: \"COMMAND ARGUMENTS\")"
            ])
        #expect(
            readServer("MISC_CHECK {\nmisc_path /a\nconnect_timeout 3\n}").warnings.first?.contains("unknown keyword")
                == true
        )
        #expect(readServer("MISC_CHECK {\nmisc_timeout 3\n}").checkers.isEmpty)
        #expect(
            readServer("MISC_CHECK {\n}").warnings == [
                "7: MISC_CHECK has no misc_path: skipped (misc_path \"COMMAND\")"
            ])
    }

    @Test(
        "DNS_CHECK: types in any case",
        arguments: ["A", "ns", "CNAME", "SOA", "mx", "TXT", "AAAA", "RRSIG", "DNSKEY"])
    func dnsTypes(word: String) {
        guard case .dns(let check) = readServer("DNS_CHECK {\ntype \(word)\nname example.org.\n}").checker?.method
        else {
            Issue.record("no DNS_CHECK")
            return
        }
        #expect(check.type.rawValue == word.uppercased())
        #expect(check.name == "example.org.")
    }

    @Test("DNS_CHECK: what keepalived doesn't know is ignored, and the first name counts")
    func badDNS() {
        for type in ["SRV", "ANY", "PTR", "255"] {
            #expect(readServer("DNS_CHECK {\ntype \(type)\n}").warnings.count == 1)
        }
        let label = String(repeating: "a", count: 64)
        for name in ["a..b", ".a", "\(label).org", "a" + String(repeating: ".a", count: 127)] {
            #expect(readServer("DNS_CHECK {\nname \(name)\n}").warnings.count == 1)
        }
        let reading = readServer("DNS_CHECK {\nname .\nname b\n}")
        #expect(reading.warnings == ["9: 'name' is set already, in line 8: ignored"])
        guard case .dns(let check) = reading.checker?.method else { return }
        #expect(check.name == ".")
    }

    @Test("SMTP_CHECK: a host begins with the checker's options so far")
    func smtp() {
        let reading = readServer(
            "SMTP_CHECK {\nhelo_name me\nconnect_port 26\nhost {\nconnect_ip 10.0.9.9\nretry 7\n}\nfwmark 3\n}")
        #expect(reading.warnings == [])
        guard case .smtp(let check) = reading.checker?.method else {
            Issue.record("no SMTP_CHECK")
            return
        }
        #expect(check.heloName == "me")
        #expect(check.hosts.map(\.address) == [IPAddress("10.0.9.9")])
        #expect(check.hosts.map(\.port) == [26])
        #expect(check.hosts.map(\.mark) == [0])
        #expect(reading.checker?.common.connection.address == nil)
        #expect(reading.checker?.common.connection.mark == 3)
        #expect(reading.checker?.common.timing.retries == 7)
    }

    private func udp(_ body: String) -> (UDPCheck?, [String]) {
        let reading = readServer("UDP_CHECK {\n\(body)\n}")
        guard case .udp(let check) = reading.checker?.method else { return (nil, reading.warnings) }
        return (check, reading.warnings)
    }

    @Test("UDP_CHECK")
    func udp() {
        #expect(udp("").0?.requiresReply == false)
        #expect(udp("").0?.maximumReplyLength == 255)
        #expect(udp("payload 0a1b 2c").0?.payload == [0x0a, 0x1b, 0x2c])
        #expect(udp("payload 0a1").0?.payload == [0x0a, 0x01])
        #expect(udp("require_reply").0?.requiresReply == true)
        let (check, warnings) = udp("require_reply 0aXx 1X\nmin_reply_length 3\nmax_reply_length 65535")
        #expect(warnings == [])
        #expect(check?.reply == HexPattern(bytes: [0x0a, 0, 0x10], mask: [0xff, 0, 0xf0]))
        #expect(check?.minimumReplyLength == 3)
        #expect(check?.maximumReplyLength == 65_535)
        #expect(check?.reply?.matches([0x0a, 0x77, 0x1f, 9]) == true)
        #expect(check?.reply?.matches([0x0a, 0x77, 0x2f]) == false)
    }

    @Test("UDP_CHECK: what is not hexadecimal, and lengths that can't be")
    func badUDP() {
        for body in ["payload xyz", "payload", "payload 0aXX", "min_reply_length -1", "max_reply_length 65536"] {
            #expect(udp(body).1.count == 1)
        }
        let (check, warnings) = udp("require_reply XXz")
        #expect(check?.requiresReply == true)
        #expect(check?.reply == nil)
        #expect(warnings == ["8: 'XXz' is not valid for 'require_reply': ignored (hexadecimal digits, X for any)"])
        #expect(
            udp("min_reply_length 10\nmax_reply_length 5").1 == [
                "8: min_reply_length 10 is above max_reply_length 5: the check always fails"
            ])
    }

    @Test("FILE_CHECK")
    func file() {
        for (text, weight, count) in [
            ("", FileWeight(), 0), ("weight -5", FileWeight(value: -5), 0),
            ("weight 3 reverse", FileWeight(value: 3, isReversed: true), 0),
            ("weight 3 noreverse", FileWeight(value: 3), 0),
            ("weight 3 junk", FileWeight(), 1), ("weight x", FileWeight(), 1), ("weight 2147483648", FileWeight(), 1),
            ("weight", FileWeight(), 1),
        ] {
            let reading = readServerWithNames("FILE_CHECK {\ntrack_file f\n\(text)\n}")
            guard case .file(let check) = reading.checker?.method else {
                Issue.record("no FILE_CHECK")
                return
            }
            #expect(check.file == "f")
            #expect(check.weight == weight)
            #expect(reading.warnings.count == count)
        }
        #expect(readServerWithNames("FILE_CHECK {\nweight 3\n}").checkers.isEmpty)
        #expect(readServerWithNames("FILE_CHECK {\n}").warnings.count == 1)
    }

    @Test("BFD_CHECK")
    func bfd() {
        let reading = readServerWithNames("BFD_CHECK {\nname b\nalpha\n}")
        guard case .bfd(let check) = reading.checker?.method else {
            Issue.record("no BFD_CHECK")
            return
        }
        #expect(check.name == "b")
        #expect(reading.checker?.common.timing.startsDown == true)
        #expect(readServerWithNames("BFD_CHECK {\nalpha\n}").checkers.isEmpty)
        #expect(
            readServerWithNames("BFD_CHECK {\nalpha\n}").warnings == [
                "7: BFD_CHECK has no name: skipped (name BFD_INSTANCE)"
            ])
    }

    @Test("A name must be declared, and before it is used")
    func names() {
        let file = readServer("FILE_CHECK {\ntrack_file f\n}")
        #expect(file.checkers.isEmpty)
        #expect(file.warnings == ["7: there is no track_file 'f': FILE_CHECK skipped"])
        let near = readServerWithNames("FILE_CHECK {\ntrack_file ff\n}\nBFD_CHECK {\nname bb\n}")
        #expect(near.checkers.isEmpty)
        #expect(
            near.warnings == [
                "7: there is no track_file 'ff': FILE_CHECK skipped (did you mean 'f'?)",
                "10: there is no bfd_instance 'bb': BFD_CHECK skipped (did you mean 'b'?)",
            ])
        let server = "real_server 10.0.1.1 80 {\nBFD_CHECK {\nname b\n}\nTCP_CHECK {\n}\n}"
        let later = Reading(service(server: server) + "\nbfd_instance b { neighbor_ip 10.0.9.1 }")
        #expect(later.checkers.map(\.method.kind) == [.tcp])
        #expect(
            later.warnings == [
                "7: bfd_instance 'b' comes only later: BFD_CHECK skipped (move the virtual_server below it)"
            ])
    }

    @Test("SSL: a second block replaces the first")
    func ssl() {
        let first = "SSL {\npassword a\nca /ca\ncertificate /cert\nkey /key\n}\n"
        let one = Reading(first + service())
        #expect(one.warnings == [])
        #expect(one.configuration?.tls?.password == "a")
        #expect(one.configuration?.tls?.authorities == "/ca")
        #expect(one.configuration?.tls?.certificate == "/cert")
        #expect(one.configuration?.tls?.key == "/key")
        let two = Reading(first + "SSL {\nca\nkey /k\n}\n" + service())
        #expect(two.configuration?.tls?.password == nil)
        #expect(two.configuration?.tls?.key == "/k")
        #expect(two.warnings.count == 2)
    }
}
