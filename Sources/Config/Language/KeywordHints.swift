/// What to write instead of an unknown keyword. Answers are remembered, since the same slip comes again and again.
final class KeywordHints {
    private struct Question: Hashable {
        var word: String
        var shape: ObjectIdentifier
    }

    private let root: BlockShape
    private var answers: [Question: String?] = [:]
    private var homesByWord: [String: [String]]?

    init(root: BlockShape) { self.root = root }

    /// A similar keyword of the same block, or the block in which this very word is known, or a similar one of another
    /// block; nil if there is none of them.
    func hint(for unknown: String, in shape: BlockShape) -> String? {
        let question = Question(word: unknown, shape: ObjectIdentifier(shape))
        if let answer = answers[question] { return answer }
        let answer = find(unknown, in: shape)
        answers[question] = .some(answer)
        return answer
    }

    private func find(_ unknown: String, in shape: BlockShape) -> String? {
        let homes = homes(of: unknown)
        if homes.isEmpty || root.keywords[unknown] == nil {
            if let name = nearest(to: unknown, among: shape.sortedKeywords) { return "did you mean '\(name)'?" }
        }
        if shape !== root, root.keywords[unknown] != nil {
            return "it stands outside of blocks: is a '}' missing before it?"
        }
        if !homes.isEmpty { return Self.text(unknown, homes) }
        guard let other = nearest(to: unknown, among: allWords) else { return nil }
        return Self.text(other, self.homes(of: other))
    }

    private static func text(_ word: String, _ homes: [String]) -> String {
        homes.count > 3
            ? "'\(word)' belongs in one of: \(homes.joined(separator: ", "))"
            : "did you mean '\(word)' inside '\(homes.joined(separator: "' or '"))'?"
    }

    /// The blocks that know a word, in alphabetical order; none for a word that stands outside of blocks only.
    private func homes(of word: String) -> [String] { index()[word] ?? [] }

    private lazy var allWords: [String] = index().keys.sorted()

    private func index() -> [String: [String]] {
        if let homesByWord { return homesByWord }
        var homes: [String: Set<String>] = [:]
        var queue = [root]
        var seen: Set<ObjectIdentifier> = []
        while let shape = queue.popLast() {
            guard seen.insert(ObjectIdentifier(shape)).inserted else { continue }
            for (word, keyword) in shape.keywords {
                if shape !== root { homes[word, default: []].insert(shape.name) }
                if case .keywords(let child) = keyword.content { queue.append(child) }
            }
        }
        let sorted = homes.mapValues { $0.sorted() }
        homesByWord = sorted
        return sorted
    }
}
