import Testing
import Wire

@testable import Health

extension HTTPResponseChecker {
    /// Takes bytes from an array.
    mutating func receive(_ bytes: [UInt8]) -> CheckOutcome? { bytes.withUnsafeBytes { receive($0) } }
}

/// A digest that shows its input: a sum that depends on the order.
struct TestDigest: IncrementalDigest {
    private var sum: UInt64 = 1

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { sum = sum &* 31 &+ UInt64(byte) }
    }

    mutating func finish() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: sum)
        return bytes
    }

    static func of(_ text: String) -> [UInt8] {
        var digest = TestDigest()
        Array(text.utf8).withUnsafeBytes { digest.update($0) }
        return digest.finish()
    }
}

/// Finds a plain text, with partial matches as PCRE2 has them.
struct TextMatcher: BodyMatcher {
    var text: [UInt8]
    var lookBehind = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    func search(_ body: UnsafeRawBufferPointer, from start: Int, isLast: Bool) -> BodyMatch {
        guard start <= body.count else { return .none }
        for index in start..<max(body.count, start) {
            let here = body[index...].prefix(text.count)
            guard here.elementsEqual(text.prefix(here.count)) else { continue }
            if here.count == text.count { return .match(at: index) }
            if !isLast { return .partial(from: index) }
        }
        return .none
    }
}

/// A response in pieces of any size; the outcome, and whether it came before the close.
enum HTTPRun {
    static func outcome(
        _ response: String, _ expectation: HTTPExpectation = HTTPExpectation(), piece: Int = .max
    ) -> (outcome: CheckOutcome, isEarly: Bool) {
        var checker = HTTPResponseChecker(expectation, digest: TestDigest())
        var rest = Array(response.utf8)[...]
        while !rest.isEmpty {
            if let outcome = checker.receive(Array(rest.prefix(piece))) { return (outcome, true) }
            rest = rest.dropFirst(piece)
        }
        return (checker.close(), false)
    }

    /// The same in pieces of 1, 2, 3 and 1000 bytes: one outcome.
    static func everyWay(_ response: String, _ expectation: HTTPExpectation = HTTPExpectation()) -> CheckOutcome {
        let all = [1, 2, 3, 7, 1_000].map { outcome(response, expectation, piece: $0).outcome }
        #expect(Set(all).count == 1, "\(all)")
        return all[0]
    }
}
