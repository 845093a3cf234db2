import Wire

/// A setting as it is listed: what it is called, its value, what set it.
package struct SettingReport: Equatable, Sendable {
    /// The keyword; empty for a line of values.
    package var keyword: String
    /// The value, or the head of a block; an array stands for several words.
    package var value: JSON
    /// What set it; nil for the default.
    package var origin: SourceLocation?
    /// What is in its block; nil if it has none.
    package var children: [SettingReport]?
    /// Whether the keyword alone says that the value is true, and nothing says that it is false.
    package var isPresence = false

    /// `children` is nil for what has no block.
    package init(
        keyword: String, value: JSON, origin: SourceLocation? = nil, children: [SettingReport]? = nil,
        isPresence: Bool = false
    ) {
        self.keyword = keyword
        self.value = value
        self.origin = origin
        self.children = children
        self.isPresence = isPresence
    }
}
