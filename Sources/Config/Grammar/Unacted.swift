/// The words that the model holds and that no module acts on yet: the one table of what is promised. It shrinks.
enum Unacted {
    static func contains(_ keyword: String, in block: String) -> Bool { words[block]?.contains(keyword) ?? false }

    /// By block.
    static let words: [String: Set<String>] = [:]
}
