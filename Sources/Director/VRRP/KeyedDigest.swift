import Glibc
internal import VRRP

/// HMAC-MD5 (RFC 2104, RFC 1321), which VRRPv2's authentication header is made with. It protects little today: it is here
/// to talk to peers that have it.
enum KeyedDigest {
    /// 16 bytes. Keys longer than a block (64 bytes) are cut; VRRP's have eight.
    static let hmacMD5: MessageDigest = { key, message in
        let padded = Array(key.prefix(64)) + [UInt8](repeating: 0, count: 64 - min(key.count, 64))
        return md5(padded.map { $0 ^ 0x5c } + md5(padded.map { $0 ^ 0x36 } + message))
    }

    private static let shifts: [[UInt32]] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]
    private static let sines = (0..<64).map { UInt32(abs(sin(Double($0 + 1))) * 4_294_967_296) }

    /// 16 bytes.
    static func md5(_ message: [UInt8]) -> [UInt8] {
        var bytes = message + [0x80]
        while bytes.count % 64 != 56 { bytes.append(0) }
        bytes += withUnsafeBytes(of: (UInt64(message.count) * 8).littleEndian, Array.init)
        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
        for start in stride(from: 0, to: bytes.count, by: 64) { mix(bytes[start..<start + 64], into: &state) }
        return state.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        let words = (0..<16).map { word in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(block[block.startIndex + word * 4 + $1]) << UInt32(8 * $1) }
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        for step in 0..<64 {
            let (mixed, place) = round(step, b, c, d)
            let sum = a &+ mixed &+ sines[step] &+ words[place]
            let shift = shifts[step / 16][step % 4]
            (a, b, c, d) = (d, b &+ (sum << shift | sum >> (32 - shift)), b, c)
        }
        for (index, value) in [a, b, c, d].enumerated() { state[index] &+= value }
    }

    /// The step's function of three words, and which word of the block it takes.
    private static func round(_ step: Int, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> (UInt32, Int) {
        switch step / 16 {
        case 0: (b & c | ~b & d, step)
        case 1: (d & b | ~d & c, (5 * step + 1) % 16)
        case 2: (b ^ c ^ d, (3 * step + 5) % 16)
        default: (c ^ (b | ~d), 7 * step % 16)
        }
    }
}
