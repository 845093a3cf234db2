import Wire

extension Form where Value == [String] {
    /// A command in one word, which is quoted if it has arguments and split once more.
    static var command: Form {
        Form(
            syntax: "one word; a command with arguments needs quotes: \"COMMAND ARGUMENTS\"", minimumArguments: 0,
            isQuoted: true, parse: { (arguments) throws(Misfit) in try arguments.command() },
            json: { .string(Script.text(of: $0)) })
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
            json: { .array($0.words.map { .string($0) }) })
    }
}

extension Form where Value == Script {
    /// `SCRIPT [USER [GROUP]]`; a script with arguments is in quotes.
    static var script: Form {
        Form(
            syntax: "SCRIPT [USER [GROUP]], a script with arguments in quotes", minimumArguments: 0, isQuoted: true,
            parse: { (arguments) throws(Misfit) in
                let command = try arguments.command()
                let owner = arguments.next == nil ? nil : try Form<UserAndGroup>.userAndGroup.parse(&arguments)
                return Script(command: command, owner: owner)
            },
            json: { script in
                .array(([Script.text(of: script.command)] + (script.owner?.words ?? [])).map { .string($0) })
            })
    }
}

extension Arguments {
    /// Splits the next word into the words of a command.
    fileprivate mutating func command() throws(Misfit) -> [String] {
        let place = location.at(0)
        return try take("a command") { word in
            guard let words = try? WordSplitter.quoted(Token(.text(ArraySlice(word.utf8)), at: place)) else { return nil }
            return words.first?.text.isEmpty == false ? words.map(\.text) : nil
        }
    }
}

extension Script {
    /// The words of a command in one word.
    fileprivate static func text(of words: [String]) -> String {
        words.map { $0.isEmpty || $0.utf8.contains(where: \.isBlank) ? "'\($0)'" : $0 }.joined(separator: " ")
    }
}

extension UserAndGroup {
    fileprivate var words: [String] { [user] + (group.map { [$0] } ?? []) }
}
