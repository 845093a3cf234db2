import Testing
import Wire

@testable import VRRP

/// Hostile bytes: nothing traps, and nothing that was changed is taken for what it isn't.
@Suite struct CodecFuzzTests {
    @Test func everyTruncationIsDropped() throws {
        for var link in Link.all() {
            let packet = try link.packet()
            for length in 0..<packet.count {
                #expect(link.failure(of: Array(packet.prefix(length))) != nil, "\(length) bytes")
            }
        }
    }

    @Test func everyBitOfTheMessageIsProtected() throws {
        for var link in Link.all() {
            let packet = try link.packet()
            for bit in link.start * 8..<packet.count * 8 {
                var changed = packet
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(link.failure(of: changed) != nil, "bit \(bit)")
            }
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func mutationsNeverTrap(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        for var link in Link.all() {
            let packet = try link.packet()
            for _ in 0..<2000 {
                var changed = packet
                for _ in 0...random.below(6) {
                    changed[random.below(changed.count)] = UInt8(truncatingIfNeeded: random.next())
                }
                if random.below(4) == 0 { changed = Array(changed.prefix(random.below(changed.count + 1))) }
                if random.below(4) == 0 { changed += changed.prefix(random.below(64)) }
                if random.below(2) == 0, changed.count >= link.start + 8 { changed = link.fixed(changed) }
                guard let decoded = try? link.receive(changed) else { continue }
                #expect(decoded.advert.interval > .zero)
            }
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func noiseNeverTraps(seed: UInt64) {
        var random = SplitMix(state: seed ^ 0xfeed)
        for var link in Link.all() {
            for _ in 0..<2000 {
                let bytes = (0..<random.below(120)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                #expect(link.failure(of: bytes) != nil)
            }
        }
    }
}
