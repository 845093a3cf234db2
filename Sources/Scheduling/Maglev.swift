extension Ring {
    /// Entries of a Maglev ring for each server, before rounding up to a prime. SLUICE_MAGLEV_FACTOR of the shared
    /// header.
    package static let maglevFactor = 100
    /// The largest Maglev ring; a prime. SLUICE_MAGLEV_MAX of the shared header.
    package static let maglevLimit = 65_537

    /// The size of a Maglev ring for so many servers: the smallest prime of at least 100 entries each, at most 65,537.
    package static func maglevSize(servers: Int) -> Int {
        var size = max(min(servers, maglevLimit) * maglevFactor, 2)
        if size >= maglevLimit { return maglevLimit }
        while !isPrime(size) { size += 1 }
        return size
    }

    /// mh: consistent hashing as in Eisenbud et al., "Maglev" (NSDI 2016), section 3.4, with weights.
    ///
    /// Servers take turns; at its turn a server takes the next free entry of its own permutation of all entries, which
    /// comes from two hashes of its identity. The heaviest takes a turn in every round, another in its weight's
    /// share of them; all do in the first. So every live server has an entry, and entries follow the weights to
    /// about one a server. Turns go by identity: neither the order of the list nor the indexes matter, and a server
    /// that leaves moves few entries but its own. That holds between rings of one size only: give `servers` the number
    /// that the size is for, and keep it while servers come and go; without it, all candidates count, dead ones too.
    /// Empty if no server is live.
    package static func maglev(_ candidates: [Candidate], servers: Int? = nil) -> [UInt32] {
        let live = candidates.live.sorted { $0.identity.utf8.lexicographicallyPrecedes($1.identity.utf8) }
        guard let heaviest = live.map(\.weight).max() else { return [] }
        let size = maglevSize(servers: max(servers ?? candidates.count, live.count))
        var walks = live.map { PreferenceWalk(identity: $0.identity, size: size) }
        var turns = Turns(weights: live.map(\.weight), heaviest: heaviest, rounds: size)
        var ring = [UInt32](repeating: none, count: size)
        var free = size
        while free > 0 {
            for place in turns.next() where free > 0 {
                let entry = walks[place].nextFree(in: ring)
                ring[entry] = live[place].index
                free -= 1
            }
        }
        return ring
    }

    private static func isPrime(_ number: Int) -> Bool {
        guard number > 3 else { return number > 1 }
        guard !number.isMultiple(of: 2) else { return false }
        var divisor = 3
        while divisor * divisor <= number {
            if number.isMultiple(of: divisor) { return false }
            divisor += 2
        }
        return true
    }
}

/// One server's permutation of a ring's entries, walked once: offset, offset + skip, offset + 2 skip... modulo a prime.
private struct PreferenceWalk {
    private var entry: Int
    private let skip: Int
    private let size: Int

    init(identity: String, size: Int) {
        self.size = size
        entry = Int(truncatingIfNeeded: stableHash(identity, seed: 0x9ae1_6a3b_2f90_404f) % UInt64(size))
        skip = 1 + Int(truncatingIfNeeded: stableHash(identity, seed: 0xc949_d7c7_509e_6557) % UInt64(size - 1))
    }

    /// The first entry from here on that is still free. There must be one.
    mutating func nextFree(in ring: [UInt32]) -> Int {
        while ring[entry] != Ring.none { step() }
        let found = entry
        step()
        return found
    }

    private mutating func step() {
        entry += skip
        if entry >= size { entry -= size }
    }
}

/// Who takes a turn in which round: server s its k-th turn in round ceil(k * heaviest / weight), k from 0.
private struct Turns {
    private let weights: [UInt32]
    private let heaviest: UInt64
    private var taken: [UInt64]
    /// A calendar of linked lists: for each round the first server, for each server the next one; -1 ends a list.
    private var first: [Int]
    private var following: [Int]
    private var round = 0

    /// `rounds`: how often `next` may be called; later turns are not kept.
    init(weights: [UInt32], heaviest: UInt32, rounds: Int) {
        self.weights = weights
        self.heaviest = UInt64(heaviest)
        taken = [UInt64](repeating: 0, count: weights.count)
        first = [Int](repeating: -1, count: rounds)
        following = weights.indices.map { $0 + 1 < weights.count ? $0 + 1 : -1 }
        first[0] = 0
    }

    /// The places of the servers whose turn it is in the next round, ascending.
    mutating func next() -> [Int] {
        var due: [Int] = []
        var place = first[round]
        while place >= 0 {
            due.append(place)
            place = following[place]
        }
        due.sort()
        for place in due.reversed() { enter(place) }
        round += 1
        return due
    }

    /// Enters a server's turn after this one into the calendar.
    private mutating func enter(_ place: Int) {
        taken[place] += 1
        let weight = UInt64(weights[place])
        let later = Int((taken[place] * heaviest + weight - 1) / weight)
        guard later < first.count else { return }
        following[place] = first[later]
        first[later] = place
    }
}

/// FNV-1a over the UTF-8 bytes, finished as MurmurHash3: a hash that no Swift release, machine or run changes.
private func stableHash(_ text: String, seed: UInt64) -> UInt64 {
    var hash = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash ^= hash >> 33
    hash &*= 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 33
    hash &*= 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
}
