/// A command that is run: a program, its arguments, and as whom.
package struct Script: Hashable, Sendable {
    /// The program's path, then its arguments; never empty.
    package var words: [String]
    /// The user's name or number; nil: the default user of scripts.
    package var user: String?
    /// The group's name or number; nil: the user's own.
    package var group: String?

    /// `words` must not be empty.
    package init(words: [String], user: String? = nil, group: String? = nil) {
        self.words = words
        self.user = user
        self.group = group
    }
}
