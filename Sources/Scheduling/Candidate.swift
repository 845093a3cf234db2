/// One real server as a scheduler sees it.
package struct Candidate: Hashable, Sendable {
    /// What the ring's entries name: the destination's index, at most 65,535.
    package var index: UInt32
    /// The same on every director and after every restart, unlike the index: `ADDRESS:PORT`. Maglev hashes it.
    package var identity: String
    /// A share of the new flows in proportion to the others' weights; 0 takes none.
    package var weight: UInt32

    package init(index: UInt32, identity: String, weight: UInt32) {
        self.index = index
        self.identity = identity
        self.weight = weight
    }
}

extension Sequence<Candidate> {
    /// Those that may be given new flows.
    var live: [Candidate] { filter { $0.weight > 0 } }
}

/// The greatest common divisor of the numbers that are not 0; 1 if there are none.
func greatestCommonDivisor(_ numbers: some Sequence<UInt64>) -> UInt64 {
    var divisor: UInt64 = 0
    for number in numbers {
        var rest = number
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    }
    return max(divisor, 1)
}
