import Wire

// Commands that are run, and who runs them.

extension Form where Value == Script {
    /// `COMMAND [USER [GROUP]]`: one word, in quotes if it has arguments, is split once more.
    static var script: Form {
        Form(
            syntax: "COMMAND [USER [GROUP]], in quotes if it has arguments", isQuoted: true,
            parse: { (arguments) throws(Misfit) in
                var script = Script(words: try arguments.command())
                script.user = arguments.take()
                script.group = arguments.take()
                return script
            },
            json: { script in
                let words = [script.text, script.user, script.group].compactMap { $0 }
                return words.count == 1 ? .string(words[0]) : .array(words.map { .string($0) })
            })
    }

    /// `COMMAND`: one word, in quotes if it has arguments, is split once more.
    static var command: Form {
        Form(
            syntax: "one word: COMMAND, in quotes if it has arguments", minimumArguments: 0, isQuoted: true,
            parse: { (arguments) throws(Misfit) in Script(words: try arguments.command()) },
            json: { .string($0.text) })
    }
}

extension Arguments {
    fileprivate mutating func command() throws(Misfit) -> [String] {
        let before = self
        guard let text = take() else { throw before.misfit("COMMAND") }
        let bytes = Array(text.utf8)
        let words = WordSplitter.quoted(bytes[...], statement.location.at(0)).map(\.text)
        guard let program = words.first, !program.isEmpty else { throw before.misfit("COMMAND") }
        return words
    }
}

extension Script {
    /// As one word of a line; an argument with blanks in quotes.
    var text: String {
        words.map { $0.isEmpty || $0.utf8.contains(where: \.isBlank) ? "'\($0)'" : $0 }.joined(separator: " ")
    }
}

extension Form where Value == ScriptUser {
    /// `USER [GROUP]`.
    static var scriptUser: Form {
        Form(
            syntax: "USER [GROUP]",
            parse: { (arguments) throws(Misfit) in
                let name = try arguments.take("USER [GROUP]") { $0 }
                return ScriptUser(name: name, group: arguments.take())
            },
            json: { user in
                user.group.map { .array([.string(user.name), .string($0)]) } ?? .string(user.name)
            })
    }
}
