/// A step of the dialogue: what a reply answers.
package enum SMTPStep: UInt8, Hashable, Sendable, CaseIterable {
    /// The connection: 220.
    case greeting
    /// HELO: 250.
    case hello
    /// QUIT: any reply.
    case quit

    /// As part of a sentence.
    var words: String {
        switch self {
        case .greeting: "as greeting"
        case .hello: "after HELO"
        case .quit: "after QUIT"
        }
    }

    /// The code that passes; nil: any.
    var wantedCode: Int? {
        switch self {
        case .greeting: 220
        case .hello: 250
        case .quit: nil
        }
    }
}

/// SMTP_CHECK: greeting 220, HELO, 250, QUIT, any reply (RFC 5321 section 4.2). A reply may have several lines, of which
/// the last counts; keepalived takes the first line for the whole.
package struct SMTPDialogue: Hashable, Sendable {
    /// What to do after bytes were received.
    package enum Response: Hashable, Sendable {
        /// Wait for more.
        case wait
        /// Send this, and wait.
        case send([UInt8])
        /// It is decided: close.
        case done(CheckOutcome)
    }

    /// Bytes of one reply, all lines; more is a failure.
    static let replyLimit = 65_536

    private let name: String
    /// What the next reply answers.
    package private(set) var step = SMTPStep.greeting
    /// The first four bytes of the present line.
    private var head: [UInt8] = []
    private var replyBytes = 0
    private var outcome: CheckOutcome?

    /// `helo_name`. Control characters in it, which would be further commands, are left out.
    package init(heloName: String) {
        name = String(String.UnicodeScalarView(heloName.unicodeScalars.filter { $0.value > 0x20 }))
    }

    /// What it waits for: what a time-out is reported with.
    package var phase: CheckPhase { .waiting }

    /// Takes the next bytes from the server. What comes after a complete reply in the same piece is dropped: a server
    /// that speaks before it is asked has nothing to say.
    package mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Response {
        if let outcome { return .done(outcome) }
        for byte in bytes {
            replyBytes += 1
            guard replyBytes <= Self.replyLimit else { return finish(.failed(.smtpReplyTooLong(step))) }
            guard byte == 0x0a else {
                if head.count < 4 { head.append(byte) }
                continue
            }
            let isLast = head.count < 4 || head[3] != 0x2d
            let code = head.smtpCode
            head.removeAll(keepingCapacity: true)
            if isLast || code == nil { return endReply(code) }
        }
        return .wait
    }

    /// The server closed the connection: the outcome.
    package mutating func close() -> CheckOutcome {
        if let outcome { return outcome }
        outcome = .failed(.closed(.waiting))
        return .failed(.closed(.waiting))
    }

    private mutating func endReply(_ code: Int?) -> Response {
        replyBytes = 0
        if let wanted = step.wantedCode, code != wanted {
            return finish(.failed(.smtp(step, code: code, wanted: wanted)))
        }
        switch step {
        case .greeting:
            step = .hello
            return .send(Array("HELO \(name)\r\n".utf8))
        case .hello:
            step = .quit
            return .send(Array("QUIT\r\n".utf8))
        case .quit: return finish(.passed())
        }
    }

    private mutating func finish(_ outcome: CheckOutcome) -> Response {
        self.outcome = outcome
        return .done(outcome)
    }
}

extension [UInt8] {
    /// The three digits that it begins with.
    fileprivate var smtpCode: Int? {
        guard count >= 3, prefix(3).allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
