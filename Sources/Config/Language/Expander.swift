/// Replaces the uses of definitions.
struct Expander {
    /// keepalived writes a line with its definitions replaced into a buffer of 1,024 bytes, a zero among them.
    static let longestLine = 1_023
    /// Longer lines are an error, since only definitions that use themselves make such.
    static let mostBytes = 16_384
    /// More replacements in a line are an error, for the same reason.
    static let mostReplacements = 1_000

    /// What a replacement costs of `ReadingContext.maximumBytes` besides the bytes of the line.
    private static let replacementCost = 64
    /// After so many of these errors nothing is replaced any more.
    private static let mostFailures = 100

    var definitions = Definitions()
    private let context: ReadingContext
    private var random: SmallGenerator
    /// What is left of `ReadingContext.maximumBytes`.
    private var bytesLeft: Int
    private var failures = 0

    /// Why a line is not expanded, in words; the configuration is refused.
    struct Failure: Error {
        var message: String
        var hint: String
    }

    /// What replacing made of a line.
    struct Result {
        var isChanged = false
        /// The further lines of each definition with several that was met.
        var following: [[[UInt8]]] = []
        var warning: String?
    }

    init(context: ReadingContext) {
        self.context = context
        random = SmallGenerator(state: context.seed)
        bytesLeft = context.maximumBytes
    }

    /// Replaces one use after the other, also in what was put in, from left to right. `directory` is the file's own.
    mutating func expand(_ piece: inout Piece, directory: String) throws(Failure) -> Result {
        var result = Result()
        // Most lines with a `$` in them are made of others that stand nowhere.
        let hasColumns = piece.columns != nil || piece.location.column > 0
        var text = Array(piece.text)
        var columns = hasColumns ? piece.text.indices.map { Int32(clamping: piece.column(at: $0)) } : []
        var replacements = 0
        var position = 0
        while position < text.count {
            guard text[position] == .dollar, let reference = Reference(text[...], at: position),
                let definition = definitions[reference.name],
                !definition.hasSeveralLines || reference.range.upperBound == text.count,
                let value = value(of: definition, reference, directory, &result)
            else {
                position += 1
                continue
            }
            replacements += 1
            bytesLeft -= text.count + Self.replacementCost
            let size = text.count - reference.range.count + value.count
            guard replacements <= Self.mostReplacements, size <= Self.mostBytes, bytesLeft > 0 else {
                throw failure(reference.name)
            }
            text.replaceSubrange(reference.range, with: value)
            if hasColumns { columns.replaceSubrange(reference.range, with: repeatElement(0, count: value.count)) }
            result.isChanged = true
            if definition.lines.count > 1 { result.following.append(Array(definition.lines.dropFirst())) }
            // What a sequence repeats is expanded in each round.
            if value.first(where: { !$0.isBlank }) == .tilde { break }
        }
        if result.isChanged { piece.replace(text, hasColumns ? columns : nil) }
        return result
    }

    private mutating func failure(_ name: String) -> Failure {
        if bytesLeft <= 0 {
            return Failure(
                message: "definitions and sequences make more than \(context.maximumBytes) bytes",
                hint: "does '$\(name)' use itself?")
        }
        failures += 1
        if failures == Self.mostFailures { bytesLeft = 0 }
        return Failure(
            message: "'$\(name)' makes the line longer than \(Self.mostBytes) bytes or never ends",
            hint: "a definition must not use itself")
    }

    private mutating func value(
        of definition: Definition, _ reference: Reference, _ directory: String, _ result: inout Result
    ) -> [UInt8]? {
        guard reference.arguments == nil || definition.takesArguments else { return nil }
        switch definition.source {
        case .text: return definition.lines[0]
        case .workingDirectory: return Array(absolute(directory).utf8)
        case .instance: return Array((context.configurationID ?? "").utf8)
        case .random: return randomNumber(reference.arguments)
        case .environment:
            guard let name = reference.arguments?.text, !name.isEmpty else { return nil }
            guard let value = context.environment(name) else {
                result.warning = "the environment has no '\(name)': nothing is put in its place"
                return []
            }
            return Array(value.utf8.prefix { $0 != 0 && $0 != .newline })
        }
    }

    private func absolute(_ directory: String) -> String {
        if directory.isEmpty { return context.workingDirectory }
        if directory.utf8.first == .slash { return directory }
        return context.workingDirectory.utf8.last == .slash
            ? context.workingDirectory + directory : "\(context.workingDirectory)/\(directory)"
    }

    /// From the first to the second number, both included; 0 to 32,767 if they are not given.
    private mutating func randomNumber(_ arguments: ArraySlice<UInt8>?) -> [UInt8]? {
        let words = (arguments ?? []).split(whereSeparator: \.isBlank)
        guard words.allSatisfy({ $0.allSatisfy(\.isDigit) }) else { return nil }
        let numbers = words.map { UInt64($0.text) ?? .max }
        let low = numbers.first ?? 0
        let high = max(low, numbers.count > 1 ? numbers[1] : 32_767)
        return Array(String(UInt64.random(in: low...high, using: &random)).utf8)
    }
}

extension Piece {
    /// Puts another text in the place of this one; 0 is the column of what does not stand in the
    /// line, nil if nothing does.
    mutating func replace(_ bytes: [UInt8], _ columns: [Int32]?) {
        text = bytes[...]
        self.columns = columns.map { ColumnMap($0) }
        location.column = Int(columns?.first ?? 0)
    }
}
