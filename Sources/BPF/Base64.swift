/// Objects that the build embeds as text.
extension Object {
    /// Parses an object file that is embedded in base64 (RFC 4648 section 4, one line).
    ///
    /// - Parameter name: as for `init(_:name:)`.
    package convenience init(base64: StaticString, name: String) throws(BPFError) {
        let text = UnsafeBufferPointer(start: base64.utf8Start, count: base64.utf8CodeUnitCount)
        guard let bytes = decodeBase64(text) else {
            preconditionFailure("object \(name) was embedded by the build, as base64")
        }
        try self.init(bytes, name: name)
    }
}

/// The bytes of base64 text; nil if it is none.
func decodeBase64(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var isOver = false
    for character in text {
        if character == UInt8(ascii: "=") {
            isOver = true
            continue
        }
        guard !isOver, let value = base64Value(character) else { return nil }
        bits = bits << 6 | value
        count += 6
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
    }
    // What is left over is less than a character's worth, and zero.
    return count < 6 && bits & (1 << UInt32(count) - 1) == 0 ? bytes : nil
}

private func base64Value(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
