import Wire

/// One keyword of a block: how it is written, and what becomes of it in the model.
struct Field<Model: Sendable>: Sendable {
    var name: String
    /// What follows the keyword, for messages and the table of keywords.
    var syntax: String
    var shape: KeywordShape
    var read: @Sendable (Statement, inout Model, DiagnosticLog) -> Void
    /// How the setting is listed; nothing for what has no effect.
    var show: @Sendable (Model) -> [SettingReport] = { _ in [] }
    /// Why nothing will ever act on it.
    var reason: UnusedReason?
}

extension Field {
    /// A keyword with a value.
    static func value<Value>(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Value>> & Sendable, _ form: Form<Value>
    ) -> Field {
        Field(
            name: name, syntax: form.syntax,
            shape: KeywordShape(minimumArguments: form.minimumArguments, isQuoted: form.isQuoted),
            read: { statement, model, log in
                guard let value = form.value(of: statement, log) else { return }
                model[keyPath: path] = Setting(value, from: statement.location)
            },
            show: { [form.report(name, $0[keyPath: path])] })
    }

    /// A keyword with a value that may be absent.
    static func value<Value>(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Value?>> & Sendable, _ form: Form<Value>
    ) -> Field { value(name, path, form.optional) }

    /// A keyword that is set by being there, or by the BOOL after it.
    static func flag(_ name: String, _ path: any WritableKeyPath<Model, Setting<Bool>> & Sendable) -> Field {
        value(name, path, .flag)
    }

    /// A keyword whose presence sets a value, like `no_accept`; nothing follows it.
    static func flag(
        _ name: String, _ path: any WritableKeyPath<Model, Setting<Bool>> & Sendable, sets value: Bool
    ) -> Field {
        var form = Form<Bool>.nothing
        form.parse = { _ in value }
        var field = Field.value(name, path, form)
        field.show = { _ in [] }
        return field
    }

    /// A keyword that may come again and again; each adds a value.
    static func repeated<Value>(
        _ name: String, _ path: any WritableKeyPath<Model, [Setting<Value>]> & Sendable, _ form: Form<Value>
    ) -> Field {
        Field(
            name: name, syntax: form.syntax,
            shape: KeywordShape(minimumArguments: form.minimumArguments, isQuoted: form.isQuoted),
            read: { statement, model, log in
                guard let value = form.value(of: statement, log) else { return }
                model[keyPath: path].append(Setting(value, from: statement.location))
            },
            show: { $0[keyPath: path].map { form.report(name, $0) } })
    }

    /// A keyword with a block of lines, each a value.
    static func values<Value>(
        _ name: String, _ path: any WritableKeyPath<Model, [Setting<Value>]> & Sendable, _ form: Form<Value>
    ) -> Field {
        Field(
            name: name, syntax: "{ \(form.syntax) }", shape: KeywordShape(isQuoted: form.isQuoted, content: .values),
            read: { statement, model, log in
                for line in statement.block {
                    guard let value = form.value(ofLine: line, in: name, log) else { continue }
                    model[keyPath: path].append(Setting(value, from: line.location))
                }
            },
            show: { model in
                let lines = model[keyPath: path].map { form.report("", $0) }
                return lines.isEmpty ? [] : [SettingReport(keyword: name, value: .null, children: lines)]
            })
    }

    /// A keyword with a block of which there is one; if it comes again, it goes on.
    static func block<Child>(
        _ name: String, _ path: any WritableKeyPath<Model, Child> & Sendable, _ block: Block<Child>
    ) -> Field {
        Field(
            name: name, syntax: "{ ... }", shape: KeywordShape(content: .keywords(block.shape)),
            read: { statement, model, log in block.read(statement.block, into: &model[keyPath: path], log) },
            show: { [SettingReport(keyword: name, value: .null, children: block.show($0[keyPath: path]))] })
    }

    /// A keyword with a block of which there may be one.
    static func block<Child>(
        _ name: String, _ path: any WritableKeyPath<Model, Child?> & Sendable, _ block: Block<Child>,
        new: @escaping @Sendable () -> Child
    ) -> Field {
        Field(
            name: name, syntax: "{ ... }", shape: KeywordShape(content: .keywords(block.shape)),
            read: { statement, model, log in
                var child = model[keyPath: path] ?? new()
                block.read(statement.block, into: &child, log)
                model[keyPath: path] = child
            },
            show: { model in
                model[keyPath: path].map {
                    [SettingReport(keyword: name, value: .null, children: block.show($0))]
                } ?? []
            })
    }

    /// A keyword with a block of which there may be many, each with a head: `real_server ADDRESS PORT { ... }`.
    ///
    /// A block whose head makes no value is skipped with a warning, as keepalived drops incomplete objects.
    static func blocks<Child>(
        _ name: String, _ path: any WritableKeyPath<Model, [Child]> & Sendable, _ block: Block<Child>,
        head: Form<Child>
    ) -> Field where Child: Located {
        Field(
            name: name, syntax: "\(head.syntax) { ... }",
            shape: KeywordShape(
                minimumArguments: head.minimumArguments, isQuoted: head.isQuoted, content: .keywords(block.shape)),
            read: { statement, model, log in
                guard var child = head.value(of: statement, log, otherwise: "block skipped") else { return }
                block.read(statement.block, into: &child, log)
                model[keyPath: path].append(child)
            },
            show: { model in
                model[keyPath: path].map {
                    SettingReport(
                        keyword: name, value: head.json($0), origin: $0.location, children: block.show($0))
                }
            })
    }

    /// Another name of a keyword: it is read alike, and listed under the first name alone.
    static func synonym(_ name: String, of field: Field) -> Field {
        var other = field
        other.name = name
        other.show = { _ in [] }
        return other
    }

    /// A keyword that is understood and checked, and that nothing will act on.
    static func unused<Value>(_ name: String, _ form: Form<Value>, _ reason: UnusedReason) -> Field {
        Field(
            name: name, syntax: form.syntax,
            shape: KeywordShape(minimumArguments: form.minimumArguments, isQuoted: form.isQuoted),
            read: { statement, _, log in _ = form.value(of: statement, log) }, reason: reason)
    }

    /// A block of lines that is understood and checked, and that nothing will act on.
    static func unusedValues<Value>(_ name: String, _ form: Form<Value>, _ reason: UnusedReason) -> Field {
        Field(
            name: name, syntax: "{ \(form.syntax) }", shape: KeywordShape(isQuoted: form.isQuoted, content: .values),
            read: { statement, _, log in
                for line in statement.block { _ = form.value(ofLine: line, in: name, log) }
            }, reason: reason)
    }
}

extension Form {
    /// The value that a statement's arguments make; nil, with a warning, if they make none.
    func value(of statement: Statement, _ log: DiagnosticLog, otherwise: String = "ignored") -> Value? {
        value(of: Arguments(statement, log: log), statement.keyword, otherwise)
    }

    /// The value that a line of a block of values makes; nil, with a warning, if it makes none.
    func value(ofLine line: Statement, in keyword: String, _ log: DiagnosticLog) -> Value? {
        value(of: Arguments(line: line, of: keyword, log: log), keyword, "line skipped")
    }

    private func value(of given: Arguments, _ keyword: String, _ otherwise: String) -> Value? {
        var arguments = given
        let log = given.log
        do throws(Misfit) {
            let value = try parse(&arguments)
            if let word = arguments.next {
                log.warn(arguments.location, "'\(word)' after '\(keyword)' has no meaning there: ignored", hint: syntax)
            }
            return value
        } catch {
            let place = arguments.statement.location(of: error.index)
            if let word = arguments.statement.argument(error.index) {
                log.warn(place, "'\(word)' is not valid for '\(keyword)': \(otherwise)", hint: error.expected)
            } else {
                log.warn(place, "'\(keyword)' lacks a value: \(otherwise)", hint: error.expected)
            }
            return nil
        }
    }

    /// How a setting of this form is listed.
    func report(_ keyword: String, _ setting: Setting<Value>) -> SettingReport where Value: Equatable {
        SettingReport(
            keyword: keyword, value: json(setting.wrappedValue), origin: setting.origin, isPresence: isPresence)
    }
}
