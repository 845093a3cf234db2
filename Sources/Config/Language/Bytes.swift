extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openParenthesis = UInt8(ascii: "(")
    static let closeParenthesis = UInt8(ascii: ")")
    static let comma = UInt8(ascii: ",")
    static let quote = UInt8(ascii: "\"")
    static let apostrophe = UInt8(ascii: "'")
    static let backslash = UInt8(ascii: "\\")
    static let hash = UInt8(ascii: "#")
    static let bang = UInt8(ascii: "!")
    static let atSign = UInt8(ascii: "@")
    static let caret = UInt8(ascii: "^")
    static let dollar = UInt8(ascii: "$")
    static let equalSign = UInt8(ascii: "=")
    static let underscore = UInt8(ascii: "_")
    static let tilde = UInt8(ascii: "~")
    static let slash = UInt8(ascii: "/")

    /// What keepalived takes as white space within a line, a stray carriage return or form feed too.
    var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isOctalDigit: Bool { (0x30...0x37).contains(self) }
    var isLetter: Bool { (0x41...0x5A).contains(self & 0xDF) }
    /// What the name of a definition is made of.
    var isNameByte: Bool { isLetter || isDigit || self == .underscore }

    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}

extension BidirectionalCollection {
    /// Without the longest run at the end whose elements all fulfil the condition.
    func trimmingSuffix(while condition: (Element) -> Bool) -> SubSequence {
        guard let last = lastIndex(where: { !condition($0) }) else { return self[startIndex..<startIndex] }
        return self[...last]
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks at both ends.
    var trimmed: ArraySlice<UInt8> { drop(while: \.isBlank).trimmingSuffix(while: \.isBlank) }

    /// As text; bytes that are not UTF-8 become U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }
}
