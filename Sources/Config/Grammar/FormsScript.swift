import Wire

extension Form where Value == [String] {
    /// `COMMAND`: one word, in quotes if it has arguments, is split once more.
    static var command: Form {
        Form(
            syntax: "one word: the command, in quotes if it has arguments", minimumArguments: 0, isQuoted: true,
            parse: { (arguments) throws(Misfit) in try arguments.takeCommand("a command") },
            json: { words in
                .string(
                    words.map { $0.isEmpty || $0.utf8.contains(where: \.isBlank) ? "'\($0)'" : $0 }
                        .joined(separator: " "))
            })
    }
}

extension Arguments {
    /// Takes one word and splits it into a program and its arguments.
    mutating func takeCommand(_ expected: String) throws(Misfit) -> [String] {
        guard let text = next else { throw misfit(expected) }
        let words: [String]
        do throws(WordSplitter.Failure) {
            words = try WordSplitter.quoted(Token(.text(Array(text.utf8)[...]), at: location.at(0))).map(\.text)
        } catch {
            throw misfit("\(expected): \(error.message)")
        }
        guard let program = words.first, !program.isEmpty else { throw misfit(expected) }
        _ = take()
        return words
    }
}
