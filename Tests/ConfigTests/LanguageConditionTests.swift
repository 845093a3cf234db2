import Testing

@testable import Config

@Suite("Language: conditional lines")
struct LanguageConditionTests {
    @Test("@id keeps a line if it is the configuration's own, @^id if it is not")
    func conditions() {
        let lines = Lines("@host1 a\n@host2 b\n@^host1 c\n@^host2 d\n  @host1\te f\n@host c2\n@host11 d2")
        #expect(lines.texts == ["a", "d", "e f"])
        #expect(lines.diagnostics.isEmpty)
    }

    @Test("Nothing after the id leaves nothing")
    func empty() { #expect(Lines("@host1\n@host1   \n@\n@^\n@^host2").texts.isEmpty) }

    @Test("Only one condition is looked at; a second one is a word like any other")
    func twice() { #expect(Lines("@host1 @^host2 nn").texts == ["@^host2 nn"]) }

    @Test("What follows a brace is a line of its own, with a condition of its own")
    func afterBrace() {
        #expect(Lines("a { @host1 b\nc } @host2 d\n}").texts == ["a", "{", "b", "c", "}", "}"])
    }

    @Test("Without an id no @id line is kept, and every @^id line is")
    func withoutID() {
        #expect(Lines("@host1 a\n@^host1 b", context: ReadingContext()).texts == ["b"])
    }

    @Test("Definitions and includes may be conditional, and a condition may come out of a definition")
    func combinations() {
        #expect(Lines("@host1 $P=240\n@host2 $P=200\npriority $P").texts == ["priority 240"])
        #expect(Lines("$IF=@host1\n$IF a\n$IF2=@host2\n$IF2 b").texts == ["a"])
        let files = ["t.conf": "@host1 include a\n@host2 include b", "a": "x", "b": "y"]
        #expect(Lines(files: files).texts == ["x"])
    }

    @Test("The column is that of the line")
    func columns() {
        let token = Lines("  @host1 weight").tokens[0]
        #expect(token.location.column == 10)
    }
}
