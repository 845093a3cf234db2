/// Looks for a pattern in a body that comes in pieces, through a window of bounded size: a match that is longer than
/// the window is not found.
struct PatternSearch: Sendable {
    /// Bytes that are looked at together.
    static let windowSize = 16_384

    private let pattern: HTTPExpectation.BodyPattern
    private var window: [UInt8] = []
    /// Where in the body the window begins.
    private var base = 0
    /// Where in the body a match may begin.
    private var searchStart: Int
    /// Nothing more can change the result.
    private var isDecided = false
    private(set) var isMatched = false

    init(_ pattern: HTTPExpectation.BodyPattern) {
        self.pattern = pattern
        searchStart = max(pattern.minimumOffset, 0)
    }

    /// Takes the next bytes of the body.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty, !isDecided {
            let room = Self.windowSize - window.count
            window.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
            if window.count >= Self.windowSize { search(isLast: false) }
        }
    }

    /// The body is complete.
    mutating func finish() {
        if !isDecided { search(isLast: true) }
        isDecided = true
    }

    private mutating func search(isLast: Bool) {
        if let maximum = pattern.maximumOffset, searchStart > maximum {
            isDecided = true
            return
        }
        let start = searchStart - base
        guard start <= window.count else { return slide(to: window.count) }
        let result = window.withUnsafeBytes { pattern.matcher.search($0, from: start, isLast: isLast) }
        switch result {
        case .match(let index):
            isMatched = pattern.maximumOffset.map { base + index <= $0 } ?? true
            isDecided = true
        case .partial(let index) where !isLast && index > lookBehind && index >= start && index <= window.count:
            searchStart = base + index
            slide(to: index)
        case .partial, .none:
            searchStart = base + window.count
            slide(to: window.count)
        }
    }

    private var lookBehind: Int { min(max(pattern.matcher.lookBehind, 0), 255) }

    /// Forgets what is before an index, but for what a match there may look back at.
    private mutating func slide(to index: Int) {
        let dropped = max(index - lookBehind, 0)
        window.removeFirst(dropped)
        base += dropped
    }
}
