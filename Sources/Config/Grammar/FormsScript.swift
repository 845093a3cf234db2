import Wire

extension Form where Value == [String] {
    /// `COMMAND`: one word, in quotes if it has arguments, is split once more.
    static var command: Form {
        Form(
            syntax: "one word: the command, in quotes if it has arguments", minimumArguments: 0, isQuoted: true,
            parse: { (arguments) throws(Misfit) in
                let location = arguments.statement.location.at(0)
                return try arguments.take("a command") { text in
                    let words = WordSplitter.quoted(Array(text.utf8)[...], location).map(\.text)
                    return words.first?.isEmpty == false ? words : nil
                }
            },
            json: { words in
                .string(
                    words.map { $0.isEmpty || $0.utf8.contains(where: \.isBlank) ? "'\($0)'" : $0 }
                        .joined(separator: " "))
            })
    }
}
