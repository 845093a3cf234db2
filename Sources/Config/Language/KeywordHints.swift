/// What to write instead of an unknown keyword.
enum KeywordHints {
    /// A similar keyword of the same block, or the block in which this very word is known; nil if there is neither.
    static func hint(for unknown: String, in shape: BlockShape, root: BlockShape) -> String? {
        if let name = nearest(to: unknown, among: Array(shape.keywords.keys)) { return "did you mean '\(name)'?" }
        if root.keywords[unknown] != nil { return "it stands outside of blocks: is a '}' missing before it?" }
        let homes = homes(of: unknown, under: root)
        guard let home = homes.first else { return nil }
        return homes.count > 3
            ? "it belongs in one of: \(homes.joined(separator: ", "))"
            : "did you mean '\(unknown)' inside '\(homes.count == 1 ? home : homes.joined(separator: "' or '"))'?"
    }

    /// The blocks that know a word, in alphabetical order.
    private static func homes(of word: String, under root: BlockShape) -> [String] {
        var homes: Set<String> = []
        var queue = [root]
        var seen: Set<ObjectIdentifier> = []
        while let shape = queue.popLast() {
            guard seen.insert(ObjectIdentifier(shape)).inserted else { continue }
            if shape.keywords[word] != nil { homes.insert(shape.name) }
            for keyword in shape.keywords.values {
                if case .keywords(let child) = keyword.content { queue.append(child) }
            }
        }
        return homes.sorted()
    }
}
