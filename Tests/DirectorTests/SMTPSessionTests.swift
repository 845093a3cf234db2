import Testing
import Wire

@testable import Director

private let mail = Mail(
    from: "lb@example.com", to: ["ops@example.com", "noc@example.com"], subject: "[LB1] VRRP Instance VI - Stopping",
    body: "=> VRRP Instance stopping <=\n.dot", date: "Tue, 24 Nov 2026 00:31:11 +0000")

private let start = Instant(nanoseconds: 1_000_000_000)

/// A session that is connected, and its conversation.
private struct Talk {
    var session = SMTPSession(mail, helo: "lb1", patience: .seconds(5), at: start)

    init() { session.connected(at: start) }

    /// What the client says to this.
    mutating func hears(_ text: String, at now: Instant = start) -> String {
        session.receive(Array(text.utf8), at: now)
        let said = String(decoding: session.output, as: UTF8.self)
        session.sent(session.output.count)
        return said
    }
}

struct SMTPSessionTests {
    @Test func `A mail is handed in step by step, and the text ends with a dot`() {
        var talk = Talk()
        #expect(talk.hears("220 hi\r\n") == "HELO lb1\r\n")
        #expect(talk.hears("250 hello\r\n") == "MAIL FROM:<lb@example.com>\r\n")
        #expect(talk.hears("250 ok\r\n") == "RCPT TO:<ops@example.com>\r\n")
        #expect(talk.hears("250 ok\r\n") == "RCPT TO:<noc@example.com>\r\n")
        #expect(talk.hears("251 forwarded\r\n") == "DATA\r\n")
        let text = """
            Date: Tue, 24 Nov 2026 00:31:11 +0000
            From: lb@example.com
            Subject: [LB1] VRRP Instance VI - Stopping
            X-Mailer: Sluice
            To: ops@example.com, noc@example.com

            => VRRP Instance stopping <=
            ..dot

            .

            """
        #expect(talk.hears("354 go\r\n") == text.replacing("\n", with: "\r\n"))
        #expect(talk.hears("250 queued\r\n") == "QUIT\r\n")
        #expect(talk.session.outcome == .delivered(refused: []))
    }

    @Test func `Replies of several lines, in any pieces, are one reply`() {
        var talk = Talk()
        for piece in ["2", "20-a\r", "\n220", "-\0\u{7f}b\r\n22"] { #expect(talk.hears(piece).isEmpty) }
        #expect(talk.hears("0 c\n") == "HELO lb1\r\n")
    }

    @Test func `A refused recipient leaves the others theirs; with none left there is no mail`() {
        var talk = Talk()
        for reply in ["220 a\r\n", "250 b\r\n", "250 c\r\n"] { _ = talk.hears(reply) }
        #expect(talk.hears("550 no such user\r\n") == "RCPT TO:<noc@example.com>\r\n")
        var other = talk
        #expect(talk.hears("250 ok\r\n") == "DATA\r\n")
        _ = talk.hears("354 go\r\n")
        _ = talk.hears("250 ok\r\n")
        #expect(talk.session.outcome == .delivered(refused: ["ops@example.com: 550 no such user"]))
        _ = other.hears("550 nor this one\r\n")
        #expect(
            other.session.outcome == .failed("it takes none of the recipients: ops@example.com: 550 no such user"))
    }

    @Test func `What a step waits for comes in time, however many bytes drip`() {
        var talk = Talk()
        let end = start + .seconds(5)
        #expect(talk.session.deadline == end)
        _ = talk.hears("2", at: start + .seconds(4))
        talk.session.timer(at: start + .seconds(4.9))
        #expect(talk.session.outcome == nil)
        talk.session.timer(at: end)
        #expect(talk.session.outcome == .failed("no answer to the connection in time"))
    }

    @Test(arguments: [
        ("554 go away\r\n", "it answered the connection with 554 go away"),
        ("hello\r\n", "its answer to the connection is no SMTP: hello"),
        ("\0\0\0\r\n", "its answer to the connection is no SMTP:    "),
        ("220", "the server closed the connection"),
        (String(repeating: "x", count: 5_000), "a line of its reply is too long"),
        (String(repeating: "220-a\r\n", count: 100), "its answer to the connection has too many lines"),
    ])
    func `A hostile server costs a mail and nothing more`(_ reply: String, _ why: String) {
        var talk = Talk()
        _ = talk.hears(reply)
        if reply == "220" { talk.session.receive([], at: start) }
        #expect(talk.session.outcome == .failed(why))
    }

    @Test func `Nothing in a name begins another command or header`() {
        let hostile = Mail(
            from: "a\r\nDATA\r\n@b", to: ["x>\r\nRCPT TO:<y"], subject: "s\r\nBcc: z@z\0", body: ".", date: "d")
        let text = String(decoding: hostile.content, as: UTF8.self)
        #expect(text.contains("Subject: s  Bcc: z@z \r\n"))
        #expect(text.components("\r\n").count { $0.hasPrefix("Bcc") } == 0)
        var session = SMTPSession(hostile, helo: "h\nx", patience: .seconds(5), at: start)
        session.connected(at: start)
        session.receive(Array("220 a\n250 b\n250 c\n".utf8), at: start)
        #expect(
            String(decoding: session.output, as: UTF8.self)
                == "HELO hx\r\nMAIL FROM:<aDATA@b>\r\nRCPT TO:<xRCPTTO:y>\r\n")
    }

    @Test func `Any bytes end in an outcome or in waiting, never in more than the limits`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var talk = Talk()
            for _ in 0..<200 {
                let pieces = ["220 ", "250", "354 ", "-", " ", "\r\n", "\n", "\0", "999"]
                _ = talk.hears(pieces.randomElement(using: &random) ?? "")
            }
            #expect(talk.session.output.isEmpty)
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [Substring] { split(separator: separator) }
}
