/// What keepalived counts for an instance, under the names of its data file, and what only Sluice counts.
package struct Statistics: Hashable, Sendable {
    /// Adverts received that passed all checks.
    package var advertsReceived: UInt64 = 0
    /// Adverts sent, priority 0 included.
    package var advertsSent: UInt64 = 0
    /// Times this router became active.
    package var becameActive: UInt64 = 0
    /// Times it stopped being active.
    package var releasedActive: UInt64 = 0
    /// Of `advertsReceived`, those with priority 0.
    package var priorityZeroReceived: UInt64 = 0
    /// Of `advertsSent`, those with priority 0.
    package var priorityZeroSent: UInt64 = 0
    /// Adverts of another active router heard while active.
    package var conflicts: UInt64 = 0
    /// Times that another router was active too and could hear this one (`SplitBrain`).
    package var splitBrains: UInt64 = 0
    /// Timers that came more than an interval late.
    package var lateTimers: UInt64 = 0
    /// Dropped packets, indexed by `AdvertFailure.rawValue`.
    private var drops = [UInt64](repeating: 0, count: AdvertFailure.allCases.count)

    /// All zero.
    package init() {}

    /// How many packets were dropped for this reason.
    package func dropped(_ failure: AdvertFailure) -> UInt64 { drops[Int(failure.rawValue)] }

    /// Counts one dropped packet.
    package mutating func countDrop(_ failure: AdvertFailure) { drops[Int(failure.rawValue)] &+= 1 }
}

/// Why a packet was dropped: one case for each of keepalived's counters (named in brackets), then those that it drops
/// without counting.
package enum AdvertFailure: UInt8, Error, Hashable, Sendable, CaseIterable {
    /// Too short for what it claims to hold, or too long (packet_len_err).
    case packetLength
    /// TTL or hop limit is not 255, or outside a unicast peer's limits (ip_ttl_err).
    case ttl
    /// Not an advertisement (invalid_type_rcvd).
    case type
    /// v2: another interval than ours (advert_interval_err).
    case advertInterval
    /// Other addresses than ours (addr_list_err).
    case addressList
    /// v2: an unknown authentication type (invalid_authtype).
    case invalidAuthType
    /// v2: a known type, but not ours (authtype_mismatch).
    case authTypeMismatch
    /// v2: a wrong password, digest or sequence number (auth_failure).
    case authFailure
    /// The checksum doesn't fit (chk_err).
    case checksum
    /// Another version of the protocol (vers_err).
    case version
    /// No virtual router of ours on this interface (vrid_err).
    case routerID
    /// Our own packet came back.
    case own
    /// Multicast to a unicast router or the reverse.
    case destination
    /// `check_unicast_src`: from none of the configured peers.
    case unknownPeer
}
