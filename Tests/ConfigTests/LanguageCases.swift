@testable import Config

/// Makes lines of the configuration language at random. Each statement is an unknown keyword, so that what keepalived
/// calls unknown, and where, shows how it took the text apart.
///
/// What is made stays within what means something: braces match, definitions have ends.
struct LanguageCases {
    /// Which of a file's cases this is: its words and names begin with the number.
    private let number: Int
    private var random: SmallGenerator
    private var words = 0
    private var lines: [String] = []

    private init(number: Int, seed: UInt64) {
        self.number = number
        random = SmallGenerator(state: seed &* 1_000 &+ UInt64(number))
    }

    /// The lines of a case, which stand in a block `virtual_server`.
    static func lines(number: Int, seed: UInt64) -> [String] {
        var cases = LanguageCases(number: number, seed: seed)
        for _ in 0..<Int.random(in: 1...4, using: &cases.random) { cases.addFeature() }
        return cases.lines
    }

    /// The lines of a case, which stand in the block `global_defs`: the only one where keepalived 2.2.7 understands
    /// `\#`. It reads the others from what it has written while it read this one, with `#` in the place of `\#`.
    static func globalLines(number: Int, seed: UInt64) -> [String] {
        var cases = LanguageCases(number: number, seed: seed)
        for _ in 0..<Int.random(in: 1...4, using: &cases.random) { cases.addEscape() }
        return cases.lines
    }

    private mutating func word() -> String {
        words += 1
        return "kw_\(number)_\(words)"
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element { choices.randomElement(using: &random)! }

    private mutating func blank() -> String { pick([" ", "  ", "\t", " \t "]) }

    private mutating func addFeature() {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: addComment()
        case 1: addQuotes()
        case 2: addBraces()
        case 3: addDefinition()
        case 4: addMultiline()
        case 5: addSequence()
        case 6: addList()
        case 7: addConditional()
        default: addBlanks()
        }
    }

    private mutating func addBlanks() {
        lines.append(pick(["", " ", "\t", "   \r"]))
        lines.append(pick(["", " ", "\t\t"]) + word() + pick(["", " ", "\t", "\r", " \r"]))
        lines.append(word() + blank() + pick(["a", "1", "a b", "\"a b\"", "-5", "é"]) + pick(["", " "]))
    }

    private mutating func addComment() {
        let mark = pick(["#", "!"])
        switch Int.random(in: 0..<6, using: &random) {
        case 0: lines.append(mark + word() + " { } \"")
        case 1: lines.append(word() + mark + word())
        case 2: lines.append(word() + blank() + mark + blank() + "{ it's \"open")
        case 3: lines.append(word() + mark + mark + "x\\")
        case 4: lines.append(word() + " \"a\(mark)b\" c" + mark + "d")
        default: lines.append("\"" + word() + mark + "x\" y")
        }
    }

    private mutating func addEscape() {
        let mark = pick(["#", "!"])
        switch Int.random(in: 0..<7, using: &random) {
        case 0: lines.append(word() + "\\" + mark + "x" + mark + "y")
        case 1: lines.append(word() + "\\" + mark + " " + mark + "y")
        case 2: lines.append(word() + " \\" + mark + " \"a\" \\" + mark)
        case 3: lines.append("\"" + word() + "\\" + mark + "x\" y")
        case 4: lines.append(word() + "\\\\" + mark + "x")
        case 5: lines.append("~SEQ(i,1,2) \(word())_${i}\\" + mark + "x" + mark)
        default: addComment()
        }
    }

    private mutating func addQuotes() {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: lines.append("\"" + word() + "\"")
        case 1: lines.append("\"" + word() + " b\" c")
        case 2: lines.append("\"" + word() + " {x}\" c")
        case 3: lines.append(word() + blank() + "\"a } b\" \"c { d\"")
        default: lines.append(word() + blank() + "'it is'" + blank() + "\"\"")
        }
    }

    /// A real server, which is a block in this block, in every way that braces can stand.
    private mutating func addBraces() {
        let head = "real_server 10.\(number % 200).0.\(Int.random(in: 1...250, using: &random)) 80"
        let (one, two, three) = (word(), word(), word())
        switch Int.random(in: 0..<8, using: &random) {
        case 0: lines += [head + " {", one, "}", two]
        case 1: lines += [head, "{", one, "}"]
        case 2: lines += [head + "{", one + " a }", two]
        case 3: lines += [head, "{ " + one, two, "} " + three]
        case 4: lines += [head + " { " + one + " } " + two]
        case 5: lines += [head + " {", "TCP_CHECK { " + one, "} " + two + " } " + three]
        case 6: lines += [head, "", "# nothing", "{", "TCP_CHECK", "{", one, "}", two, "}"]
        default: lines += [head + " {" + one + " x y}" + two]
        }
    }

    private mutating func addDefinition() {
        let name = "D\(number)_\(words)"
        let value = word()
        switch Int.random(in: 0..<8, using: &random) {
        case 0: lines += ["$\(name)=\(value)", "$\(name)"]
        case 1: lines += ["$\(name)=\(value)", "${\(name)}_x a"]
        case 2: lines += ["$\(name)=\(value)", "x_${\(name)}_${\(name)}"]
        case 3: lines += ["$\(name)=\(value) b c", "$\(name) d"]
        case 4: lines += ["$\(name)=\(value)", "$\(name)=\(word())", "$\(name)"]
        case 5: lines += ["$\(name)=${\(name)b}_y", "$\(name)b=\(value)", "$\(name)"]
        case 6: lines += ["$\(name)=", "${\(name)}\(value)"]
        default: lines += ["$\(name)_undefined \(value)", "\(value) $\(name)_undefined"]
        }
    }

    private mutating func addMultiline() {
        let name = "M\(number)_\(words)"
        let (one, two) = (word(), word())
        switch Int.random(in: 0..<5, using: &random) {
        case 0: lines += ["$\(name)= \\", "  \(one) \\", "  \(two)", "$\(name)"]
        case 1: lines += ["$\(name)=\\", "\(one) a\\", "\(two)", "$\(name)", "${\(name)}"]
        case 2:
            lines += ["$\(name)= \\", "real_server 10.9.9.\(number % 250) 80 { \\", "\(one) \\", "}", "$\(name)", two]
        case 3:
            lines += ["$\(name)i= \\", "\(one) \\", "\(two)_${V}"]
            lines += ["$\(name)= \\", "$\(name)i \\", "\(word())", "$V=1", "$\(name)", "$V=2", "$\(name)"]
        default: lines += ["$\(name)= \\", "\(one)_${W} \\", "\(two)", "~SEQ(W,1,3) $\(name)"]
        }
    }

    private mutating func addSequence() {
        let (name, text) = ("S\(number)_\(words)", word())
        switch Int.random(in: 0..<7, using: &random) {
        case 0: lines.append("~SEQ(\(name),1,4) \(text)_${\(name)}")
        case 1: lines.append("~SEQ(\(name),3) \(text)_${\(name)}")
        case 2: lines.append("~SEQ(\(name),10,5,22) \(text)_${\(name)} a $\(name)")
        case 3: lines.append("~SEQ(\(name),5,-2,0) \(text)_${\(name)}")
        case 4: lines.append("~SEQ(\(name),1,2)~SEQ(\(name)b,1,3) \(text)_${\(name)}_${\(name)b}")
        case 5: lines.append("~SEQx(\(name),9,12) \(text)_${\(name)}")
        default: lines.append("~SEQ(\(name), 1, 3) \(text)_${\(name)}")
        }
    }

    private mutating func addList() {
        let (name, text) = ("L\(number)_\(words)", word())
        switch Int.random(in: 0..<4, using: &random) {
        case 0: lines.append("~LST(\(name),a,b,c) \(text)_${\(name)}")
        case 1: lines.append("~LST({\(name),\(name)b},{a,1},{b,2}) \(text)_${\(name)}_${\(name)b}")
        case 2: lines.append("~LST(\(name),x,y)~SEQ(\(name)s,1,2) \(text)_${\(name)}_${\(name)s}")
        default: lines.append("~LST(\(name),one) \(text)_${\(name)} $\(name)")
        }
    }

    private mutating func addConditional() {
        lines += [
            "@edge-a \(word())", "@edge-b \(word())", "@^edge-a \(word())", "@^edge-b\t\(word()) a",
            " @edge-a  \(word())",
        ]
    }
}
