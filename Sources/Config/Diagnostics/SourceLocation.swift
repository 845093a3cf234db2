/// Where in the configuration something stands.
package struct SourceLocation: Sendable {
    /// The file's path, as it was given or as an `include` found it.
    package var file: String
    /// Counted from 1; 0 means the file as a whole.
    package var line: Int
    /// Counted in bytes from 1; 0 means the line as a whole, or that it came out of a definition or a sequence.
    package var column: Int
    /// Which text the line became, if something in it was replaced: see `SourceTexts`. Not compared.
    var expansion: Int32 = 0

    /// `line` and `column` are counted from 1; 0 means the file, or the line, as a whole.
    package init(file: String, line: Int, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// Another place in the same line.
    func at(_ column: Int) -> SourceLocation {
        var location = self
        location.column = column
        return location
    }
}

extension SourceLocation: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.line == right.line && left.column == right.column && left.file == right.file
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(line)
        hasher.combine(column)
        hasher.combine(file)
    }
}

extension SourceLocation: CustomStringConvertible {
    /// `FILE:LINE`, or `FILE` for the file as a whole: what people look for. The column is for the caret.
    package var description: String { line > 0 ? "\(file):\(line)" : file }
}
