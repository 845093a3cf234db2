import Scheduling
import Testing

@Suite struct SourceHashTests {
    /// The kernel's table, written down bucket by bucket: move on once a server has had its weight, but at least one.
    private func table(_ weights: [UInt32]) -> [Int] {
        var server = 0
        var given: UInt32 = 0
        return (0..<256).map { _ in
            let bucket = server
            given += 1
            if given >= weights[server] {
                server = (server + 1) % weights.count
                given = 0
            }
            return bucket
        }
    }

    @Test(arguments: [[1, 1, 1], [3, 1, 2], [300, 5], [0, 2, 0, 1], [1], [7, 0]] as [[UInt32]])
    func dealsLikeTheKernel(weights: [UInt32]) {
        let expected = table(weights).map { weights[$0] > 0 ? UInt32($0) : Ring.none }
        #expect(Ring.sourceHash(candidates(weights), fallback: false) == expected)
    }

    @Test func firstBucketsByHand() {
        let ring = Ring.sourceHash(candidates([2, 0, 1]), fallback: false)
        #expect(ring.prefix(8) == [0, 0, Ring.none, 2, 0, 0, Ring.none, 2])
        #expect(ring.count == 256)
    }

    @Test(arguments: [[0, 2, 0, 1], [1, 0], [0, 0, 0, 0, 5], [3, 0, 0, 3]] as [[UInt32]])
    func fallbackWalksAsTheKernel(weights: [UInt32]) {
        let table = table(weights)
        let expected = (0..<256).map { hash -> UInt32 in
            if weights[table[hash]] > 0 { return UInt32(table[hash]) }
            for offset in 0..<256 {
                let again = ((offset + hash) % 256 + hash) & 255
                if weights[table[again]] > 0 { return UInt32(table[again]) }
            }
            return Ring.none
        }
        #expect(Ring.sourceHash(candidates(weights), fallback: true) == expected)
        #expect(!expected.contains(Ring.none))
    }

    @Test func fallbackByHand() {
        // Buckets 0, 2, 4... are the first server's, which is dead; bucket b asks 2b, which is dead too, then 2b + 1.
        #expect(Ring.sourceHash(candidates([0, 1]), fallback: true) == [UInt32](repeating: 1, count: 256))
        // Dealt 0 0 1 2 2 0 0 1 ...: bucket 2 is dead and asks 4, the third server's.
        #expect(Ring.sourceHash(candidates([2, 0, 2]), fallback: true).prefix(5) == [0, 0, 2, 2, 2])
    }

    @Test func withoutServers() {
        #expect(Ring.sourceHash([], fallback: true) == [])
        #expect(Ring.sourceHash(candidates([0, 0]), fallback: true) == [UInt32](repeating: Ring.none, count: 256))
    }
}
