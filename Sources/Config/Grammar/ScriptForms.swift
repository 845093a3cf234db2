import Wire

extension Form where Value == Script {
    /// A command in one word, which is quoted if it has arguments, and the user and group to run it as.
    static var notifyScript: Form {
        Form(
            syntax: "\"COMMAND ARGUMENTS\" [USER [GROUP]]", isQuoted: true,
            parse: { (arguments) throws(Misfit) in
                let words = try arguments.command()
                let user = arguments.take()
                return Script(words: words, user: user, group: user == nil ? nil : arguments.take())
            },
            json: { script in
                .array(([script.command] + [script.user, script.group].compactMap { $0 }).map { .string($0) })
            })
    }

    /// A command in one word, which is quoted if it has arguments.
    static var command: Form {
        Form(
            syntax: "one word; a command with arguments needs quotes: \"COMMAND ARGUMENTS\"", minimumArguments: 0,
            isQuoted: true, parse: { (arguments) throws(Misfit) in Script(words: try arguments.command()) },
            json: { .string($0.command) })
    }
}

extension Form where Value == ScriptUser {
    /// `USER [GROUP]`.
    static var scriptUser: Form {
        Form(
            syntax: "USER [GROUP]", minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                let user = try arguments.take("USER [GROUP]") { $0 }
                return ScriptUser(user: user, group: arguments.take())
            },
            json: { .array([.string($0.user)] + ($0.group.map { [.string($0)] } ?? [])) })
    }
}

extension Arguments {
    /// Splits the next word into the words of a command.
    fileprivate mutating func command() throws(Misfit) -> [String] {
        let place = location
        return try take("a command") { word in
            let words = WordSplitter.quoted(ArraySlice(word.utf8), place).map(\.text)
            return words.isEmpty ? nil : words
        }
    }
}

extension Script {
    /// Its words in one line.
    fileprivate var command: String { words.joined(separator: " ") }
}
