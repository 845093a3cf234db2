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
