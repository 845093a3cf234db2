import Config
import Testing
import Wire

/// A service with one real server, whose block begins on line 6, so that its body begins on line 7.
func readServer(_ body: String) -> Reading {
    Reading(service(server: "real_server 10.0.1.1 80 {\n\(body)\n}"))
}

/// The same after a track_file 'f' and a bfd_instance 'b', without their notes and a line of its own for either.
func readServerWithNames(_ body: String) -> Reading {
    let names = "track_file f { file /f } bfd_instance b { neighbor_ip 10.0.9.1 } "
    return Reading(names + service(server: "real_server 10.0.1.1 80 {\n\(body)\n}"))
}

extension Reading {
    /// The blocks that the text has.
    var block: VirtualServerBlock? { configuration?.virtualServers.first }
    var checkers: [Checker] { block?.realServers.first?.checkers ?? [] }
    var checker: Checker? { checkers.first }
}

@Suite("Checkers: what all have")
struct CheckerTests {
    @Test("Every kind of checker, in the order of the file")
    func kinds() {
        let reading = readServerWithNames(
            """
            TCP_CHECK {
            }
            HTTP_GET { url { path / } }
            SSL_GET { url { path / } }
            MISC_CHECK { misc_path /bin/true }
            DNS_CHECK {
            }
            SMTP_CHECK {
            }
            UDP_CHECK {
            }
            PING_CHECK {
            }
            FILE_CHECK { track_file f }
            BFD_CHECK { name b }
            """)
        #expect(reading.warnings == [])
        #expect(reading.errors == [])
        #expect(
            reading.checkers.map(\.method.kind) == [.tcp, .http, .ssl, .misc, .dns, .smtp, .udp, .ping, .file, .bfd])
        #expect(reading.checkers.map(\.location.line) == [7, 9, 10, 11, 12, 14, 16, 18, 20, 21])
    }

    @Test(
        "Where checkers connect to and from, and when",
        arguments: ["TCP_CHECK", "PING_CHECK", "DNS_CHECK", "SMTP_CHECK", "UDP_CHECK", "HTTP_GET", "SSL_GET"])
    func common(kind: String) throws {
        let reading = readServer(
            """
            \(kind) {
            connect_ip fd00::1
            connect_port 8080
            bindto fd00::9
            bind_port 1024
            bind_if eth0
            fwmark 4294967295
            connect_timeout 0.000001
            retry 0
            delay_before_retry 0
            delay_loop 0.5
            warmup 0
            alpha
            log_all_failures yes
            \(kind.hasSuffix("GET") ? "url { path / }" : "")
            }
            """)
        #expect(reading.warnings == [])
        let common = try #require(reading.checker?.common)
        #expect(common.connection.address == IPAddress("fd00::1"))
        #expect(common.connection.port == 8080)
        #expect(common.connection.sourceAddress == IPAddress("fd00::9"))
        #expect(common.connection.sourcePort == 1024)
        #expect(common.connection.interface == "eth0")
        #expect(common.connection.mark == 4_294_967_295)
        #expect(common.timing.connectTimeoutSeconds == 0.000001)
        #expect(common.timing.retries == 0)
        #expect(common.timing.delayBeforeRetrySeconds == 0)
        #expect(common.timing.delayLoopSeconds == 0.5)
        #expect(common.timing.warmupSeconds == 0)
        #expect(common.timing.startsDown == true)
        #expect(common.logsAllFailures)
    }

    @Test(
        "What keepalived ignores is ignored, with a warning",
        arguments: [
            "connect_timeout 0", "connect_timeout 4294.967296", "connect_port 0", "connect_port 65536",
            "connect_port 0x50", "bind_port 0", "connect_ip foo", "bindto 10.0.0.300", "fwmark -1",
            "fwmark 4294967296", "retry -1", "retry 1.5", "retry 4294967296", "delay_loop 0", "delay_loop abc",
            "delay_before_retry -1", "warmup -1", "alpha maybe", "log_all_failures maybe",
            "bind_if waytoolongname1234567",
        ])
    func outOfRange(line: String) {
        let reading = readServer("TCP_CHECK {\n\(line)\n}")
        let keyword = line.split(separator: " ")[0]
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("is not valid for '\(keyword)': ignored") == true)
        #expect(reading.checker == readServer("TCP_CHECK {\n}").checker)
    }

    @Test("A sign, and more digits than microseconds, are fine for keepalived")
    func timers() {
        let reading = readServer("TCP_CHECK {\ndelay_loop +5\nwarmup 1.1234567\ndelay_before_retry .5\n}")
        #expect(reading.checker?.common.timing.delayLoopSeconds == 5)
        #expect(reading.checker?.common.timing.warmupSeconds == 1.123456)
        #expect(reading.checker?.common.timing.delayBeforeRetrySeconds == 0.5)
        #expect(
            reading.warnings == ["9: '1.1234567' has more than six digits after the point: 1.123456 is used"])
    }

    @Test("An argument that is missing is refused, as keepalived 2.2.7 does", arguments: ["connect_port", "retry"])
    func missing(keyword: String) {
        #expect(readServer("TCP_CHECK {\n\(keyword)\n}").errors.count == 1)
    }

    @Test("nb_get_retry is unknown inside TCP_CHECK, and an old name of retry in HTTP_GET")
    func oldRetry() {
        let tcp = readServer("TCP_CHECK {\nnb_get_retry 3\n}")
        #expect(tcp.checker?.common.timing.retries == nil)
        #expect(tcp.warnings.first?.hasPrefix("8: unknown keyword 'nb_get_retry'") == true)
        let http = readServer("HTTP_GET {\nnb_get_retry 3\nurl { path / }\n}")
        #expect(http.checker?.common.timing.retries == 3)
        #expect(http.warnings == ["8: 'nb_get_retry' is an old name (write 'retry')"])
    }

    @Test("A bindto of another family than what is checked: the checker is dropped")
    func sourceFamily() {
        let reading = readServer("TCP_CHECK {\nbindto fd00::1\n}")
        #expect(reading.checkers.isEmpty)
        #expect(
            reading.warnings == [
                "8: bindto fd00::1 is of another family than 10.0.1.1, which is checked: TCP_CHECK skipped"
            ])
        #expect(readServer("TCP_CHECK {\nbindto fd00::1\nconnect_ip fd00::2\n}").checkers.count == 1)
    }

    @Test("A link-local address needs bind_if")
    func linkLocal() {
        let reading = readServer("TCP_CHECK {\nconnect_ip fe80::1\n}")
        #expect(reading.checkers.isEmpty)
        #expect(
            reading.warnings == [
                "8: the link-local address fe80::1 needs a bind_if: TCP_CHECK skipped (bind_if INTERFACE)"
            ])
        #expect(readServer("TCP_CHECK {\nconnect_ip fe80::1\nbind_if eth0\n}").checkers.count == 1)
    }

    @Test("Every keyword of a checker is noted once as not acted on yet")
    func notes() {
        let reading = readServer("TCP_CHECK {\nretry 1\n}\nTCP_CHECK {\nretry 1\n}")
        #expect(
            reading.notes == [
                "7: 'TCP_CHECK': understood, not used by Sluice: nothing acts on it yet",
                "8: 'retry': understood, not used by Sluice: nothing acts on it yet",
            ])
    }
}
