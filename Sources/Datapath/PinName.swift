/// Names of network interfaces as names of pins: a BPF file system takes no dots.
enum PinName {
    /// Letters, digits, `-` and `_` stay, any other byte becomes `%` and two hexadecimal digits.
    static func encode(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }

    /// What `encode` made the name from; nil if it made no such name.
    static func decode(_ pin: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(pin.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        let name = String(decoding: bytes, as: UTF8.self)
        return encode(name) == pin ? name : nil
    }
}
