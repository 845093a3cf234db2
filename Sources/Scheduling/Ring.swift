/// Builders of rings: dense arrays of destination indexes from which the forwarder picks by a counter (rr, wrr) or by a
/// hash of the client (sh, mh). All are pure functions: the same candidates give the same ring on every director.
package enum Ring {
    /// An entry that names no destination: who picks it is dropped. SLUICE_RING_NONE of the shared header.
    package static let none = UInt32.max

    /// rr: every live server once, in the order of the list. Empty if no server is live.
    package static func roundRobin(_ candidates: [Candidate]) -> [UInt32] {
        candidates.live.map(\.index)
    }

    /// The share of all picks, 0...1, that name another server in the second ring than in the first.
    ///
    /// Rings of different sizes are compared as the forwarder uses them, each scaled onto the range of the hash. An
    /// empty ring differs everywhere from one that is not.
    package static func disruption(between first: [UInt32], and second: [UInt32]) -> Double {
        guard !first.isEmpty, !second.isEmpty else { return first.isEmpty == second.isEmpty ? 0 : 1 }
        var (i, j) = (0, 0)
        var position = 0
        var differing = 0
        // The range is cut into first.count * second.count units, so that both rings' borders are whole numbers.
        while i < first.count {
            let next = min((i + 1) * second.count, (j + 1) * first.count)
            if first[i] != second[j] { differing += next - position }
            position = next
            if position == (i + 1) * second.count { i += 1 }
            if position == (j + 1) * first.count { j += 1 }
        }
        return Double(differing) / Double(first.count * second.count)
    }
}
