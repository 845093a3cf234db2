import Wire

extension Form {
    /// The same for a keyword without which keepalived goes on: it is a warning then, not an error.
    var tolerant: Form { needing(0) }
}

extension Form where Value == [String] {
    /// Any words, none too, but not more than so many.
    static func words(_ syntax: String, upTo limit: Int) -> Form {
        var form = Form.words(syntax)
        form.parse = { arguments in
            var words: [String] = []
            while words.count < limit, let word = arguments.take() { words.append(word) }
            return words
        }
        return form
    }

    /// One of these words, or none.
    static func oneOf(_ choices: [String]) -> Form {
        let syntax = "nothing, or one of: \(choices.joined(separator: ", "))"
        var form = Form.words(syntax)
        form.parse = { (arguments) throws(Misfit) in
            guard arguments.next != nil else { return [] }
            return [try arguments.take(syntax) { choices.contains($0) ? $0 : nil }]
        }
        return form
    }
}

extension Form where Value == UserAndGroup {
    /// `USER [GROUP]`; a colon before the group is passed over.
    static var userAndGroup: Form {
        Form(
            syntax: "USER [GROUP]", minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                let user = try arguments.take("USER [GROUP]") { $0 }
                return UserAndGroup(
                    user: user, group: arguments.take().map { String($0.hasPrefix(":") ? $0.dropFirst() : $0[...]) })
            },
            json: { .array(($0.group.map { [.string($0)] } ?? []).reduce(into: [.string($0.user)]) { $0.append($1) }) })
    }
}

extension Form where Value == ScriptLine {
    /// `SCRIPT [USER [GROUP]]`; a script with arguments is in quotes.
    static var scriptLine: Form {
        let syntax = "SCRIPT [USER [GROUP]], a script with arguments in quotes"
        return Form(
            syntax: syntax, minimumArguments: 0, isQuoted: true,
            parse: { (arguments) throws(Misfit) in
                let command = try arguments.take(syntax) { text -> [String]? in
                    let words = WordSplitter.quoted(Array(text.utf8)[...], SourceLocation(file: "", line: 0))
                    return words.isEmpty ? nil : words.map(\.text)
                }
                let owner = arguments.next == nil ? nil : try Form<UserAndGroup>.userAndGroup.parse(&arguments)
                return ScriptLine(command: command, owner: owner)
            },
            json: { line in
                let command = JSON.string(line.command.joined(separator: " "))
                return line.owner.map { owner in
                    .array([command, .string(owner.user)] + (owner.group.map { [.string($0)] } ?? []))
                } ?? command
            })
    }
}
