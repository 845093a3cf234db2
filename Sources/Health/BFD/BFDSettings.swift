import Wire

/// A `bfd_instance` as configured; the Director fills it.
package struct BFDSettings: Hashable, Sendable {
    /// `min_tx`: how often we would like to send while the session is up.
    package var minTx = Duration.milliseconds(10)
    /// `min_rx`: how often we can take a packet.
    package var minRx = Duration.milliseconds(10)
    /// `idle_tx`: how often we send while the session is not up; less than a second counts as one (RFC 5880
    /// section 6.8.3).
    package var idleTx = Duration.seconds(1)
    /// `multiplier`: after how many missing packets the neighbour counts us as silent, 1 to 255.
    package var multiplier: UInt8 = 5
    /// `passive`: nothing is sent before the neighbour was heard.
    package var isPassive = false
    /// What a packet's TTL or hop limit must be at least; see `minimumTTL(family:maxHops:)`. 0: any.
    package var minimumTTL: UInt8 = 255

    /// keepalived's defaults.
    package init() {}

    /// The least TTL that is accepted (RFC 5881 section 5, RFC 5883): what keepalived sends (255; 64 by IPv6) less
    /// `max_hops`. 255 hops, or a negative number, accept any.
    package static func minimumTTL(family: IPAddress.Family, maxHops: Int) -> UInt8 {
        let sent = family == .ipv4 ? 255 : 64
        return (0..<255).contains(maxHops) ? UInt8(max(sent - maxHops, 0)) : 0
    }

    /// The shortest interval there is, against a configuration that would use a whole CPU.
    static let shortestInterval = Duration.microseconds(100)

    /// The longest interval that fits on the wire.
    static let longestInterval = Duration.microseconds(Int64(UInt32.max))

    var usedMinTx: Duration { Self.bounded(minTx) }
    var usedMinRx: Duration { Self.bounded(minRx) }
    var usedIdleTx: Duration { Self.bounded(max(idleTx, .seconds(1), minTx)) }

    private static func bounded(_ interval: Duration) -> Duration {
        min(max(interval, shortestInterval), longestInterval)
    }
}

extension Duration {
    /// As on the wire: whole microseconds, at most 4294 seconds.
    var wireMicroseconds: UInt32 { UInt32(clamping: nanosecondsClamped / 1_000) }
}
