import Wire

/// A `bfd_instance` block: a session with a neighbour (RFC 5880). Times are in milliseconds, to a microsecond.
package struct BFDInstance: Equatable, Sendable, Located {
    /// Its name, and where the block begins; at most `longestName` bytes.
    @Setting package var name: String
    /// `neighbor_ip`; nil only until it is checked.
    @Setting package var neighborIP: IPAddress? = nil
    /// `source_ip`, of the same family; nil: the kernel's choice.
    @Setting package var sourceIP: IPAddress? = nil
    /// `min_rx`: how often we can take a packet, in milliseconds.
    @Setting package var minRx = 10.0
    /// `min_tx`: how often we would like to send one, in milliseconds.
    @Setting package var minTx = 10.0
    /// `idle_tx`: how often one is sent while the session is down, in milliseconds.
    @Setting package var idleTx = 1_000.0
    /// `multiplier`: after how many missing packets the session is down, 1 to 255.
    @Setting package var multiplier = 5
    /// `passive`: we wait for the neighbour's first packet.
    @Setting package var passive = false
    /// `ttl`, `hoplimit`: of packets sent, 1 to 255; nil: see `effectiveTTL`.
    @Setting package var ttl: Int? = nil
    /// `max_hops`: how much less than 255 a packet's TTL may be, -1 to 255; 255 is any.
    @Setting package var maxHops = 0
    /// `multihop`: the neighbour is not on our network (RFC 5883, port 4784).
    @Setting package var multihop = false
    /// `weight`: what instances that track it add to their priority and say nothing else.
    @Setting package var weight = BFDWeight()
    /// `vrrp`: as written; see `informsVRRP`.
    @Setting package var vrrp = false
    /// `checker`: as written; see `informsCheckers`.
    @Setting package var checker = false

    /// How long a name may be, in bytes.
    package static let longestName = 31

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `bfd_instance` line.
    package var location: SourceLocation { $name.place }
    /// Whether VRRP instances may track it: if nothing is said, everything may.
    package var informsVRRP: Bool { vrrp || !checker }
    /// Whether real servers may be checked by it.
    package var informsCheckers: Bool { checker || !vrrp }
    /// The TTL, or hop limit, of packets sent.
    package var effectiveTTL: Int {
        if let ttl { return ttl }
        switch neighborIP?.family {
        case .ipv6: return 64
        case .ipv4, nil: return 255
        }
    }
}

/// What `weight` takes.
package struct BFDWeight: Hashable, Sendable {
    /// -253 to 253; 0: a session that is down makes the instance faulty.
    package var value = 0
    /// `reverse`: up counts as down.
    package var isReversed = false

    /// No weight.
    package init() {}

    init(value: Int, isReversed: Bool) {
        self.value = value
        self.isReversed = isReversed
    }
}
