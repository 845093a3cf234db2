import Wire

/// One `vrrp_track_process`: whether enough matching processes run (and not too many), with keepalived's delays so that
/// a restart isn't taken for an end.
package struct ProcessTracker: Hashable, Sendable {
    /// As configured.
    package struct Settings: Hashable, Sendable {
        /// Fewer are too few.
        package var quorum = 1
        /// More are too many.
        package var quorumLimit = Int.max
        /// `fork_delay`: how long the quorum must hold before it counts.
        package var riseDelay: Duration = .zero
        /// `terminate_delay`: how long it must be missed before it counts.
        package var fallDelay: Duration = .zero

        /// keepalived's defaults.
        package init() {}
    }

    /// As configured.
    package let settings: Settings
    /// What the count amounts to; waits for the first count.
    package private(set) var verdict = PriorityLedger.Verdict.waiting
    /// Matching processes at last count.
    package private(set) var count = 0
    /// When the shell must call `handleTimer`; nil for never.
    package private(set) var nextDeadline: Instant?

    /// Waits for the first count.
    package init(_ settings: Settings) { self.settings = settings }

    /// Takes a count of matching processes in; the new verdict if it changes at once.
    package mutating func handle(count: Int, at now: Instant) -> PriorityLedger.Verdict? {
        self.count = count
        let wanted = measured
        guard verdict != .waiting else { return become(wanted) }
        guard wanted != verdict else {
            nextDeadline = nil
            return nil
        }
        let delay = wanted == .up ? settings.riseDelay : settings.fallDelay
        guard delay > .zero else { return become(wanted) }
        if nextDeadline == nil { nextDeadline = now + delay }
        return nil
    }

    /// `nextDeadline` has come; the new verdict if it changes.
    package mutating func handleTimer(at now: Instant) -> PriorityLedger.Verdict? {
        guard let due = nextDeadline, due <= now else { return nil }
        return become(measured)
    }

    private var measured: PriorityLedger.Verdict {
        count >= settings.quorum && count <= settings.quorumLimit ? .up : .down
    }

    private mutating func become(_ new: PriorityLedger.Verdict) -> PriorityLedger.Verdict? {
        nextDeadline = nil
        guard new != verdict else { return nil }
        verdict = new
        return new
    }
}

/// A `vrrp_track_file`.
package enum FileTracker {
    /// How much of a file is read.
    package static let sizeLimit = 64

    /// The number at the start of a file: optional white space, a sign, decimal digits, or hexadecimal ones after `0x`.
    /// Anything else, an empty and a missing file are 0; a number that doesn't fit is the nearest that does (32 bits).
    package static func value(of bytes: some Collection<UInt8>) -> PriorityLedger.Verdict {
        var rest = bytes.prefix(sizeLimit).drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        var radix = 10
        if rest.first == UInt8(ascii: "0"), let second = rest.dropFirst().first, second | 0x20 == UInt8(ascii: "x") {
            radix = 16
            rest = rest.dropFirst(2)
        }
        var value = 0
        for byte in rest {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { break }
            value = min(value * radix + digit, Int(Int32.max))
        }
        return .value(isNegative ? -value : value)
    }
}
