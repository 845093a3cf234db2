/// A mail, as an SMTP server takes it.
struct Mail: Hashable, Sendable {
    /// An address.
    var from: String
    /// Addresses, not empty.
    var recipients: [String]
    /// Headers and text with the final dot, lines ended by CR LF, lines that begin with a dot having one more.
    var content: [UInt8]

    /// A plain one. Nothing in a header can begin another line.
    ///
    /// - Parameter date: as in RFC 5322, section 3.3.
    init(from: String, to recipients: [String], subject: String, body: String, date: String) {
        self.from = from
        self.recipients = recipients
        var lines = [
            "Date: \(SMTPText.line(date))", "From: \(SMTPText.line(from))", "Subject: \(SMTPText.line(subject))",
            "X-Mailer: Sluice", "To: \(SMTPText.line(recipients.joined(separator: ", ")))", "",
        ]
        for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = SMTPText.line(String(line))
            lines.append(text.hasPrefix(".") ? "." + text : text)
        }
        lines += ["", "."]
        content = lines.flatMap { Array($0.utf8) + [13, 10] }
    }
}

/// What of a text may stand in an SMTP conversation.
enum SMTPText {
    /// The longest line that any server must take (RFC 5321, section 4.5.3.1.6), without its end.
    static let lineLimit = 998

    /// As one line: control characters are spaces, what is too long is cut.
    static func line(_ text: String) -> String {
        let bytes = text.utf8.prefix(lineLimit).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// As one word of a command: no white space, no control characters, no angle brackets.
    static func word(_ text: String) -> String {
        let bytes = text.utf8.prefix(256).filter { $0 > 0x20 && $0 != 0x7f && $0 != 0x3c && $0 != 0x3e }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Whom mails go to and by what way; nil in a plan if there is none.
struct MailPlan: Hashable, Sendable {
    /// A name or an address.
    var host: String
    /// Host byte order.
    var port: UInt16
    var from: String
    /// Not empty.
    var recipients: [String]
    /// What this host calls itself.
    var helo: String
    /// Put in brackets before each subject.
    var routerID: String
    /// For the connection, and for each reply.
    var patience: Duration
}

/// What a mail says.
struct MailText: Hashable, Sendable {
    /// Without the director's name.
    var subject: String
    var body: String
}
