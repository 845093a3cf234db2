import Testing

@testable import Wire

@Suite struct ChecksumTests {
    @Test("RFC 1071 section 3: the sum of the example is ddf2")
    func example() {
        #expect(InternetChecksum.of([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7] as [UInt8]) == ~0xddf2)
    }

    @Test("RFC 1624 section 4: the example that RFC 1141 gets wrong")
    func incrementalExample() {
        #expect(InternetChecksum.updated(0xdd2f, replacing: 0x5555, with: 0x3285) == 0x0000)
    }

    @Test func oddRunsJoin() {
        var checksum = InternetChecksum()
        checksum.add([0x45, 0x00, 0x12] as [UInt8])
        checksum.add([0x34, 0x56] as [UInt8])
        #expect(checksum.value == InternetChecksum.of([0x45, 0x00, 0x12, 0x34, 0x56, 0x00] as [UInt8]))
    }

    @Test("a captured IPv4 header")
    func knownIPv4Header() {
        let header: [UInt8] = [
            0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8,
            0x00, 0xc7,
        ]
        #expect(InternetChecksum.of(header) == 0)
        var blank = header
        blank[10] = 0
        blank[11] = 0
        #expect(InternetChecksum.of(blank) == 0xb861)
    }

    @Test func incrementalIsAsGoodAsFull() {
        var random = SplitMix(seed: 1)
        for _ in 0..<2000 {
            var bytes = random.bytes(40)
            let before = InternetChecksum.of(bytes)
            let at = Int(random.below(10)) * 2
            let count = Int(random.below(10) + 1) * 2
            let old = Array(bytes[at..<at + count])
            let new = random.bytes(count)
            bytes.replaceSubrange(at..<at + count, with: new)
            #expect(InternetChecksum.updated(before, replacing: old, with: new) == InternetChecksum.of(bytes))
        }
    }
}
