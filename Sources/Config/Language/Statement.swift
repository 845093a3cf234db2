/// A word of a statement and where it begins.
struct Word: Equatable, Sendable {
    var text: String
    /// Counted in bytes from 1; 0 if the word came out of a definition or a sequence and stands nowhere in the file.
    var column: Int
}

/// A keyword with its arguments, and the statements of its block if it has one.
struct Statement: Equatable {
    /// Never empty: the keyword, then its arguments.
    var words: [Word]
    /// The line, and the column of the keyword.
    var location: SourceLocation
    var block: [Statement] = []

    var keyword: String { words[0].text }
    var arguments: ArraySlice<Word> { words.dropFirst() }

    /// The argument at an index counted from 0; nil if there are not so many.
    func argument(_ index: Int) -> String? { index + 1 < words.count ? words[index + 1].text : nil }

    /// Where the argument at an index stands; the keyword's place if there are not so many.
    func location(of index: Int) -> SourceLocation {
        index + 1 < words.count ? location.at(words[index + 1].column) : location
    }
}
