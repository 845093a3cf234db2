/// Where configuration files come from: the disk in the daemon, memory in tests.
package protocol ConfigurationSource {
    /// The whole content of the file at `path`.
    func read(path: String) throws(ConfigurationSourceError) -> [UInt8]

    /// The files that match `pattern`, in the order of glob(3): `*`, `?`, `[...]` and csh braces, `{a,b}`.
    ///
    /// A relative pattern starts at `directory`, the including file's own ("" if its path has no slash). The results
    /// are paths that `read(path:)` takes; none if nothing matches.
    func glob(_ pattern: String, relativeTo directory: String) -> [String]
}

/// Why a file can't be read, as the end of a sentence: "permission denied".
package struct ConfigurationSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The reason, in words.
    package var reason: String

    /// `reason` is the end of a sentence.
    package init(reason: String) { self.reason = reason }

    /// The reason alone.
    package var description: String { reason }
}
