/// A file that is being read, line by line.
struct OpenFile {
    /// What stands in a line, so that most lines need no second look.
    struct Marks: OptionSet {
        var rawValue: UInt8
        /// A comment sign, a double quote or a backslash.
        static let comment = Marks(rawValue: 1)
        static let dollar = Marks(rawValue: 2)
        static let brace = Marks(rawValue: 4)
        static let zero = Marks(rawValue: 8)
    }

    /// A line without its end and without blanks around.
    struct Line {
        var text: ArraySlice<UInt8>
        var location: SourceLocation
        var marks: Marks
        /// Its length with blanks, without the end of the line.
        var length: Int
    }

    let path: String
    /// The path up to its last slash, without it; "/" stays, "" if there is none.
    let directory: String
    /// What `include_check` is set back to at the end of the file.
    let checks: IncludeChecks
    /// The files that the same `include` still has to read.
    var next: ArraySlice<String>
    /// That `include`; nil for the main file.
    var include: Include?
    private let bytes: [UInt8]
    private var offset: Int
    private var number = 0

    init(path: String, bytes: [UInt8], checks: IncludeChecks, next: ArraySlice<String>) {
        self.path = path
        self.bytes = bytes
        self.checks = checks
        self.next = next
        directory = Self.directory(of: path)
        offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next line, blank ones too; nil at the end.
    mutating func nextLine() -> Line? {
        guard offset < bytes.count else { return nil }
        let lineStart = number == 0 ? 0 : offset
        let from = offset
        number += 1
        let (marks, lineEnd, start, end) = bytes.withUnsafeBufferPointer { Self.scan($0, from: from) }
        offset = lineEnd + 1
        let location = SourceLocation(file: path, line: number, column: start - lineStart + 1)
        var length = lineEnd - from
        while length > 0, bytes[from + length - 1] == .carriageReturn { length -= 1 }
        return Line(text: bytes[start..<end], location: location, marks: marks, length: length)
    }

    /// Finds the end of a line, and where its text begins and ends.
    private static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, from offset: Int
    ) -> (marks: Marks, lineEnd: Int, start: Int, end: Int) {
        var start = offset
        while start < bytes.count, bytes[start].isBlank, bytes[start] != .newline { start += 1 }
        var marks: Marks = []
        var end = start
        while end < bytes.count {
            switch bytes[end] {
            case .newline: return finish(bytes, marks, start: start, lineEnd: end)
            case .hash, .bang, .quote, .backslash: marks.insert(.comment)
            case .dollar: marks.insert(.dollar)
            case .openBrace, .closeBrace: marks.insert(.brace)
            case 0: marks.insert(.zero)
            default: break
            }
            end += 1
        }
        return finish(bytes, marks, start: start, lineEnd: end)
    }

    private static func finish(
        _ bytes: UnsafeBufferPointer<UInt8>, _ marks: Marks, start: Int, lineEnd: Int
    ) -> (marks: Marks, lineEnd: Int, start: Int, end: Int) {
        var end = lineEnd
        while end > start, bytes[end - 1].isBlank { end -= 1 }
        return (marks, lineEnd, start, end)
    }

    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: .slash) else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
