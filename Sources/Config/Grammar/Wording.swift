import Wire

/// How single words of the language become values. All return nil for anything else.
enum Wording {
    /// Decimal digits only, as keepalived takes for counts and ports.
    static func number(_ word: String, in range: ClosedRange<Int>) -> Int? {
        guard !word.isEmpty, word.utf8.allSatisfy(\.isDigit), let value = Int(word), range.contains(value) else {
            return nil
        }
        return value
    }

    /// BOOL: on, true, yes; off, false, no.
    static func bool(_ word: String) -> Bool? {
        switch word {
        case "on", "true", "yes": true
        case "off", "false", "no": false
        default: nil
        }
    }

    /// TIMER: decimal seconds with up to six digits after the point.
    static func timer(_ word: String, in range: ClosedRange<Double>) -> Double? {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }),
            parts.contains(where: { !$0.isEmpty }), parts.count == 1 || parts[1].utf8.count <= 6,
            let seconds = Double("0\(parts[0]).\(parts.count == 2 ? parts[1] : "")0"), range.contains(seconds)
        else { return nil }
        return seconds
    }

    /// A port, 0...65,535, host byte order.
    static func port(_ word: String) -> UInt16? { number(word, in: 0...65_535).map(UInt16.init) }

    /// A real server's weight.
    static func weight(_ word: String) -> UInt32? { number(word, in: 0...2_147_483_647).map(UInt32.init) }

    /// A name that the kernel takes for an interface: 1 to 15 bytes, no slash, no colon, not "." or "..".
    static func isInterfaceName(_ word: String) -> Bool {
        (1...15).contains(word.utf8.count) && word != "." && word != ".."
            && word.utf8.allSatisfy { $0 != .slash && $0 != UInt8(ascii: ":") && !$0.isBlank }
    }

    /// Decimal digits after an optional sign.
    static func integer(_ word: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = Int(word), range.contains(value) else { return nil }
        return value
    }

    /// A number without a fraction that is zero: "5", "0.01".
    static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}
