/// csh braces in the pattern of an `include`: `{a,b{c,d}}.conf` stands for a.conf, bc.conf and bd.conf.
enum BracePattern {
    /// More alternatives than these are not made.
    static let most = 4_096

    /// What the pattern stands for, without braces, in order; nil if that is too much. An unbalanced brace stands for
    /// itself.
    static func alternatives(of pattern: ArraySlice<UInt8>) -> [[UInt8]]? {
        var done: [[UInt8]] = []
        var waiting = [Array(pattern)]
        var work = 0
        while let next = waiting.popLast() {
            work += next.count + 1
            guard done.count + waiting.count <= most, work <= 1 << 20 else { return nil }
            guard let (group, parts) = firstGroup(next) else {
                done.append(next)
                continue
            }
            for part in parts.reversed() {
                var whole = next
                whole.replaceSubrange(group, with: part)
                waiting.append(whole)
            }
        }
        return done
    }

    /// The first balanced group and its parts.
    private static func firstGroup(_ text: [UInt8]) -> (Range<Int>, [ArraySlice<UInt8>])? {
        var opened: Int?
        var depth = 0
        var commas: [Int] = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case .backslash: index += 1
            case .openBrace:
                if depth == 0 { opened = index }
                depth += 1
            case .comma where depth == 1: commas.append(index)
            case .closeBrace where depth > 0:
                depth -= 1
                if depth == 0, let opened {
                    let starts = [opened + 1] + commas.map { $0 + 1 }
                    let ends = commas + [index]
                    return (opened..<index + 1, zip(starts, ends).map { text[$0..<$1] })
                }
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Whether glob(3) looks for more than one name.
    static func hasWildcard(_ pattern: [UInt8]) -> Bool {
        var index = 0
        while index < pattern.count {
            if pattern[index] == .backslash {
                index += 1
            } else if "*?[".utf8.contains(pattern[index]) {
                return true
            }
            index += 1
        }
        return false
    }
}
