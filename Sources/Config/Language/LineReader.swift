/// The first layer: files become tokens. Follows `include`, removes comments, keeps or drops conditional lines,
/// replaces definitions, repeats sequences, and splits lines at braces.
///
/// It takes the next line as keepalived does: what is left of a line after a brace comes before the rounds of a
/// sequence, those before the further lines of a definition, and those before the next line of the file.
struct LineReader {
    /// keepalived reads lines into a buffer of 1,024 bytes, the end of the line and a zero among them.
    static let longestLine = 1_022
    /// How deep definitions and sequences may nest.
    static let deepestNesting = 100

    /// The lines of a definition that are still to be read.
    private struct Frame {
        var lines: ArraySlice<[UInt8]>
        /// How many sequences were under way before it.
        var sequences: Int
        var location: SourceLocation
        var depth: Int
    }

    /// A definition whose lines are being read.
    private struct Collection {
        var name: String
        var lines: [[UInt8]]
    }

    let source: any ConfigurationSource
    let log: DiagnosticLog
    let context: ReadingContext
    var files = FileStack()
    private(set) var tokens: [Token] = []
    private var expander: Expander
    private var residue: Piece?
    private var sequences: [Sequence] = []
    private var frames: [Frame] = []
    private var collection: Collection?
    private var linesLeft: Int

    init(source: any ConfigurationSource, context: ReadingContext, log: DiagnosticLog) {
        self.source = source
        self.context = context
        self.log = log
        expander = Expander(context: context)
        linesLeft = context.maximumLines
    }

    /// Reads a file and what it includes; nil if the file itself can't be read, the reason being in the log.
    static func tokens(
        of path: String, from source: any ConfigurationSource, context: ReadingContext, log: DiagnosticLog
    ) -> [Token]? {
        var reader = LineReader(source: source, context: context, log: log)
        guard reader.openMain(path) else { return nil }
        while reader.readNext() {}
        return reader.tokens
    }

    private mutating func readNext() -> Bool {
        if let piece = residue {
            residue = nil
            process(piece)
        } else if sequences.count > (frames.last?.sequences ?? 0) {
            if let piece = nextRound() { process(piece) }
        } else if !frames.isEmpty {
            if let piece = nextFrameLine() { process(piece) }
        } else if let line = nextLine() {
            read(line)
        } else {
            endCollection(isAlone: false)
            return false
        }
        return true
    }

    // MARK: Lines of files

    private mutating func read(_ line: OpenFile.Line) {
        guard let first = line.text.first else {
            if line.length == 0 { endCollection(isAlone: false) }
            return
        }
        if line.marks.contains(.zero) {
            log.warn(line.location, "a zero byte in the line: line skipped", hint: "is this a text file?")
            return
        }
        if line.length > Self.longestLine {
            log.warn(
                line.location.at(0), "the line has \(line.length) bytes: keepalived would cut it in two",
                hint: "at most \(Self.longestLine)")
        }
        var piece = Piece(
            text: line.text, columns: nil, location: line.location, mayHaveDollar: line.marks.contains(.dollar))
        if line.marks.contains(.comment) {
            if Comments.strip(&piece) {
                log.warn(line.location.at(0), "a '\"' is not closed: the rest of the line is ignored")
            }
            if piece.text.isEmpty { return }
        }
        if collection != nil || piece.mayHaveDollar || first == .atSign || first == .tilde {
            process(piece)
        } else {
            finish(piece, hasBraces: line.marks.contains(.brace))
        }
    }

    // MARK: Lines of definitions and sequences

    private mutating func takeLine(_ location: SourceLocation) -> Bool {
        guard linesLeft > 0 else {
            failExpansion(
                location, "definitions and sequences make more than \(context.maximumLines) lines",
                hint: "does a definition use itself?")
            return false
        }
        linesLeft -= 1
        return true
    }

    private mutating func nextRound() -> Piece? {
        let last = sequences.count - 1
        guard takeLine(sequences[last].piece.location) else { return nil }
        var piece = sequences[last].piece
        for (name, value) in zip(sequences[last].names, sequences[last].next()) {
            expander.definitions[name] = Definition(lines: [value])
        }
        if sequences[last].isFinished { sequences.removeLast() }
        piece.isExpanded = true
        return piece.text.isEmpty ? nil : piece
    }

    private mutating func nextFrameLine() -> Piece? {
        let last = frames.count - 1
        guard takeLine(frames[last].location) else { return nil }
        let frame = frames[last]
        let line = frames[last].lines.removeFirst()
        if frames[last].lines.isEmpty { frames.removeLast() }
        let text = line[...].trimmed
        guard !text.isEmpty else { return nil }
        return Piece(
            text: text, columns: nil, location: frame.location, mayHaveDollar: true, isExpanded: true,
            depth: frame.depth)
    }

    private mutating func failExpansion(_ location: SourceLocation, _ message: String, hint: String) {
        log.fail(location, message, hint: hint)
        sequences = []
        frames = []
    }

    // MARK: What a line does

    private mutating func process(_ given: Piece) {
        var piece = given
        if collection != nil { return collect(piece) }
        var goesOn = true
        while goesOn {
            goesOn = false
            if piece.text.first == .atSign, !keep(&piece) { return }
            if piece.text.first == .dollar, define(piece) { return }
            if piece.starts(with: "~SEQ") || piece.starts(with: "~LST") { return addSequence(piece) }
            guard piece.mayHaveDollar, piece.text.contains(.dollar), piece.text.first != .tilde else { break }
            guard let isChanged = expand(&piece) else { return }
            if isChanged {
                goesOn = piece.text.first == .atSign || piece.text.first == .tilde || piece.text.contains(.dollar)
            }
        }
        if !piece.text.isEmpty { finish(piece, hasBraces: true) }
    }

    /// Whether a line with a condition is kept; then the condition is gone.
    private func keep(_ piece: inout Piece) -> Bool {
        let isNegated = piece.text.dropFirst().first == .caret
        let word = piece.text.dropFirst(isNegated ? 2 : 1)
        guard let end = word.firstIndex(where: \.isBlank) else { return false }
        let isSame = context.configurationID.map { word[..<end].elementsEqual($0.utf8) } ?? false
        guard isSame != isNegated else { return false }
        piece = piece.rest(from: end)
        return !piece.text.isEmpty
    }

    /// Whether a line begins a definition.
    private mutating func define(_ piece: Piece) -> Bool {
        guard let (name, value) = Definitions.parse(piece.text) else { return false }
        if value.last == .backslash {
            let line = value.dropLast().trimmingSuffix(while: \.isBlank)
            collection = Collection(name: name, lines: line.isEmpty ? [] : [Array(line)])
        } else {
            expander.definitions[name] = Definition(lines: [Array(value)])
        }
        return true
    }

    private mutating func collect(_ piece: Piece) {
        let goesOn = piece.text.last == .backslash
        let line = goesOn ? piece.text.dropLast().trimmingSuffix(while: \.isBlank) : piece.text
        let isAlone = !goesOn && collection?.lines.isEmpty == true
        if !line.isEmpty { collection?.lines.append(Array(line)) }
        if !goesOn { endCollection(isAlone: isAlone) }
    }

    /// A definition of which only the last line says anything is like one that was written on one line.
    private mutating func endCollection(isAlone: Bool) {
        guard let ended = collection else { return }
        collection = nil
        expander.definitions[ended.name] = Definition(
            lines: ended.lines.isEmpty ? [[]] : ended.lines, hasSeveralLines: !isAlone && !ended.lines.isEmpty)
    }

    private mutating func addSequence(_ piece: Piece) {
        do throws(SequenceError) {
            let directory = files.directory
            var expander = expander
            defer { self.expander = expander }
            let sequence = try SequenceParser.parse(piece) { numbers in
                var inner = Piece(text: numbers, columns: nil, location: piece.location, mayHaveDollar: true)
                _ = try? expander.expand(&inner, directory: directory)
                return inner.text
            }
            guard sequence.piece.depth <= Self.deepestNesting else { return failDepth(piece.location) }
            if !sequence.isFinished { sequences.append(sequence) }
        } catch {
            log.warn(
                piece.location, "'\(piece.text.prefix(4).text)' is not understood: \(error.reason): line skipped",
                hint: "~SEQ(NAME, START, STEP, END) or ~LST(NAME, VALUE, ...)")
        }
    }

    private mutating func failDepth(_ location: SourceLocation) {
        failExpansion(
            location, "definitions and sequences nest deeper than \(Self.deepestNesting)",
            hint: "a definition must not use itself")
    }

    /// Replaces definitions; whether there were any, nil if the line is lost.
    private mutating func expand(_ piece: inout Piece) -> Bool? {
        do throws(Expander.Failure) {
            let result = try expander.expand(&piece, directory: files.directory)
            guard result.isChanged else { return false }
            if let warning = result.warning { log.warn(piece.location, warning) }
            piece.isExpanded = true
            for lines in result.following {
                guard piece.depth < Self.deepestNesting else {
                    failDepth(piece.location.at(0))
                    return nil
                }
                frames.append(
                    Frame(
                        lines: lines[...], sequences: sequences.count, location: piece.location.at(0),
                        depth: piece.depth + 1))
            }
            if Comments.strip(&piece) {
                log.warn(piece.location.at(0), "a '\"' is not closed: the rest of the line is ignored")
            }
            return true
        } catch {
            failExpansion(piece.location.at(0), error.message, hint: error.hint)
            return nil
        }
    }

    // MARK: Tokens

    /// What a line is after all that: an `include`, or tokens.
    private mutating func finish(_ given: Piece, hasBraces: Bool) {
        var piece = given
        if piece.isExpanded, piece.location.expansion == 0 {
            piece.location.expansion = log.texts.addExpansion(piece.text)
        }
        if piece.text.first == UInt8(ascii: "i"), piece.starts(with: "include"), follow(piece) { return }
        guard hasBraces else { return tokens.append(Token(text: piece)) }
        residue = Lexer.split(piece, into: &tokens, log: log)
        // What can be replaced was, up to the end of the line.
        residue?.mayHaveDollar = false
    }
}
