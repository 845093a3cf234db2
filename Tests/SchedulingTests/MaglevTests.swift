import Scheduling
import Testing

@Suite struct MaglevTests {
    private func share(_ ring: [UInt32], of index: UInt32) -> Double {
        Double(ring.count { $0 == index }) / Double(ring.count)
    }

    @Test(arguments: [
        (0, 2), (1, 101), (2, 211), (3, 307), (10, 1_009), (655, 65_519), (656, 65_537), (65_536, 65_537),
    ])
    func sizeIsThePrimeAbove(servers: Int, size: Int) {
        #expect(Ring.maglevSize(servers: servers) == size)
    }

    @Test(arguments: [1, 2, 7, 50, 1_000])
    func balancesEqualWeights(servers: Int) {
        let ring = Ring.maglev(candidates([UInt32](repeating: 5, count: servers)))
        var entries = [Int](repeating: 0, count: servers)
        for index in ring { entries[Int(index)] += 1 }
        #expect(entries.max()! - entries.min()! <= 1)
    }

    @Test(
        arguments: [[1, 2, 3, 4], [100, 1], [65_535, 65_534], [10, 10, 10, 5, 0, 1], [1_000, 999, 998, 1]] as [[UInt32]]
    )
    func honoursWeights(weights: [UInt32]) {
        let ring = Ring.maglev(candidates(weights))
        let sum = Double(weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            let entries = share(ring, of: UInt32(index)) * Double(ring.count)
            #expect(abs(entries - Double(weight) / sum * Double(ring.count)) <= 1.5)
            #expect((entries > 0) == (weight > 0))
        }
    }

    @Test func onlyTheRatioOfWeightsMatters() {
        #expect(Ring.maglev(candidates([2, 4, 6])) == Ring.maglev(candidates([1, 2, 3])))
        #expect(Ring.maglev(candidates([2, 4, 6])) != Ring.maglev(candidates([1, 1, 1])))
    }

    @Test func neitherOrderNorIndexesMatter() {
        let list = candidates([1, 2, 3, 0, 2])
        let ring = Ring.maglev(list)
        #expect(Ring.maglev(list.reversed()) == ring)
        let renamed = list.map { Candidate(index: $0.index + 700, identity: $0.identity, weight: $0.weight) }
        #expect(Ring.maglev(renamed) == ring.map { $0 + 700 })
    }

    @Test(arguments: [5, 20, 100])
    func aServerThatLeavesMovesLittleElse(servers: Int) {
        var weights = [UInt32](repeating: 1, count: servers)
        let before = Ring.maglev(candidates(weights))
        for gone in [0, servers / 2, servers - 1] {
            weights[gone] = 0
            let after = Ring.maglev(candidates(weights))
            let moved = Ring.disruption(between: before, and: after)
            #expect(moved >= share(before, of: UInt32(gone)))
            #expect(moved < 1.5 / Double(servers) + 0.02)
            #expect(!after.contains(UInt32(gone)))
            weights[gone] = 1
        }
    }

    @Test func aServerTakenFromTheListMovesLittleIfTheSizeIsKept() {
        let list = candidates([UInt32](repeating: 1, count: 16))
        let before = Ring.maglev(list, servers: 16)
        let after = Ring.maglev(Array(list.dropLast()), servers: 16)
        #expect(before.count == after.count)
        #expect(Ring.disruption(between: before, and: after) < 0.1)
    }

    @Test func noLiveServer() {
        #expect(Ring.maglev([]) == [])
        #expect(Ring.maglev(candidates([0, 0])) == [])
    }

    /// What other directors, other releases and other machines must compute too.
    @Test func golden() {
        let ring = Ring.maglev(candidates([1, 1, 1, 2]))
        #expect(ring.count == 401)
        #expect(ring.prefix(16) == [0, 0, 0, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3, 3, 1, 1])
        #expect(fingerprint(ring) == 0x9a0e_de99_84c6_3e63)
        #expect(fingerprint(Ring.maglev(candidates((1...40).map { $0 }))) == 0x1448_cf9a_1725_918f)
    }

    private func fingerprint(_ ring: [UInt32]) -> UInt64 {
        ring.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

@Suite struct DisruptionTests {
    @Test func countsDifferingEntries() {
        #expect(Ring.disruption(between: [1, 2, 3, 4], and: [1, 2, 3, 4]) == 0)
        #expect(Ring.disruption(between: [1, 2, 3, 4], and: [1, 9, 3, 9]) == 0.5)
    }

    @Test func scalesRingsOfDifferentSizes() {
        #expect(Ring.disruption(between: [1, 2], and: [1, 1, 2, 2]) == 0)
        #expect(Ring.disruption(between: [1, 2, 3], and: [1, 2]) == 0.5)
    }

    @Test func emptyRings() {
        #expect(Ring.disruption(between: [], and: []) == 0)
        #expect(Ring.disruption(between: [], and: [1]) == 1)
    }
}
