import Config
import Testing

@Suite("When checkers run")
struct CheckerTimingTests {
    private func timing(service body: String = "", server: String = "", checker: String) -> EffectiveTiming? {
        let reading = readService(body, servers: "real_server 10.0.1.1 80 {\n\(server)\n\(checker)\n}")
        guard let block = reading.block, let first = block.realServers.first else { return nil }
        return first.checkers.first?.effectiveTiming(of: first, in: block)
    }

    @Test(
        "keepalived's defaults",
        arguments: [
            ("TCP_CHECK {\n}", 1, 1.0, 5.0), ("HTTP_GET { url { path / } }", 1, 3, 5),
            ("SSL_GET { url { path / } }", 1, 3, 5), ("DNS_CHECK {\n}", 3, 60, 5),
            ("MISC_CHECK { misc_path /a }", 0, 1, 60), ("SMTP_CHECK {\n}", 1, 1, 5), ("UDP_CHECK {\n}", 1, 1, 5),
            ("PING_CHECK {\n}", 1, 1, 5), ("MISC_CHECK {\nmisc_path /a\nmisc_timeout 2\n}", 0, 1, 2),
        ])
    func defaults(checker: String, retries: Int, delayBeforeRetry: Double, timeout: Double) {
        #expect(
            timing(checker: checker)
                == EffectiveTiming(
                    delayLoopSeconds: 60, timeoutSeconds: timeout, retries: retries,
                    delayBeforeRetrySeconds: delayBeforeRetry, warmupSeconds: 60, startsDown: false))
    }

    @Test("The checker's value, else the real server's, else the virtual server's")
    func inheritance() {
        let all = "delay_loop 1\nconnect_timeout 1\nretry 1\ndelay_before_retry 1\nwarmup 1"
        let two = "connect_timeout 2\nretry 2\nwarmup 2"
        #expect(
            timing(service: "\(all)\nalpha", server: two, checker: "TCP_CHECK {\nretry 0\n}")
                == EffectiveTiming(
                    delayLoopSeconds: 1, timeoutSeconds: 2, retries: 0, delayBeforeRetrySeconds: 1, warmupSeconds: 2,
                    startsDown: true))
        #expect(timing(service: "alpha", checker: "TCP_CHECK {\nalpha no\n}")?.startsDown == false)
        let dns = timing(service: "delay_loop 7", checker: "DNS_CHECK {\n}")
        #expect(dns?.delayBeforeRetrySeconds == 7)
        #expect(dns?.warmupSeconds == 7)
    }

    @Test("The Host header: the URL's, the checker's, the real server's, the virtual server's")
    func virtualHost() {
        func host(_ service: String, _ server: String, _ check: String, _ url: String) -> String? {
            let reading = readService(
                service,
                servers: "real_server 10.0.1.1 80 {\n\(server)\nHTTP_GET {\n\(check)\nurl {\npath /\n\(url)\n}\n}\n}")
            guard let block = reading.block, let server = block.realServers.first,
                case .http(let check) = server.checkers.first?.method, let url = check.urls.first
            else { return "?" }
            return block.virtualHost(of: url, in: check, of: server)
        }
        #expect(host("", "", "", "") == nil)
        #expect(host("virtualhost a", "", "", "") == "a")
        #expect(host("virtualhost a", "virtualhost b", "", "") == "b")
        #expect(host("virtualhost a", "virtualhost b", "virtualhost c", "") == "c")
        #expect(host("virtualhost a", "virtualhost b", "virtualhost c", "virtualhost d") == "d")
    }
}
