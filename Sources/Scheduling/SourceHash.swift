extension Ring {
    /// Entries of every sh ring. SLUICE_SH_BUCKETS of the shared header.
    package static let sourceHashBuckets = 256

    /// sh, as IPVS fills its table: buckets are dealt in the order of the list, `weight` of them to a server before the
    /// next one's turn, round and round.
    ///
    /// A server of weight 0 is dealt one bucket a round, as by IPVS. What is picked there is `none`; with `fallback`
    /// (sh-fallback) it is the first live server that IPVS' second walk over the table meets: for bucket b it starts at
    /// 2b. Empty if there are no servers; without a live one every entry is `none`.
    package static func sourceHash(_ candidates: [Candidate], fallback: Bool) -> [UInt32] {
        guard !candidates.isEmpty else { return [] }
        let buckets = deal(candidates)
        return (0..<sourceHashBuckets).map { bucket in
            let first = candidates[buckets[bucket]]
            if first.weight > 0 { return first.index }
            guard fallback else { return none }
            for step in 0..<sourceHashBuckets {
                let other = candidates[buckets[(2 * bucket + step) % sourceHashBuckets]]
                if other.weight > 0 { return other.index }
            }
            return none
        }
    }

    /// For each bucket the place in the list of the server that it is dealt to.
    private static func deal(_ candidates: [Candidate]) -> [Int] {
        var buckets: [Int] = []
        buckets.reserveCapacity(sourceHashBuckets)
        var server = 0
        while buckets.count < sourceHashBuckets {
            let turn = min(Int(max(candidates[server].weight, 1)), sourceHashBuckets - buckets.count)
            buckets.append(contentsOf: repeatElement(server, count: turn))
            server = (server + 1) % candidates.count
        }
        return buckets
    }
}
