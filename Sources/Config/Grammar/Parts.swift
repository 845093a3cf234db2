// Constructors of keywords that several blocks share.

extension Field {
    /// The keywords of a part of the model, as keywords of the whole.
    static func part<Part>(
        _ path: any WritableKeyPath<Model, Part> & Sendable, _ fields: [Field<Part>]
    ) -> [Field] {
        fields.map { $0.within(path) }
    }
}

extension Form where Value == Int {
    /// A count without a sign.
    static func count(_ range: ClosedRange<Int>, _ unit: String? = nil) -> Form { .integer(range, unit) }
}

extension Form where Value == UInt16 {
    /// A port, 1 to 65535, host byte order.
    static var port: Form { Form<Int>.integer(1...65_535, "a port").map({ UInt16($0) }, back: { Int($0) }) }
}

extension Form where Value == UInt32 {
    /// A packet mark.
    static var mark: Form {
        Form<Int>.integer(0...0xffff_ffff, "a mark").map({ UInt32($0) }, back: { Int($0) })
    }
}

extension Form where Value == Double {
    /// TIMER as keepalived reads it: a sign may stand before it, and digits beyond microseconds are cut off.
    static func duration(_ range: ClosedRange<Double>, _ syntax: String) -> Form {
        Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let word = arguments.next ?? ""
                if let whole = Wording.number(word, in: 0...1_000_000_000), range.contains(Double(whole)) {
                    _ = arguments.take()
                    return Double(whole)
                }
                let digits = word.hasPrefix("+") ? word.dropFirst() : word[...]
                let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
                let isLong = parts.count == 2 && parts[1].utf8.count > 6 && parts[1].utf8.allSatisfy(\.isDigit)
                let text = isLong ? "\(parts[0]).\(parts[1].prefix(6))" : String(digits)
                let seconds = try arguments.take(syntax) { _ in Wording.timer(text, in: range) }
                if isLong { arguments.warn("'\(word)' has more than six digits after the point: \(text) is used") }
                return seconds
            },
            json: Form<Double>.seconds(range).json)
    }

    /// More than 0 seconds, of any length.
    static var interval: Form { duration(0.000_001...18_446_744_073_709, "seconds, more than 0") }
    /// 0 seconds or more.
    static var delay: Form { duration(0...18_446_744_073_709, "seconds, 0 or more") }
    /// The time that a connection may take.
    static var connectTimeout: Form { duration(0.000_001...4_294.967_295, "seconds, more than 0, at most 4294.967295") }
}

extension Form where Value == String {
    /// A word whose absence keepalived survives.
    static func optionalWord(_ syntax: String) -> Form { word(syntax).needing(0) }
}
