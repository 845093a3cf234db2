/// Lines of a configuration, made fit for a terminal.
enum Excerpt {
    /// How many characters of a line are shown at most.
    private static let width = 160
    /// How many of them stand before the column in a line that is cut.
    private static let before = 60
    /// More bytes of a line are not looked at on either side of the column.
    private static let reach = 1_024

    /// The line, and what stands below it; `column` is counted in bytes from 1, 0 for none.
    static func make(_ line: ArraySlice<UInt8>, column: Int) -> (line: String, caret: String?) {
        let target = column > 0 ? min(line.startIndex + column - 1, line.endIndex) : line.startIndex
        let from = max(line.startIndex, boundary(line, target - reach))
        let head = scalars(line[from..<target])
        let tail = scalars(line[target..<min(line.endIndex, target + reach)])
        let isWhole = head.count + tail.count <= width && head.count <= width && tail.count < reach
        let keptHead = isWhole ? head[...] : head.suffix(before)
        let keptTail = tail.prefix(isWhole ? tail.count : width - keptHead.count)
        let isCutBefore = keptHead.count < head.count || from > line.startIndex
        let isCutAfter = keptTail.count < tail.count || target + reach < line.endIndex
        let shown = (isCutBefore ? "…" : "") + string(keptHead + keptTail) + (isCutAfter ? "…" : "")
        guard column > 0 else { return (shown, nil) }
        return (shown, (isCutBefore ? " " : "") + keptHead.map(blank).joined() + "^")
    }

    /// The text without what would change how a terminal shows it.
    static func clean(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return text }
        return string(text.unicodeScalars.map(visible)[...])
    }

    /// The beginning of the character that an index is in.
    private static func boundary(_ line: ArraySlice<UInt8>, _ index: Int) -> Int {
        var start = index
        while start > line.startIndex, start > index - 4, start < line.endIndex, line[start] & 0xC0 == 0x80 {
            start -= 1
        }
        return start
    }

    private static func scalars(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar] {
        bytes.text.unicodeScalars.filter { $0 != "\u{FEFF}" }.map(visible)
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    /// Control characters become pictures of themselves; what steers the direction of text or its lines, U+FFFD.
    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x09: return scalar
        case 0..<0x20: return Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
        case 0x20..<0x7F: return scalar
        case 0x7F: return "\u{2421}"
        default:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                return "\u{FFFD}"
            default: return scalar
            }
        }
    }

    /// What takes as much room as a character: a tab is a tab, a wide one is two blanks, a mark on another nothing.
    private static func blank(_ scalar: Unicode.Scalar) -> String {
        if scalar == "\t" { return "\t" }
        if scalar.value < 0x300 { return " " }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return ""
        default: return isWide(scalar.value) ? "  " : " "
        }
    }

    /// East Asian wide characters and pictures, by block.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
