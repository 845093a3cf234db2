import Wire

// Fields made of other fields.

extension Field {
    /// The same keyword in a block whose model holds this one's.
    func within<Parent: Sendable>(_ path: any WritableKeyPath<Parent, Model> & Sendable) -> Field<Parent> {
        let (read, show) = (read, show)
        return Field<Parent>(
            name: name, syntax: syntax, shape: shape,
            read: { statement, model, log in read(statement, &model[keyPath: path], log) },
            show: { show($0[keyPath: path]) }, reason: reason)
    }

    /// The same keyword, and something done after each time it was read.
    func then(_ work: @escaping @Sendable (Statement, inout Model, DiagnosticLog) -> Void) -> Field {
        var field = self
        let read = read
        field.read = { statement, model, log in
            read(statement, &model, log)
            work(statement, &model, log)
        }
        return field
    }

    /// A keyword whose presence sets a value of two that may be absent.
    static func sets(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Bool?>> & Sendable, to value: Bool
    ) -> Field {
        var form = Form<Bool>.nothing
        form.parse = { _ in value }
        var field = Field.value(name, path, form)
        if !value { field.show = { _ in [] } }
        return field
    }

    /// A keyword whose presence sets false, and that is listed as true then: `nopreempt`.
    static func negation(_ name: String, _ path: any WritableKeyPath<Model, Setting<Bool>> & Sendable) -> Field {
        var field = Field.flag(name, path, sets: false)
        field.show = {
            [
                SettingReport(
                    keyword: name, value: .bool(!$0[keyPath: path].wrappedValue), origin: $0[keyPath: path].origin)
            ]
        }
        return field
    }

    /// A keyword with a block of names, several to a line if one likes; if it comes again, that is skipped.
    static func names(_ name: String, _ path: any WritableKeyPath<Model, [Setting<String>]> & Sendable) -> Field {
        Field(
            name: name, syntax: "{ NAME ... }", shape: KeywordShape(content: .values),
            read: { statement, model, log in
                guard model[keyPath: path].isEmpty else {
                    log.warn(statement.location, "'\(name)' is there already: this one is skipped")
                    return
                }
                model[keyPath: path] = statement.block.flatMap { line in
                    line.words.map { Setting($0.text, from: line.location.at($0.column)) }
                }
                if model[keyPath: path].isEmpty { log.warn(statement.location, "'\(name)' is empty") }
            },
            show: { model in
                let lines = model[keyPath: path].map { Form.word("NAME").report("", $0) }
                return lines.isEmpty ? [] : [SettingReport(keyword: name, value: .null, children: lines)]
            })
    }
}
