/// Judges the response to one request: status, then digest, then pattern, as keepalived does. Memory is bounded however
/// long the response is.
///
/// It is sooner done than keepalived, which always waits until the connection is closed: a wrong status is told at once,
/// and a body ends where its length or its last chunk says. keepalived takes the digest of a chunked body with the chunk
/// sizes in it; this takes that of the body.
package struct HTTPResponseChecker: Sendable {
    private let expectation: HTTPExpectation
    private var parser: HTTPResponseParser
    private var body: Body
    private var verdict: CheckOutcome?

    /// What looks at the body.
    private struct Body: Sendable {
        var digest: (any IncrementalDigest)?
        var search: PatternSearch?
        var length: UInt64 = 0

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            length &+= UInt64(bytes.count)
            digest?.update(bytes)
            search?.add(bytes)
        }
    }

    /// For one response. `digest` is new and empty; it is used only if the expectation has one.
    package init(_ expectation: HTTPExpectation, digest: (any IncrementalDigest)? = nil) {
        self.expectation = expectation
        parser = HTTPResponseParser(wanted: expectation.statusCodes)
        body = Body(
            digest: expectation.digest == nil ? nil : digest, search: expectation.pattern.map { PatternSearch($0) })
    }

    /// What it waits for: what a time-out is reported with.
    package var phase: CheckPhase {
        if !parser.hasBegun { return .waiting }
        return parser.hasHeaders ? .body : .headers
    }

    /// Bytes of the body so far.
    package var bodyLength: UInt64 { body.length }

    /// The connection was closed before the body was complete. keepalived lets that pass (and logs it), so it is no
    /// failure by itself.
    package private(set) var isTruncated = false

    /// Takes the next bytes from the server; the outcome as soon as it is known. After that, nothing changes it.
    package mutating func receive(_ bytes: UnsafeRawBufferPointer) -> CheckOutcome? {
        var index = 0
        while verdict == nil, index < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[index...])
            index += parser.parse(rest) { body.add($0) }
            step()
        }
        return verdict
    }

    /// The server closed the connection: the outcome.
    package mutating func close() -> CheckOutcome {
        if let verdict { return verdict }
        switch parser.state {
        case .statusLine, .headers: verdict = .failed(.closed(phase))
        case .failed(let fault): verdict = .failed(.http(fault))
        case .bodyUntilClose, .complete: verdict = judgeBody()
        case .body, .chunkSize, .chunk, .chunkEnd, .trailers:
            isTruncated = true
            verdict = judgeBody()
        }
        return verdict ?? .failed(.closed(phase))
    }

    private mutating func step() {
        if case .failed(let fault) = parser.state {
            verdict = .failed(.http(fault))
        } else if parser.hasHeaders, let status = parser.status,
            !expectation.statusCodes.contains(where: { $0.contains(status) })
        {
            verdict = .failed(.status(status, wanted: expectation.statusCodes))
        } else if parser.state == .complete {
            verdict = judgeBody()
        }
    }

    private mutating func judgeBody() -> CheckOutcome {
        if let wanted = expectation.digest {
            guard body.digest?.finish() == wanted else { return .failed(.digest) }
        }
        if let pattern = expectation.pattern {
            body.search?.finish()
            let isMatched = body.search?.isMatched ?? false
            guard isMatched != pattern.mustFail else { return .failed(.pattern(isMatched: isMatched)) }
        }
        return .passed()
    }
}
