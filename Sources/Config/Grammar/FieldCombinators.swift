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

    /// A keyword that takes nothing: its presence sets the value.
    static func mark(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Bool>> & Sendable, sets value: Bool = true
    ) -> Field {
        var field = Field.flag(name, path, sets: value)
        field.show = { model in
            let setting = model[keyPath: path]
            let isSet = JSON.bool(setting.wrappedValue == value)
            return [SettingReport(keyword: name, value: isSet, origin: setting.origin, isPresence: true)]
        }
        return field
    }

    /// The same for a value that may be absent: listed where it is set.
    static func mark(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Bool?>> & Sendable, sets value: Bool = true
    ) -> Field {
        var form = Form<Bool>.nothing
        form.parse = { _ in value }
        var field = Field.value(name, path, form)
        field.show = { model in
            let setting = model[keyPath: path]
            guard setting.wrappedValue == value else { return [] }
            return [SettingReport(keyword: name, value: .bool(true), origin: setting.origin, isPresence: true)]
        }
        return field
    }

    /// The same keyword, listed only for some models.
    func listed(if isListed: @escaping @Sendable (Model) -> Bool) -> Field {
        var field = self
        let show = show
        field.show = { isListed($0) ? show($0) : [] }
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
