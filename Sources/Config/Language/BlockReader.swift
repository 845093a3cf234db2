/// The third layer: tokens become a tree of statements that the grammar knows.
///
/// Unknown keywords are reported and skipped with their whole block; missing and surplus braces are reported and made
/// up for, as keepalived does. What is left is known, and has the arguments it needs.
struct BlockReader {
    private let tokens: [Token]
    private let hints: KeywordHints
    private let log: DiagnosticLog
    private var next = 0

    private init(_ tokens: [Token], root: BlockShape, log: DiagnosticLog) {
        self.tokens = tokens
        hints = KeywordHints(root: root)
        self.log = log
    }

    static func statements(of tokens: [Token], root: BlockShape, log: DiagnosticLog) -> [Statement] {
        var reader = BlockReader(tokens, root: root, log: log)
        return reader.readBlock(.keywords(root), isQuoted: false, openedAt: nil)
    }

    /// Reads up to and including the block's closing brace, or to the end.
    private mutating func readBlock(
        _ content: BlockContent, isQuoted: Bool, openedAt opening: SourceLocation?
    ) -> [Statement] {
        var statements: [Statement] = []
        while next < tokens.count {
            let token = tokens[next]
            next += 1
            switch token.kind {
            case .close where opening != nil: return statements
            case .close: log.warn(token.location, "a '}' too many: ignored")
            case .open: log.warn(token.location, "a '{' after no keyword that opens a block: ignored")
            case .text:
                if let statement = readText(token, as: content, isQuoted: isQuoted) { statements.append(statement) }
            }
        }
        if let opening { log.warn(opening, "the block that begins here is not closed", hint: "add a '}'") }
        return statements
    }

    private mutating func readText(_ token: Token, as content: BlockContent, isQuoted: Bool) -> Statement? {
        switch content {
        case .keywords(let shape): return readStatement(token, in: shape)
        case .values:
            guard let words = words(of: token, isQuoted: isQuoted), !words.isEmpty else { return nil }
            return Statement(words: words, location: token.location)
        }
    }

    /// The words of a line; nil, with a warning, if they can't be told apart.
    private func words(of token: Token, isQuoted: Bool) -> [Word]? {
        guard isQuoted else { return WordSplitter.plain(token) }
        do throws(WordSplitter.Failure) {
            return try WordSplitter.quoted(token)
        } catch {
            log.warn(token.location, "\(error.message): line skipped")
            return nil
        }
    }

    private mutating func readStatement(_ token: Token, in shape: BlockShape) -> Statement? {
        let location = token.location
        let plain = WordSplitter.plain(token)
        guard let first = plain.first else { return nil }
        guard let keyword = shape.keywords[first.text] else {
            reportUnknown(first.text, location, in: shape)
            return nil
        }
        let split = keyword.isQuoted ? words(of: token, isQuoted: true) : plain
        let words = split ?? plain
        var statement = Statement(words: words, location: location)
        let isComplete = words.count - 1 >= keyword.minimumArguments
        if !isComplete { reportIncomplete(statement, keyword.minimumArguments) }
        if let content = keyword.content {
            statement.block = readBody(content, isQuoted: keyword.isQuoted, of: statement)
        }
        return isComplete && split != nil ? statement : nil
    }

    private func reportIncomplete(_ statement: Statement, _ minimum: Int) {
        let need = minimum == 1 ? "a value" : "\(minimum) values"
        log.fail(statement.location, "'\(statement.keyword)' needs \(need)", hint: "keepalived refuses it too")
    }

    private mutating func readBody(_ content: BlockContent, isQuoted: Bool, of statement: Statement) -> [Statement] {
        if isNext(.open) {
            next += 1
        } else {
            log.warn(statement.location, "'\(statement.keyword)' has no '{': what follows is read as its block")
        }
        return readBlock(content, isQuoted: isQuoted, openedAt: statement.location)
    }

    private mutating func reportUnknown(_ word: String, _ location: SourceLocation, in shape: BlockShape) {
        let isBlock = isNext(.open)
        log.warn(
            location, "unknown keyword '\(word)': \(isBlock ? "block" : "line") skipped",
            hint: hints.hint(for: word, in: shape))
        if isBlock {
            next += 1
            skipBlock(openedAt: location)
        }
    }

    /// Passes over everything up to the brace that closes a block already opened.
    private mutating func skipBlock(openedAt opening: SourceLocation) {
        var depth = 1
        while next < tokens.count, depth > 0 {
            switch tokens[next].kind {
            case .open: depth += 1
            case .close: depth -= 1
            case .text: break
            }
            next += 1
        }
        if depth > 0 { log.warn(opening, "the block that begins here is not closed", hint: "add a '}'") }
    }

    private func isNext(_ kind: Token.Kind) -> Bool { next < tokens.count && tokens[next].kind == kind }
}
