/// A keyword with its arguments, and the statements of its block if it has one.
struct Statement: Equatable {
    var words: [String]
    var location: SourceLocation
    var block: [Statement] = []

    var keyword: String { words[0] }
    var arguments: ArraySlice<String> { words.dropFirst() }

    /// The argument at an index counted from 0; nil if there are not so many.
    func argument(_ index: Int) -> String? { index + 1 < words.count ? words[index + 1] : nil }
}

/// The third layer: tokens become a tree of statements that the grammar knows.
///
/// Unknown keywords are reported and skipped with their whole block; missing and surplus braces are reported and made
/// up for, as keepalived does. What is left is known, and has the arguments it needs.
struct BlockReader {
    private let tokens: [Token]
    private let grammar: Grammar
    private let log: DiagnosticLog
    private var next = 0

    private init(_ tokens: [Token], grammar: Grammar, log: DiagnosticLog) {
        self.tokens = tokens
        self.grammar = grammar
        self.log = log
    }

    static func statements(of tokens: [Token], grammar: Grammar, log: DiagnosticLog) -> [Statement] {
        var reader = BlockReader(tokens, grammar: grammar, log: log)
        return reader.readBlock(.top, openedAt: nil)
    }

    /// Reads up to and including the block's closing brace, or to the end.
    private mutating func readBlock(_ kind: BlockKind, openedAt opening: SourceLocation?) -> [Statement] {
        var statements: [Statement] = []
        while next < tokens.count {
            let token = tokens[next]
            next += 1
            switch token.kind {
            case .close where opening != nil: return statements
            case .close: log.warn(token.location, "a '}' too many: ignored")
            case .open: log.warn(token.location, "a '{' after no keyword that opens a block: ignored")
            case .words(let words):
                if let statement = readStatement(words, token.location, in: kind) { statements.append(statement) }
            }
        }
        if let opening { log.warn(opening, "the block that begins here is not closed", hint: "add a '}'") }
        return statements
    }

    private mutating func readStatement(
        _ words: [String], _ location: SourceLocation, in kind: BlockKind
    ) -> Statement? {
        if kind == .values { return Statement(words: words, location: location) }
        guard let keyword = grammar.keyword(words[0], in: kind) else {
            reportUnknown(words[0], location, in: kind)
            return nil
        }
        let isComplete = words.count - 1 >= keyword.minimumArguments
        if !isComplete {
            let need = keyword.minimumArguments == 1 ? "a value" : "\(keyword.minimumArguments) values"
            log.fail(location, "'\(keyword.name)' needs \(need)", hint: "keepalived refuses it too")
        }
        if keyword.use == .notUsedYet { log.noteNotUsedYet(keyword.name, location) }
        var statement = Statement(words: words, location: location)
        if let block = keyword.block { statement.block = readBody(block, of: statement) }
        return isComplete && keyword.use != .silent ? statement : nil
    }

    private mutating func readBody(_ kind: BlockKind, of statement: Statement) -> [Statement] {
        if isNext(.open) {
            next += 1
        } else {
            log.warn(statement.location, "'\(statement.keyword)' has no '{': what follows is read as its block")
        }
        guard kind == .opaque else { return readBlock(kind, openedAt: statement.location) }
        skipBlock(openedAt: statement.location)
        return []
    }

    private mutating func reportUnknown(_ word: String, _ location: SourceLocation, in kind: BlockKind) {
        let hint = grammar.hint(for: word, in: kind)
        let isBlock = isNext(.open)
        log.warn(location, "unknown keyword '\(word)': \(isBlock ? "block" : "line") skipped", hint: hint)
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
            case .words: break
            }
            next += 1
        }
        if depth > 0 { log.warn(opening, "the block that begins here is not closed", hint: "add a '}'") }
    }

    private func isNext(_ kind: Token.Kind) -> Bool { next < tokens.count && tokens[next].kind == kind }
}
