/// What a URL's response must be.
package struct HTTPExpectation: Sendable {
    /// `status_code`: what passes; keepalived's default is 200 to 299.
    package var statusCodes: [ClosedRange<Int>] = [200...299]
    /// `digest`: the body's MD5, 16 bytes; nil: any body.
    package var digest: [UInt8]?
    /// `regex`; nil: any body.
    package var pattern: BodyPattern?

    /// Any response with a status of 200 to 299.
    package init() {}

    /// `regex` and what restricts it. Offsets are in bytes of the body, chunked encoding undone.
    package struct BodyPattern: Sendable {
        /// What finds it.
        package var matcher: any BodyMatcher
        /// `regex_no_match`: it must not be found.
        package var mustFail = false
        /// `regex_min_offset`: a match begins here or later.
        package var minimumOffset = 0
        /// `regex_max_offset`: a match begins here or earlier; nil: anywhere.
        package var maximumOffset: Int?

        /// Anywhere in the body.
        package init(_ matcher: any BodyMatcher) { self.matcher = matcher }
    }
}

/// A digest that takes its input in pieces: MD5, from whatever library the shell has.
package protocol IncrementalDigest: Sendable {
    /// Takes the next bytes.
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    /// The digest of all that was taken; called once, at the end.
    mutating func finish() -> [UInt8]
}

/// A compiled regular expression, from whatever library the shell has (PCRE2 is what keepalived's users write).
package protocol BodyMatcher: Sendable {
    /// How many bytes before the start of a match it may look at (`PCRE2_INFO_MAXLOOKBEHIND`); at most 255.
    var lookBehind: Int { get }
    /// Looks for the first match that begins at index `start` of `text` or later. Unless `isLast`, more text may come:
    /// a match that isn't decided yet is `.partial` (`PCRE2_PARTIAL_HARD`). A library that doesn't know partial matches
    /// says `.partial` for the tail that it wants to see again.
    func search(_ text: UnsafeRawBufferPointer, from start: Int, isLast: Bool) -> BodyMatch
}

/// What a search found; indices in the text that was given.
package enum BodyMatch: Hashable, Sendable {
    case none
    /// A match that begins here.
    case match(at: Int)
    /// Perhaps a match that begins here: more text is needed.
    case partial(from: Int)
}
