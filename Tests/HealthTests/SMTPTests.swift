import Testing
import Wire

@testable import Health

extension SMTPDialogue {
    mutating func receive(_ text: String) -> Response { Array(text.utf8).withUnsafeBytes { receive($0) } }
}

@Suite struct SMTPTests {
    private let hello = SMTPDialogue.Response.send(Array("HELO me\r\n".utf8))
    private let quit = SMTPDialogue.Response.send(Array("QUIT\r\n".utf8))

    @Test func `220, HELO, 250, QUIT, any reply`() {
        for last in ["221 bye\r\n", "500 what\r\n", "\n"] {
            var dialogue = SMTPDialogue(heloName: "me")
            #expect(dialogue.receive("220 mail.example.org") == .wait)
            #expect(dialogue.receive(" ready\r\n") == hello)
            #expect(dialogue.receive("250 pleased\r\n") == quit)
            #expect(dialogue.receive(last) == .done(.passed()))
            #expect(dialogue.close() == .passed())
        }
    }

    @Test func `Replies of several lines count as one`() {
        var dialogue = SMTPDialogue(heloName: "me")
        #expect(dialogue.receive("220-one\r\n220-two\r\n") == .wait)
        #expect(dialogue.receive("220 three\r\n") == hello)
        #expect(dialogue.receive("250-SIZE\r\n250\r\n") == quit)
    }

    @Test func `Other codes fail, and say what was wanted`() {
        for (text, code) in [("554 no\r\n", 554), ("hello\r\n", nil), ("22\r\n", nil), ("\r\n", nil)]
            as [(String, Int?)]
        {
            var dialogue = SMTPDialogue(heloName: "me")
            #expect(dialogue.receive(text) == .done(.failed(.smtp(.greeting, code: code, wanted: 220))), "\(text)")
        }
        var dialogue = SMTPDialogue(heloName: "me")
        _ = dialogue.receive("220 x\r\n")
        #expect(dialogue.receive("220 x\r\n") == .done(.failed(.smtp(.hello, code: 220, wanted: 250))))
        #expect(dialogue.receive("250 x\r\n") == .done(.failed(.smtp(.hello, code: 220, wanted: 250))), "decided")
    }

    @Test func `A close before the end fails`() {
        var dialogue = SMTPDialogue(heloName: "me")
        for reply in ["220 x\r\n", "250 x\r\n", ""] {
            var closed = dialogue
            #expect(closed.close() == .failed(.closed(.waiting)))
            _ = dialogue.receive(reply)
        }
    }

    @Test func `A reply without an end fails, in bounded memory`() {
        var dialogue = SMTPDialogue(heloName: "me")
        var response = SMTPDialogue.Response.wait
        for _ in 0..<80 where response == .wait { response = dialogue.receive(String(repeating: "a", count: 1_000)) }
        #expect(response == .done(.failed(.smtpReplyTooLong(.greeting))))
        dialogue = SMTPDialogue(heloName: "me")
        for _ in 0..<20_000 { response = dialogue.receive("220-\r\n") }
        #expect(response == .done(.failed(.smtpReplyTooLong(.greeting))))
    }

    @Test func `The name can't smuggle commands in`() {
        var dialogue = SMTPDialogue(heloName: "me\r\nMAIL FROM:<x>")
        #expect(dialogue.receive("220 x\r\n") == .send(Array("HELO meMAILFROM:<x>\r\n".utf8)))
    }
}
