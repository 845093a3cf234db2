import Wire

/// What the checks ask of the machine that the configuration is for.
package protocol ConfigurationSite: Sendable {
    /// The prefixes that interfaces have an address in; nil: unknown, and nothing is checked against them.
    func connectedPrefixes() -> [(interface: String, prefix: Prefix)]?

    /// Why a script would not run: script security disables it, it does not exist, it can't be executed; nil:
    /// nothing is wrong. `path` has a slash in it.
    func scriptProblem(_ path: String) -> String?

    /// The names of the interfaces that are there; nil: unknown, and nothing is checked against them.
    func interfaces() -> Set<String>?

    /// Whether a path is a file that can be executed.
    func canRun(_ path: String) -> Bool

    /// Whether there is a user of that name.
    func hasUser(_ name: String) -> Bool
}
