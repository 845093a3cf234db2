/// Why a check failed, as a value: words are made only when somebody asks (`description`).
package enum CheckFailure: Hashable, Sendable {
    /// The connection was refused.
    case refused
    /// The connection was reset.
    case reset
    /// No way there: an ICMP error or no route; the error number.
    case unreachable(errno: Int32)
    /// Another error of the socket; the error number.
    case socket(errno: Int32)
    /// The time was up, during this.
    case timedOut(CheckPhase)
    /// The peer closed the connection, during this.
    case closed(CheckPhase)
    /// The TLS handshake failed: the library's number for the reason.
    case tls(code: Int)
    /// The server's certificate is not accepted.
    case certificate
    /// HTTP: the status, and the ranges that were wanted.
    case status(Int, wanted: [ClosedRange<Int>])
    /// HTTP: the response breaks the protocol.
    case http(HTTPFault)
    /// HTTP: the body's MD5 digest is another one.
    case digest
    /// HTTP: the pattern does not match, or does and must not.
    case pattern(isMatched: Bool)
    /// SMTP: the reply's code (nil: there was none), and the one that was wanted.
    case smtp(SMTPStep, code: Int?, wanted: Int)
    /// SMTP: a reply without an end.
    case smtpReplyTooLong(SMTPStep)
    /// DNS: the response code (RFC 1035 section 4.1.1), 1 to 15.
    case dns(code: UInt8)
    /// UDP: the reply's length in bytes, and what was wanted.
    case replyLength(Int, wanted: ClosedRange<Int>)
    /// UDP: the first byte that differs, counted from 0.
    case replyDiffers(at: Int)
    /// MISC: the exit status.
    case exit(Int32)
    /// MISC: the signal that ended the script.
    case signal(Int32)
    /// FILE: the number in the file.
    case file(Int32)
    /// BFD: the session is not up.
    case bfd(BFDState, BFDDiagnostic)
}

/// What a check was doing when it ended.
package enum CheckPhase: UInt8, Hashable, Sendable {
    case connecting
    case handshake
    case sending
    /// Nothing of the answer has come.
    case waiting
    /// HTTP: in the header section.
    case headers
    /// HTTP: in the body.
    case body
    /// A script.
    case running
}

/// How a response breaks HTTP.
package enum HTTPFault: UInt8, Hashable, Sendable {
    case notHTTP
    case headersTooLong
    case badChunk
}

extension CheckFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused: "connection refused"
        case .reset: "connection reset"
        case .unreachable(let errno): "unreachable (error \(errno))"
        case .socket(let errno): "socket error \(errno)"
        case .timedOut(let phase): "timed out \(phase.words)"
        case .closed(let phase): "connection closed \(phase.words)"
        case .tls(let code): "TLS handshake failed (\(code))"
        case .certificate: "certificate not accepted"
        case .status(let code, let wanted): "HTTP \(code), wanted \(wanted.words)"
        case .http(let fault): fault.words
        case .digest: "the body has another digest"
        case .pattern(let isMatched): isMatched ? "the body matches the pattern" : "the body doesn't match the pattern"
        case .smtp, .smtpReplyTooLong: smtpWords
        case .dns(let code): "DNS \(dnsWords(code))"
        case .replyLength(let length, let wanted): "reply of \(length) bytes, wanted \([wanted].words)"
        case .replyDiffers(let offset): "reply differs at byte \(offset)"
        case .exit(let status): "exit status \(status)"
        case .signal(let signal): "ended by signal \(signal)"
        case .file(let value): "file says \(value)"
        case .bfd(let state, let diagnostic): "BFD session \(state.words) (\(diagnostic.words))"
        }
    }

    private var smtpWords: String {
        switch self {
        case .smtp(let step, let code?, let wanted): "SMTP \(code) \(step.words), wanted \(wanted)"
        case .smtp(let step, nil, let wanted): "no SMTP code \(step.words), wanted \(wanted)"
        case .smtpReplyTooLong(let step): "SMTP reply too long \(step.words)"
        default: ""
        }
    }

    private func dnsWords(_ code: UInt8) -> String {
        let names = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
        return Int(code) < names.count ? names[Int(code)] : "response code \(code)"
    }
}

extension CheckPhase {
    /// As part of a sentence.
    var words: String {
        switch self {
        case .connecting: "while connecting"
        case .handshake: "in the TLS handshake"
        case .sending: "while sending"
        case .waiting: "waiting for an answer"
        case .headers: "in the response's headers"
        case .body: "in the response's body"
        case .running: "while the script ran"
        }
    }
}

extension HTTPFault {
    /// As part of a sentence.
    var words: String {
        switch self {
        case .notHTTP: "the answer is not HTTP"
        case .headersTooLong: "the response's headers are too long"
        case .badChunk: "a chunk of the response is malformed"
        }
    }
}

extension [ClosedRange<Int>] {
    /// "200-299, 404".
    var words: String {
        map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
    }
}
