import Wire

/// The protocol's intervals (RFC 9568 section 6.1, RFC 3768 section 6.1).
package enum Timing {
    /// Skew: (256 - priority) / 256 of the active router's interval (v3) or of one second (v2), so that the best backup
    /// comes first.
    package static func skew(version: VRRPVersion, priority: UInt8, activeInterval: Duration) -> Duration {
        let unit: Duration =
            switch version {
            case .v2: .seconds(1)
            case .v3: activeInterval
            }
        return .nanoseconds(bounded(unit) * (256 - Int64(priority)) / 256)
    }

    /// Master-down interval: `adverts` (3) intervals of the active router, and the skew.
    package static func masterDown(
        version: VRRPVersion, priority: UInt8, activeInterval: Duration, adverts: Int = 3
    ) -> Duration {
        .nanoseconds(bounded(activeInterval) * Int64(min(max(adverts, 1), 100)))
            + skew(version: version, priority: priority, activeInterval: activeInterval)
    }

    /// Nanoseconds, at most the longest interval there is (255 s), so that no product overflows.
    private static func bounded(_ interval: Duration) -> Int64 {
        min(max(interval.nanosecondsClamped, 0), 255_000_000_000)
    }
}
