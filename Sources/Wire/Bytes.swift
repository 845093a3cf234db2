extension [UInt8] {
    /// Appends an integer's bytes in network order.
    package mutating func append<Value: FixedWidthInteger>(bigEndian value: Value) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The integer whose network-order bytes lie `offset` bytes after the first; nil if they are not all there.
    package func bigEndian<Value: FixedWidthInteger>(_: Value.Type = Value.self, at offset: Int) -> Value? {
        let size = Value.bitWidth / 8
        guard offset >= 0, count - offset >= size else { return nil }
        let start = startIndex + offset
        return self[start..<start + size].reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }
}

/// `0x` and at least `digits` lower-case hexadecimal digits.
func hexadecimal(_ value: some BinaryInteger, digits: Int) -> String {
    let text = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
}
