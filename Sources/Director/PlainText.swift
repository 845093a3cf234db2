/// Text from outside, such as a configuration's, made fit for a log or a terminal.
package enum PlainText {
    /// The text with `?` for every control character (below 0x20, and 0x7f).
    ///
    /// - Parameter keepsLines: newlines stay.
    package static func clean(_ text: String, keepsLines: Bool = false) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || scalar.value == 0x7f
            clean.append(isControl && !(keepsLines && scalar == "\n") ? "?" : scalar)
        }
        return String(clean)
    }
}
