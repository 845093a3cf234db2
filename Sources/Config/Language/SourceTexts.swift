/// The texts that were read, for showing a line to people long after it was read.
final class SourceTexts {
    private struct Text {
        var bytes: [UInt8]
        /// Where each line begins; made when a line is first asked for.
        var starts: [Int] = []
    }

    private var texts: [String: Text] = [:]
    private var expansions: [ArraySlice<UInt8>] = []

    /// Keeps a file's content; the last one counts if a file is read twice.
    func add(_ bytes: [UInt8], path: String) { texts[path] = Text(bytes: bytes) }

    /// Keeps what a line became; the result is never 0.
    func addExpansion(_ text: ArraySlice<UInt8>) -> Int32 {
        expansions.append(text)
        return Int32(clamping: expansions.count)
    }

    /// What the line became at this place; nil if nothing in it was replaced.
    func expansion(at location: SourceLocation) -> ArraySlice<UInt8>? {
        let index = Int(location.expansion) - 1
        return expansions.indices.contains(index) ? expansions[index] : nil
    }

    /// The line, without its end; nil for the file as a whole and for what was not read.
    func line(at location: SourceLocation) -> ArraySlice<UInt8>? {
        guard location.line > 0, let index = texts.index(forKey: location.file) else { return nil }
        if texts.values[index].starts.isEmpty {
            texts.values[index].starts = Self.starts(of: texts.values[index].bytes)
        }
        let text = texts.values[index]
        guard location.line <= text.starts.count else { return nil }
        let start = text.starts[location.line - 1]
        let end = location.line < text.starts.count ? text.starts[location.line] - 1 : text.bytes.count
        return text.bytes[start..<end].trimmingSuffix { $0 == .carriageReturn }
    }

    private static func starts(of bytes: [UInt8]) -> [Int] {
        var starts = [0]
        for (index, byte) in bytes.enumerated() where byte == .newline { starts.append(index + 1) }
        return starts
    }
}
