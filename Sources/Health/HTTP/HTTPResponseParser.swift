/// Takes an HTTP/1.x response apart (RFC 9112) as its bytes come, in bounded memory whatever comes.
struct HTTPResponseParser: Hashable, Sendable {
    enum State: Hashable {
        case statusLine
        case headers
        case bodyUntilClose
        /// So many bytes of the body are missing.
        case body(UInt64)
        case chunkSize
        /// So many bytes of the chunk are missing.
        case chunk(UInt64)
        case chunkEnd
        case trailers
        case complete
        case failed(HTTPFault)
    }

    /// All header sections, interim responses and trailers together, and each chunk's size line.
    static let headerLimit = 65_536
    /// What is kept of a line; no header that matters is longer.
    static let lineLimit = 512

    private(set) var state = State.statusLine
    /// The final response's status; nil until its line is complete.
    private(set) var status: Int?
    /// Bytes have come.
    private(set) var hasBegun = false

    private var line: [UInt8] = []
    private var headerBytes = 0
    private var contentLength: UInt64?
    private var isChunked = false
    /// Statuses below 200 that end the exchange instead of announcing another response.
    private let finalStatuses: [ClosedRange<Int>]

    /// `wanted`: a status below 200 in one of these is taken for the final one.
    init(wanted: [ClosedRange<Int>]) { finalStatuses = wanted }

    /// The headers are complete: `status` is final.
    var hasHeaders: Bool {
        switch state {
        case .statusLine, .headers, .failed: false
        case .bodyUntilClose, .body, .chunkSize, .chunk, .chunkEnd, .trailers, .complete: true
        }
    }

    /// Takes the next bytes; what is of the body is handed on in pieces. Ends early if the headers become complete, so
    /// that the caller can judge the status: gives how many bytes were taken.
    mutating func parse(_ input: UnsafeRawBufferPointer, body: (UnsafeRawBufferPointer) -> Void) -> Int {
        if !input.isEmpty { hasBegun = true }
        let hadHeaders = hasHeaders
        var index = 0
        while index < input.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[index...])
            switch state {
            case .complete, .failed: return input.count
            case .bodyUntilClose:
                body(rest)
                return input.count
            case .body(let missing): index += take(rest, missing, then: .complete, State.body, body)
            case .chunk(let missing): index += take(rest, missing, then: .chunkEnd, State.chunk, body)
            case .statusLine, .headers, .chunkSize, .chunkEnd, .trailers: index += takeLine(rest)
            }
            if hasHeaders, !hadHeaders { return index }
        }
        return index
    }

    private mutating func take(
        _ input: UnsafeRawBufferPointer, _ missing: UInt64, then next: State, _ same: (UInt64) -> State,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Int {
        let count = Int(min(UInt64(input.count), missing))
        body(UnsafeRawBufferPointer(rebasing: input[..<count]))
        state = missing == UInt64(count) ? next : same(missing - UInt64(count))
        return count
    }

    /// Takes bytes up to the end of a line, and acts on a line that is complete.
    private mutating func takeLine(_ input: UnsafeRawBufferPointer) -> Int {
        let end = input.firstIndex(of: 0x0a)
        let count = (end ?? input.count - 1) + 1
        headerBytes += count
        guard headerBytes <= Self.headerLimit else {
            state = .failed(.headersTooLong)
            return count
        }
        line.append(contentsOf: input.prefix(end ?? count).prefix(Self.lineLimit - line.count))
        guard end != nil else { return count }
        if line.last == 0x0d { line.removeLast() }
        endLine()
        line.removeAll(keepingCapacity: true)
        return count
    }

    private mutating func endLine() {
        switch state {
        case .statusLine: endStatusLine()
        case .headers: line.isEmpty ? endHeaders() : endHeader()
        case .chunkSize: endChunkSize()
        case .chunkEnd: state = line.isEmpty ? .chunkSize : .failed(.badChunk)
        case .trailers: if line.isEmpty { state = .complete }
        case .bodyUntilClose, .body, .chunk, .complete, .failed: break
        }
    }

    private mutating func endStatusLine() {
        guard line.starts(with: "HTTP/".utf8), let space = line.firstIndex(of: 0x20) else {
            // An empty line before the status line is tolerated (RFC 9112 section 2.2).
            if !line.isEmpty { state = .failed(.notHTTP) }
            return
        }
        let digits = line[(space + 1)...].prefix { $0 != 0x20 }
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            state = .failed(.notHTTP)
            return
        }
        status = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        contentLength = nil
        isChunked = false
        state = .headers
    }

    private mutating func endHeader() {
        guard let colon = line.firstIndex(of: 0x3a) else { return }
        let value = line[(colon + 1)...].trimmed
        if line[..<colon].isSame(as: "content-length") {
            contentLength = number(value, radix: 10)
        } else if line[..<colon].isSame(as: "transfer-encoding") {
            isChunked = value.suffix(7).isSame(as: "chunked")
        }
    }

    private mutating func endHeaders() {
        guard let status else { return }
        if (100..<200).contains(status), !finalStatuses.contains(where: { $0.contains(status) }) {
            state = .statusLine
            self.status = nil
        } else if status < 200 || status == 204 || status == 304 {
            state = .complete
        } else if isChunked {
            state = .chunkSize
            headerBytes = 0
        } else if let contentLength {
            state = contentLength == 0 ? .complete : .body(contentLength)
        } else {
            state = .bodyUntilClose
        }
    }

    private mutating func endChunkSize() {
        let digits = line.prefix { $0 != 0x3b && $0 != 0x20 && $0 != 0x09 }
        guard let size = number(digits, radix: 16) else {
            state = .failed(.badChunk)
            return
        }
        state = size == 0 ? .trailers : .chunk(size)
        headerBytes = 0
    }
}

/// A whole number without a sign; nil if there is none, something else, or one that is too great.
private func number(_ digits: ArraySlice<UInt8>, radix: UInt64) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for byte in digits {
        let digit: UInt64
        switch byte {
        case 0x30...0x39: digit = UInt64(byte - 0x30)
        case 0x41...0x46: digit = UInt64(byte - 0x41 + 10)
        case 0x61...0x66: digit = UInt64(byte - 0x61 + 10)
        default: return nil
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: radix)
        let (sum, carry) = product.addingReportingOverflow(digit)
        guard digit < radix, !overflow, !carry else { return nil }
        value = sum
    }
    return value
}

extension ArraySlice<UInt8> {
    /// Without spaces and tabs around it.
    fileprivate var trimmed: ArraySlice<UInt8> {
        var slice = drop { $0 == 0x20 || $0 == 0x09 }
        while let last = slice.last, last == 0x20 || last == 0x09 { slice.removeLast() }
        return slice
    }

    /// Whether it is a word in small letters, whatever its case.
    fileprivate func isSame(as word: StaticString) -> Bool {
        word.withUTF8Buffer { other in
            count == other.count && zip(self, other).allSatisfy { ($0 | ((0x41...0x5a).contains($0) ? 0x20 : 0)) == $1 }
        }
    }
}
