/// A line that is read again and again: `~SEQ`, `~SEQx` and `~LST`.
struct Sequence {
    /// What the names stand for in each round.
    enum Values {
        case numbers(next: Int, last: Int, step: Int, isHexadecimal: Bool)
        case list([[[UInt8]]], next: Int)
    }

    var names: [String]
    var values: Values
    /// What is read in each round.
    var piece: Piece

    /// Whether no round is left.
    var isFinished: Bool {
        switch values {
        case .numbers(let next, let last, let step, _): step > 0 ? next > last : next < last
        case .list(let sets, let next): next >= sets.count
        }
    }

    /// The values of the next round, one for each name; there must be one.
    mutating func next() -> [[UInt8]] {
        switch values {
        case .numbers(let next, let last, let step, let isHexadecimal):
            let (following, overflows) = next.addingReportingOverflow(step)
            values =
                overflows
                ? .list([], next: 0)
                : .numbers(next: following, last: last, step: step, isHexadecimal: isHexadecimal)
            return [Array(String(next, radix: isHexadecimal ? 16 : 10).utf8)]
        case .list(let sets, let next):
            values = .list(sets, next: next + 1)
            return sets[next]
        }
    }
}

/// Why a sequence is not one, in words.
struct SequenceError: Error {
    var reason: String
}

/// Reads what stands between the parentheses of a sequence.
struct SequenceParser {
    private let text: ArraySlice<UInt8>
    private var index: Int

    private init(_ text: ArraySlice<UInt8>, at index: Int) {
        self.text = text
        self.index = index
    }

    /// The sequence that a line makes. `expand` replaces the definitions in the numbers of `~SEQ`.
    static func parse(
        _ piece: Piece, expand: (ArraySlice<UInt8>) -> ArraySlice<UInt8>
    ) throws(SequenceError) -> Sequence {
        var parser = SequenceParser(piece.text, at: piece.text.startIndex + 4)
        let isList = piece.starts(with: "~LST")
        let isHexadecimal = !isList && parser.take(UInt8(ascii: "x"))
        parser.skipBlanks()
        guard parser.take(.openParenthesis) else { throw SequenceError(reason: "a '(' is missing") }
        parser.skipBlanks()
        let names: [String]
        let values: Sequence.Values
        if isList {
            (names, values) = try parser.list()
        } else {
            (names, values) = try parser.numbers(isHexadecimal: isHexadecimal, expand: expand)
        }
        var rest = piece.rest(from: parser.index)
        rest.depth += 1
        rest.mayHaveDollar = true
        return Sequence(names: names, values: values, piece: rest)
    }

    private mutating func skipBlanks() { while index < text.endIndex, text[index].isBlank { index += 1 } }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < text.endIndex, text[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func word(until stops: StaticString) -> ArraySlice<UInt8> {
        let start = index
        while index < text.endIndex, !text[index].isBlank {
            let byte = text[index]
            if stops.withUTF8Buffer({ $0.contains(byte) }) { break }
            index += 1
        }
        let word = text[start..<index]
        skipBlanks()
        return word
    }

    // MARK: ~SEQ

    private mutating func numbers(
        isHexadecimal: Bool, expand: (ArraySlice<UInt8>) -> ArraySlice<UInt8>
    ) throws(SequenceError) -> ([String], Sequence.Values) {
        let name = word(until: ",)")
        guard !name.isEmpty, take(.comma) else { throw SequenceError(reason: "a name and a ',' must come first") }
        guard let end = text[index...].firstIndex(of: .closeParenthesis) else {
            throw SequenceError(reason: "a ')' is missing")
        }
        let given = expand(text[index..<end]).split(separator: .comma, omittingEmptySubsequences: false)
        index = end + 1
        guard given.count <= 3 else { throw SequenceError(reason: "at most start, step and end are given") }
        var numbers: [Int] = []
        for field in given {
            guard let number = Self.number(field.trimmed) else {
                throw SequenceError(reason: "'\(field.trimmed.text)' is not a whole number")
            }
            numbers.append(number)
        }
        let (start, step, last) = Self.bounds(numbers)
        guard step != 0, start == last || (start < last) == (step > 0) else {
            throw SequenceError(reason: "the step \(step) does not lead from \(start) to \(last)")
        }
        guard !isHexadecimal || (start >= 0 && last >= 0) else {
            throw SequenceError(reason: "~SEQx takes no negative numbers")
        }
        return ([name.text], .numbers(next: start, last: last, step: step, isHexadecimal: isHexadecimal))
    }

    /// Start, step and end of END, of START and END, or of all three.
    private static func bounds(_ numbers: [Int]) -> (start: Int, step: Int, last: Int) {
        switch numbers.count {
        case 1: (numbers[0] < 0 ? -1 : 1, numbers[0] < 1 ? -1 : 1, numbers[0])
        case 2: (numbers[0], numbers[0] <= numbers[1] ? 1 : -1, numbers[1])
        default: (numbers[0], numbers[1], numbers[2])
        }
    }

    /// A number as strtol(3) reads it with base 0: decimal, 0x... or 0...
    private static func number(_ text: ArraySlice<UInt8>) -> Int? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = text.dropFirst(isNegative || text.first == UInt8(ascii: "+") ? 1 : 0)
        guard let first = digits.first, first.isDigit, digits.count <= 32 else { return nil }
        let isHexadecimal = digits.count > 2 && first == 0x30 && digits[digits.startIndex + 1] | 0x20 == 0x78
        let radix = isHexadecimal ? 16 : first == 0x30 ? 8 : 10
        let significant = digits.dropFirst(isHexadecimal ? 2 : 0)
        guard significant.allSatisfy({ $0.hexadecimalValue != nil }) else { return nil }
        return Int(significant.text, radix: radix).map { isNegative ? -$0 : $0 }
    }

    // MARK: ~LST

    private mutating func list() throws(SequenceError) -> ([String], Sequence.Values) {
        let names = try group(isNames: true).map(\.text)
        guard take(.comma) else { throw SequenceError(reason: "a ',' must follow the names") }
        var sets: [[[UInt8]]] = []
        repeat {
            skipBlanks()
            var values = try group(isNames: false).map { Array($0) }
            guard values.count <= names.count else {
                throw SequenceError(reason: "there are more values than the \(names.count) names")
            }
            while values.count < names.count { values.append([]) }
            sets.append(values)
            skipBlanks()
        } while take(.comma)
        guard take(.closeParenthesis) else { throw SequenceError(reason: "a ')' is missing") }
        return (names, .list(sets, next: 0))
    }

    /// One word, or several in braces.
    private mutating func group(isNames: Bool) throws(SequenceError) -> [ArraySlice<UInt8>] {
        guard take(.openBrace) else { return [word(until: isNames ? ",}" : ",})")] }
        var words: [ArraySlice<UInt8>] = []
        repeat {
            skipBlanks()
            words.append(word(until: isNames ? ",}" : ",})"))
        } while take(.comma)
        guard take(.closeBrace) else { throw SequenceError(reason: "a '}' is missing") }
        skipBlanks()
        return words
    }
}
