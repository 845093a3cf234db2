import Scheduling
import Testing

/// Candidates with the indexes 0, 1, 2... and identities of their own.
func candidates(_ weights: [UInt32]) -> [Candidate] {
    weights.enumerated().map {
        Candidate(index: UInt32($0.offset), identity: "192.0.2.\($0.offset):80", weight: $0.element)
    }
}

@Suite struct RoundRobinTests {
    @Test func everyLiveServerOnceInListOrder() {
        #expect(Ring.roundRobin(candidates([3, 0, 1, 7])) == [0, 2, 3])
        #expect(Ring.roundRobin(candidates([0, 0])) == [])
        #expect(Ring.roundRobin([]) == [])
    }
}

@Suite struct WeightedRoundRobinTests {
    /// LVS' algorithm as it runs, a packet at a time: the current weight falls by the divisor at each end of the list.
    private func lvs(_ weights: [Int], picks: Int) -> [UInt32] {
        var divisor = 0
        for weight in weights where weight > 0 {
            var (a, b) = (divisor, weight)
            while b != 0 { (a, b) = (b, a % b) }
            divisor = a
        }
        let greatest = weights.max() ?? 0
        var current = 0
        var place = -1
        var picked: [UInt32] = []
        while picked.count < picks {
            place = (place + 1) % weights.count
            if place == 0 {
                current -= divisor
                if current <= 0 { current = greatest }
            }
            if weights[place] >= current { picked.append(UInt32(place)) }
        }
        return picked
    }

    @Test(
        arguments: [
            ([4, 3, 2], [0, 0, 1, 0, 1, 2, 0, 1, 2]),
            ([1, 1, 1], [0, 1, 2]),
            ([10, 5], [0, 0, 1]),
            ([2, 0, 1], [0, 0, 2]),
            ([1, 3], [1, 1, 0, 1]),
            ([7], [0]),
            ([0, 0], []),
            ([], []),
        ] as [([UInt32], [UInt32])])
    func goldenSequences(weights: [UInt32], ring: [UInt32]) {
        #expect(Ring.weightedRoundRobin(candidates(weights)) == ring)
    }

    @Test(arguments: [[4, 3, 2], [5, 1, 1, 0, 9], [100, 60, 40, 20], [1, 2, 3, 4, 5, 6], [253, 1], [6, 6, 4]])
    func isOneCycleOfLVS(weights: [Int]) {
        let ring = Ring.weightedRoundRobin(candidates(weights.map(UInt32.init)))
        #expect(ring + ring == lvs(weights, picks: 2 * ring.count))
    }

    @Test func aCycleAtTheLimitIsKept() {
        #expect(Ring.weightedRoundRobin(candidates([65_535, 1])).count == 65_536)
    }

    @Test(arguments: [[65_535, 65_534, 1], [UInt32.max, UInt32.max - 1, 5, 0], [65_535, 65_536, 65_537]])
    func aLongerCycleIsScaledDown(weights: [UInt32]) {
        let ring = Ring.weightedRoundRobin(candidates(weights))
        let sum = Double(weights.map(UInt64.init).reduce(0, +))
        #expect(ring.count <= 65_536)
        for (index, weight) in weights.enumerated() {
            let entries = ring.count { $0 == UInt32(index) }
            #expect((entries > 0) == (weight > 0))
            #expect(abs(Double(entries) / Double(ring.count) - Double(weight) / sum) < 0.0001)
        }
    }
}
