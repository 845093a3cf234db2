/// Comments, and what takes their meaning away.
enum Comments {
    /// Removes the comment, the `\` before `#` and `!`, and blanks around. Double quotes protect all three, and `\`
    /// takes the meaning away from what follows it.
    ///
    /// A `\` that ends the line stays, without blanks before it, even if it ends a comment: the line goes on in the
    /// next one, which matters to definitions only. The result is whether a quote is still open at the end.
    static func strip(_ piece: inout Piece) -> Bool {
        let text = piece.text
        var isQuoted = false
        var removed: [Int] = []
        var end: Int?
        var continues = false
        var index = text.startIndex
        scan: while index < text.endIndex {
            switch text[index] {
            case .quote where end == nil: isQuoted.toggle()
            case .backslash:
                guard index + 1 < text.endIndex else {
                    continues = true
                    break scan
                }
                let next = text[index + 1]
                if !isQuoted, end == nil, next == .hash || next == .bang { removed.append(index) }
                index += 1
            case .hash, .bang:
                if !isQuoted, end == nil { end = index }
            default: break
            }
            index += 1
        }
        let kept = text[..<(end ?? (continues ? text.endIndex - 1 : text.endIndex))]
        finish(&piece, kept: kept, removed: removed, continues: continues)
        return isQuoted
    }

    private static func finish(_ piece: inout Piece, kept: ArraySlice<UInt8>, removed: [Int], continues: Bool) {
        let start = kept.firstIndex { !$0.isBlank } ?? kept.endIndex
        let trimmed = kept[start...].trimmingSuffix(while: \.isBlank)
        let last = piece.text.endIndex - 1
        if removed.isEmpty, !continues || trimmed.endIndex == last {
            piece = piece.part(trimmed.startIndex..<(continues ? last + 1 : trimmed.endIndex))
            return
        }
        var skipped = removed[...]
        var indices = trimmed.indices.filter { index in
            while let first = skipped.first, first < index { skipped.removeFirst() }
            return skipped.first != index
        }
        if continues { indices.append(last) }
        let columns = ColumnMap(indices.map { Int32(clamping: piece.column(at: $0)) })
        let bytes = indices.map { piece.text[$0] }
        piece.location.column = columns.columns.first.map(Int.init) ?? piece.location.column
        piece.text = bytes[...]
        piece.columns = columns
    }
}
