import Wire

extension Field {
    /// A keyword with a value of which the first counts: keepalived passes over the others.
    static func once<Value>(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Value>> & Sendable, _ form: Form<Value>
    ) -> Field {
        var field = Field.value(name, path, form)
        let read = field.read
        field.read = { statement, model, log in
            if let first = model[keyPath: path].origin {
                log.warn(statement.location, "'\(name)' is set already, in line \(first.line): ignored")
            } else {
                read(statement, &model, log)
            }
        }
        return field
    }

    /// The same with a value that may be absent.
    static func once<Value>(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Value?>> & Sendable, _ form: Form<Value>
    ) -> Field { once(name, path, form.optional) }

    /// A keyword with a block of words, each a value, however they stand in lines.
    static func wordList(
        _ name: String, _ path: any WritableKeyPath<Model, [Setting<String>]> & Sendable, of syntax: String
    ) -> Field {
        var field = Field.values(name, path, .word(syntax))
        field.read = { statement, model, log in
            if statement.block.isEmpty { log.warn(statement.location, "'\(name)' is empty", hint: syntax) }
            for line in statement.block {
                for word in line.words {
                    model[keyPath: path].append(Setting(word.text, from: line.location.at(word.column)))
                }
            }
        }
        return field
    }
}
