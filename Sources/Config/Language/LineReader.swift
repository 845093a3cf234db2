/// One line of a file without comments, surrounding blanks and line end; never empty.
struct SourceLine {
    var text: [UInt8]
    /// The line, and the column where the text begins; 0 if the text is not what stands in the file.
    var location: SourceLocation

    /// Where a byte of the text stands in the file.
    func location(at index: Int) -> SourceLocation {
        location.at(location.column == 0 ? 0 : location.column + index)
    }
}

/// The first layer: files become lines. Follows `include`, removes comments, counts lines.
struct LineReader {
    /// keepalived reads lines into a buffer of 1,024 bytes, the end of the line and a zero among them.
    static let longestLine = 1_022
    /// How deep files may include each other, and how many are read in all: limits against loops and explosions.
    static let deepestInclude = 32
    static let mostFiles = 4_096

    private let source: any ConfigurationSource
    private let log: DiagnosticLog
    private var openFiles: [String] = []
    private var fileCount = 0
    private(set) var lines: [SourceLine] = []

    init(source: any ConfigurationSource, log: DiagnosticLog) {
        self.source = source
        self.log = log
    }

    /// Reads a file and what it includes; nil if the file itself can't be read, the reason being in the log.
    static func lines(of path: String, from source: any ConfigurationSource, log: DiagnosticLog) -> [SourceLine]? {
        var reader = LineReader(source: source, log: log)
        do throws(ConfigurationSourceError) {
            try reader.readFile(path)
        } catch {
            log.fail(SourceLocation(file: path, line: 0), "the configuration can't be read: \(error.reason)")
            return nil
        }
        return reader.lines
    }

    private mutating func readFile(_ path: String) throws(ConfigurationSourceError) {
        let bytes = try source.read(path: path)
        fileCount += 1
        openFiles.append(path)
        defer { openFiles.removeLast() }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        var number = 0
        for line in text.split(separator: .newline, omittingEmptySubsequences: false) {
            number += 1
            readLine(line, SourceLocation(file: path, line: number))
        }
    }

    private mutating func readLine(_ raw: ArraySlice<UInt8>, _ location: SourceLocation) {
        let line = raw.trimmingSuffix(while: { $0 == .carriageReturn })
        let (text, isQuoteOpen) = Self.withoutComment(line)
        guard let first = text.first else { return }
        if isQuoteOpen { log.warn(location, "a '\"' is not closed: the rest of the line is ignored") }
        if line.count > Self.longestLine {
            log.warn(
                location, "the line has \(line.count) bytes: keepalived would cut it in two",
                hint: "at most \(Self.longestLine)")
        }
        if let pattern = Self.includePattern(text) {
            include(pattern, location)
        } else if first == .atSign || first == .dollar || first == .tilde {
            log.warn(
                location,
                "conditional lines (@), definitions ($) and sequences (~) are not understood yet: line skipped",
                hint: "write out what the line stands for")
        } else {
            let indent = raw.prefix(while: \.isBlank).count
            lines.append(SourceLine(text: text, location: location.at(indent + 1)))
        }
    }

    /// The pattern of `include PATTERN`. Its variants differ in what they report, not in what they read.
    private static func includePattern(_ text: [UInt8]) -> String? {
        let names = ["include", "includer", "includem", "includew", "includeb", "includea"]
        let words = text.split(maxSplits: 1, whereSeparator: \.isBlank)
        guard words.count == 2, names.contains(String(decoding: words[0], as: UTF8.self)) else { return nil }
        return String(decoding: words[1], as: UTF8.self)
    }

    private mutating func include(_ pattern: String, _ location: SourceLocation) {
        let paths = source.glob(pattern, relativeTo: Self.directory(of: location.file))
        if paths.isEmpty { log.warn(location, "no file matches 'include \(pattern)'") }
        for path in paths {
            if openFiles.contains(path) {
                log.warn(location, "'\(path)' includes itself: skipped")
            } else if openFiles.count >= Self.deepestInclude || fileCount >= Self.mostFiles {
                log.warn(
                    location, "too many files are included: '\(path)' is skipped",
                    hint: "at most \(Self.deepestInclude) deep and \(Self.mostFiles) in all")
                return
            } else {
                do throws(ConfigurationSourceError) {
                    try readFile(path)
                } catch {
                    log.warn(location, "'\(path)' can't be read: \(error.reason): skipped")
                }
            }
        }
    }

    /// The path up to its last slash, without it; "/" stays, "" if there is none.
    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: .slash) else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Removes the comment, `\` before `#` and `!`, and blanks around. Quotes protect all three; `\` protects a quote.
    static func withoutComment(_ line: ArraySlice<UInt8>) -> (text: [UInt8], isQuoteOpen: Bool) {
        var text: [UInt8] = []
        var isQuoted = false
        var rest = line.drop(while: \.isBlank)
        while let byte = rest.popFirst() {
            if byte == .backslash, let next = rest.popFirst() {
                if isQuoted || !(next == .hash || next == .bang) { text.append(byte) }
                text.append(next)
                continue
            }
            if !isQuoted, byte == .hash || byte == .bang { break }
            if byte == .quote { isQuoted.toggle() }
            text.append(byte)
        }
        return (Array(text.trimmingSuffix(while: \.isBlank)), isQuoted)
    }
}
