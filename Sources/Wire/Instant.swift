/// A moment of a monotonic clock (`CLOCK_MONOTONIC`), in nanoseconds since an origin that only the clock knows. Machines
/// are given it and compare it; they never read a clock.
package struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's origin: 584 years fit.
    package var nanoseconds: UInt64

    /// From nanoseconds since the clock's origin.
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The earlier of two; nil, which is never, comes last.
    package static func earlier(_ left: Self?, _ right: Self?) -> Self? {
        guard let left else { return right }
        guard let right else { return left }
        return min(left, right)
    }

    /// The moment `duration` later, or earlier if it is negative; at most the last and at least the first there is.
    package static func + (instant: Self, duration: Duration) -> Self {
        let offset = duration.nanosecondsClamped
        guard offset < 0 else {
            let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(UInt64(offset))
            return Self(nanoseconds: overflow ? .max : sum)
        }
        let (difference, underflow) = instant.nanoseconds.subtractingReportingOverflow(offset.magnitude)
        return Self(nanoseconds: underflow ? 0 : difference)
    }

    /// The moment `duration` earlier; at least the first there is.
    package static func - (instant: Self, duration: Duration) -> Self { instant + (.zero - duration) }

    /// How long after `earlier` this is; negative if it is before. At most 292 years either way.
    package static func - (later: Self, earlier: Self) -> Duration {
        if later < earlier { return .zero - (earlier - later) }
        return .nanoseconds(Int64(clamping: later.nanoseconds - earlier.nanoseconds))
    }
}

extension Duration {
    /// Whole nanoseconds, rounded towards zero; a duration of more than 292 years is cut to that.
    package var nanosecondsClamped: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !carry else { return seconds < 0 ? .min : .max }
        return sum
    }
}
