/// A line, or what is left of it after a brace: the unit that definitions, conditions and sequences work on.
struct Piece {
    /// No blanks around. A slice of the file's bytes as long as nothing had to be changed.
    var text: ArraySlice<UInt8>
    /// Where each byte of the text stands in the line, if the text is not a slice of the line.
    var columns: ColumnMap?
    /// The line, and the column of the first byte; 0 if that came out of a definition or a sequence.
    var location: SourceLocation
    /// Whether a `$` may be in it.
    var mayHaveDollar: Bool
    /// Whether it came out of a definition or a sequence, or something in it did.
    var isExpanded = false
    /// How many definitions and sequences it came out of.
    var depth = 0

    /// The column of a byte of the text; 0 if it came out of a definition or a sequence.
    func column(at index: Int) -> Int { columns.column(at: index, of: text, location) }

    /// A part of the piece.
    func part(_ range: Range<Int>) -> Piece {
        var piece = self
        piece.location.column = column(at: range.lowerBound)
        piece.text = text[range]
        return piece
    }

    /// The rest of the piece from an index on, without blanks before it.
    func rest(from index: Int) -> Piece {
        let start = text[index...].firstIndex { !$0.isBlank } ?? text.endIndex
        return part(start..<text.endIndex)
    }

    func starts(with prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { text.starts(with: $0) }
    }
}

/// Where the bytes of a text that was put together stand in the line.
final class ColumnMap: Sendable {
    /// One for each byte; 0 if it came out of a definition or a sequence.
    let columns: [Int32]

    init(_ columns: [Int32]) { self.columns = columns }
}

extension ColumnMap? {
    /// The column of a byte of a text that begins at a location.
    func column(at index: Int, of text: ArraySlice<UInt8>, _ location: SourceLocation) -> Int {
        if let self { return self.columns.indices.contains(index) ? Int(self.columns[index]) : 0 }
        return location.column == 0 ? 0 : location.column + index - text.startIndex
    }
}
