import CSluiceABI

/// Which entries of the ring arena no service names. First fit; a ring may span chunks.
struct RingArena {
    /// Entries of the whole arena.
    static let capacity = UInt32(SLUICE_RING_CHUNK) * UInt32(SLUICE_RING_CHUNKS)

    /// Free regions, ascending, none empty, no two touching.
    private var gaps: [Range<UInt32>]

    /// `rings`: the regions in use; they may overlap.
    init(rings: some Sequence<sluice_ring>) {
        gaps = []
        var end: UInt32 = 0
        let used = rings.filter { $0.size > 0 && $0.base < Self.capacity }.sorted { $0.base < $1.base }
        for ring in used {
            if ring.base > end { gaps.append(end..<ring.base) }
            end = max(end, UInt32(min(UInt64(ring.base) + UInt64(ring.size), UInt64(Self.capacity))))
        }
        if end < Self.capacity { gaps.append(end..<Self.capacity) }
    }

    /// Entries that are free, in all gaps together.
    var free: Int { gaps.reduce(0) { $0 + $1.count } }

    /// Takes the first region of so many entries; nil if there is none. A ring of none takes nothing.
    mutating func allocate(_ count: Int) -> sluice_ring? {
        guard count > 0 else { return sluice_ring() }
        guard let place = gaps.firstIndex(where: { $0.count >= count }) else { return nil }
        let gap = gaps[place]
        let ring = sluice_ring(base: gap.lowerBound, size: UInt32(count))
        if gap.count == count {
            gaps.remove(at: place)
        } else {
            gaps[place] = gap.lowerBound + UInt32(count)..<gap.upperBound
        }
        return ring
    }
}

extension sluice_ring {
    func isSame(as other: sluice_ring) -> Bool { base == other.base && size == other.size }
}
