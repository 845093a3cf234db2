/// What a configuration is told of the world that reads it, so that reading stays a function of its input.
package struct ReadingContext: Sendable {
    /// What `@id` lines are compared with, and `${_INSTANCE}`: keepalived's `-i`, by default the host's name up to
    /// the first dot. With nil no `@id` line is kept, and every `@^id` line is.
    package var configurationID: String?
    /// The absolute path to which relative paths are relative; `${_PWD}` is made of it.
    package var workingDirectory: String
    /// The value of an environment variable, for `${_ENV NAME}`; nil if it is not set.
    package var environment: @Sendable (String) -> String?
    /// Where the numbers of `${_RANDOM}` begin; the same seed makes the same numbers.
    package var seed: UInt64
    /// How many lines definitions and sequences may make in all. More is an error.
    package var maximumLines: Int
    /// How many bytes definitions and sequences may write in all. More is an error.
    package var maximumBytes: Int

    /// Nothing is known of the world unless it is given. The limits are the greatest sensible ones.
    package init(
        configurationID: String? = nil, workingDirectory: String = "/",
        environment: @escaping @Sendable (String) -> String? = { _ in nil }, seed: UInt64 = 0,
        maximumLines: Int = 1_000_000, maximumBytes: Int = 256 << 20
    ) {
        self.configurationID = configurationID
        self.workingDirectory = workingDirectory
        self.environment = environment
        self.seed = seed
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
    }
}

/// SplitMix64: for `${_RANDOM}`, which need not be unpredictable.
struct SmallGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
