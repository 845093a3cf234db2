// Times as keepalived reads them.

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
