/// The embedded XDP objects, decoded from the base64 that the build made of them.
package enum ProgramImage {
    /// The forwarder, an ELF file for the BPF machine.
    package static var sluice: [UInt8] { decode(sluiceObjectBase64) }

    /// Decodes RFC 4648 base64 without line breaks. The text comes from our own build: anything else is a programming error.
    static func decode(_ text: StaticString) -> [UInt8] {
        text.withUTF8Buffer { input in
            var output: [UInt8] = []
            output.reserveCapacity(input.count / 4 * 3)
            var bits: UInt32 = 0
            var count = 0
            for character in input where character != UInt8(ascii: "=") {
                bits = bits << 6 | UInt32(value(of: character))
                count += 6
                if count >= 8 {
                    count -= 8
                    output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                }
            }
            return output
        }
    }

    private static func value(of character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: preconditionFailure("the embedded object is not base64")
        }
    }
}
