internal import Wire

/// One mail handed to an SMTP server (RFC 5321), as a pure machine: bytes in, bytes out, one deadline. The server is taken
/// for hostile: a reply has a limit of lines and bytes, a step a limit of time that what comes in doesn't prolong.
struct SMTPSession: Hashable, Sendable {
    /// What is being waited for.
    enum Step: Hashable, Sendable {
        case connection, greeting, helo, sender
        /// By its index.
        case recipient(Int)
        case data, content, done
    }

    /// How it ended.
    enum Outcome: Hashable, Sendable {
        /// The server has it, for all recipients but these.
        case delivered(refused: [String])
        /// Why not, as the end of a sentence.
        case failed(String)
    }

    /// A reply's line is 512 bytes at most (RFC 5321, section 4.5.3.1.5); some servers send more.
    static let lineLimit = 2_048
    /// How many lines a reply may have.
    static let lineCountLimit = 64

    private let mail: Mail
    private let helo: String
    private let patience: Duration
    private(set) var step = Step.connection
    /// When it takes too long.
    private(set) var deadline: Instant
    /// nil while it goes on.
    private(set) var outcome: Outcome?
    /// What is to be sent; see `sent`.
    private(set) var output: [UInt8] = []
    private var line: [UInt8] = []
    private var lineCount = 0
    private var refused: [String] = []

    /// Waits for the connection.
    ///
    /// - Parameters:
    ///   - helo: what this host calls itself.
    ///   - patience: for the connection, and then for each reply.
    init(_ mail: Mail, helo: String, patience: Duration, at now: Instant) {
        self.mail = mail
        self.helo = helo
        self.patience = patience
        deadline = now + patience
    }

    /// The connection is there.
    mutating func connected(at now: Instant) { advance(to: .greeting, at: now) }

    /// So many bytes of `output` are under way.
    mutating func sent(_ count: Int) { output.removeFirst(min(max(count, 0), output.count)) }

    /// Something came; none: the server has closed the connection.
    mutating func receive(_ bytes: some Collection<UInt8>, at now: Instant) {
        guard !bytes.isEmpty else { return fail("the server closed the connection") }
        for byte in bytes where outcome == nil {
            guard byte != UInt8(ascii: "\n") else {
                take(line, at: now)
                line.removeAll(keepingCapacity: true)
                continue
            }
            guard line.count < Self.lineLimit else { return fail("a line of its reply is too long") }
            line.append(byte)
        }
    }

    /// The connection broke, or never came about.
    mutating func broke(_ why: String) { fail(why) }

    /// `deadline` has come.
    mutating func timer(at now: Instant) {
        guard deadline <= now else { return }
        fail(step == .connection ? "no connection in time" : "no answer to \(step.word) in time")
    }

    // MARK: Replies

    private mutating func take(_ line: [UInt8], at now: Instant) {
        guard line.count >= 3, line.prefix(3).allSatisfy({ (0x30...0x39).contains($0) }) else {
            return fail("its answer to \(step.word) is no SMTP: \(Self.readable(line))")
        }
        lineCount += 1
        guard lineCount <= Self.lineCountLimit else { return fail("its answer to \(step.word) has too many lines") }
        if line.count > 3, line[3] == UInt8(ascii: "-") { return }
        lineCount = 0
        let code = line.prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        reply(code, Self.readable(line), at: now)
    }

    private mutating func reply(_ code: Int, _ text: String, at now: Instant) {
        switch step {
        case .connection, .done: return
        case .greeting: expect(code == 220, text, then: .helo, "HELO \(SMTPText.word(helo))", at: now)
        case .helo: expect(code == 250, text, then: .sender, "MAIL FROM:<\(SMTPText.word(mail.from))>", at: now)
        case .sender:
            guard code == 250 else { return fail("it answered \(step.word) with \(text)") }
            ask(0, at: now)
        case .recipient(let index):
            if !(250...252).contains(code) { refused.append("\(mail.recipients[index]): \(text)") }
            ask(index + 1, at: now)
        case .data:
            guard code == 354 else { return fail("it answered \(step.word) with \(text)") }
            output += mail.content
            advance(to: .content, at: now)
        case .content:
            guard code == 250 else { return fail("it answered the message with \(text)") }
            say("QUIT")
            step = .done
            outcome = .delivered(refused: refused)
        }
    }

    private mutating func ask(_ index: Int, at now: Instant) {
        guard index < mail.recipients.count else {
            guard refused.count < mail.recipients.count else {
                return fail("it takes none of the recipients: \(refused.first ?? "there are none")")
            }
            say("DATA")
            return advance(to: .data, at: now)
        }
        say("RCPT TO:<\(SMTPText.word(mail.recipients[index]))>")
        advance(to: .recipient(index), at: now)
    }

    private mutating func expect(_ isGood: Bool, _ text: String, then next: Step, _ command: String, at now: Instant) {
        guard isGood else { return fail("it answered \(step.word) with \(text)") }
        say(command)
        advance(to: next, at: now)
    }

    private mutating func advance(to next: Step, at now: Instant) {
        step = next
        deadline = now + patience
    }

    private mutating func say(_ command: String) { output += Array(command.utf8) + [13, 10] }

    private mutating func fail(_ why: String) {
        guard outcome == nil else { return }
        step = .done
        outcome = .failed(why)
    }

    private static func readable(_ line: [UInt8]) -> String {
        var line = line.prefix(120)
        while line.last == 0x0d { line.removeLast() }
        return String(decoding: line.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: " ") }, as: UTF8.self)
    }
}

extension SMTPSession.Step {
    fileprivate var word: String {
        switch self {
        case .connection, .greeting: "the connection"
        case .helo: "HELO"
        case .sender: "MAIL"
        case .recipient: "RCPT"
        case .data: "DATA"
        case .content: "the message"
        case .done: "QUIT"
        }
    }
}
