extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let hash = UInt8(ascii: "#")
    static let bang = UInt8(ascii: "!")
    static let atSign = UInt8(ascii: "@")
    static let dollar = UInt8(ascii: "$")
    static let tilde = UInt8(ascii: "~")
    static let slash = UInt8(ascii: "/")

    /// What keepalived takes as white space within a line, a stray carriage return or form feed too.
    var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    var isDigit: Bool { (0x30...0x39).contains(self) }
}

extension BidirectionalCollection {
    /// Without the longest run at the end whose elements all fulfil the condition.
    func trimmingSuffix(while condition: (Element) -> Bool) -> SubSequence {
        guard let last = lastIndex(where: { !condition($0) }) else { return self[startIndex..<startIndex] }
        return self[...last]
    }
}
