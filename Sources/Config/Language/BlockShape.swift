/// The keywords of a block, as far as reading its statements needs to know them: the tree that `Block`s of the grammar
/// make of themselves.
final class BlockShape: Sendable {
    /// As operators call it: "vrrp_instance", "the top level".
    let name: String
    let keywords: [String: KeywordShape]
    /// The words alone, in alphabetical order.
    let sortedKeywords: [String]

    init(name: String, keywords: [String: KeywordShape]) {
        self.name = name
        self.keywords = keywords
        sortedKeywords = keywords.keys.sorted()
    }
}

/// What reading a statement needs to know of its keyword.
struct KeywordShape: Sendable {
    /// How many words must follow; keepalived refuses the configuration if they don't.
    var minimumArguments = 0
    /// Whether its words are split as scripts are: see `WordSplitter.quoted`.
    var isQuoted = false
    /// What follows in braces; nil for nothing.
    var content: BlockContent?
}

/// What may stand in a block.
enum BlockContent: Sendable {
    case keywords(BlockShape)
    /// Lines that begin with a value, not with a keyword.
    case values
}
