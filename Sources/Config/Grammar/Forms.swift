import Wire

// The forms that most keywords take.

extension Form where Value == Bool {
    /// Present means true; a BOOL may follow.
    static var flag: Form {
        Form(
            syntax: "nothing, or on, true, yes, off, false or no", minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                guard arguments.next != nil else { return true }
                return try arguments.take("on, true, yes, off, false or no", Wording.bool)
            },
            json: { .bool($0) })
    }

    /// Present means true; nothing follows.
    static var nothing: Form {
        Form(syntax: "nothing", minimumArguments: 0, isPresence: true, parse: { _ in true }, json: { .bool($0) })
    }

    /// A BOOL.
    static var bool: Form {
        Form(
            syntax: "on, true, yes, off, false or no",
            parse: { (arguments) throws(Misfit) in
                try arguments.take("on, true, yes, off, false or no", Wording.bool)
            },
            json: { .bool($0) })
    }
}

extension Form where Value == Int {
    /// A whole number in a range.
    static func integer(_ range: ClosedRange<Int>, _ unit: String? = nil) -> Form {
        let syntax = (unit.map { "\($0), " } ?? "") + "\(range.lowerBound) to \(range.upperBound)"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { Wording.integer($0, in: range) }
            },
            json: { .int($0) })
    }
}

extension Form where Value == Double {
    /// TIMER: seconds, with up to six digits after the point.
    static func seconds(_ range: ClosedRange<Double>) -> Form {
        let syntax = "seconds, \(Wording.text(range.lowerBound)) to \(Wording.text(range.upperBound))"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in try arguments.take(syntax) { Wording.timer($0, in: range) } },
            json: { $0 == $0.rounded() && abs($0) < 1e15 ? .int(Int($0)) : .double($0) })
    }
}

extension Form where Value == String {
    /// Any one word.
    static func word(_ syntax: String) -> Form {
        Form(
            syntax: syntax, parse: { (arguments) throws(Misfit) in try arguments.take(syntax) { $0 } },
            json: { .string($0) })
    }

    /// A name that the kernel takes for an interface.
    static var interfaceName: Form {
        let syntax = "an interface's name, 1 to 15 bytes"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { Wording.isInterfaceName($0) ? $0 : nil }
            },
            json: { .string($0) })
    }
}

extension Form where Value == [String] {
    /// Any words, none too.
    static func words(_ syntax: String, atLeast minimum: Int = 0) -> Form {
        Form(
            syntax: syntax, minimumArguments: minimum,
            parse: { arguments in
                var words: [String] = []
                while let word = arguments.take() { words.append(word) }
                return words
            },
            json: { .array($0.map { .string($0) }) })
    }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enum's raw values.
    static var choice: Form {
        let names = Value.allCases.map(\.rawValue)
        let syntax = "one of: \(names.joined(separator: ", "))"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let near = arguments.next.flatMap { nearest(to: $0, among: names) }
                return try arguments.take(near.map { "did you mean '\($0)'?" } ?? syntax, Value.init(rawValue:))
            },
            json: { .string($0.rawValue) })
    }
}

extension Form where Value == IPAddress {
    /// An address of either family.
    static var address: Form {
        Form(
            syntax: "an address",
            parse: { (arguments) throws(Misfit) in try arguments.take("an address") { IPAddress($0) } },
            json: { .string("\($0)") })
    }
}

extension Form {
    /// The same words, another value.
    func map<Other: Sendable>(
        _ make: @escaping @Sendable (Value) -> Other, back: @escaping @Sendable (Other) -> Value
    ) -> Form<Other> {
        Form<Other>(
            syntax: syntax, minimumArguments: minimumArguments, isQuoted: isQuoted, isPresence: isPresence,
            parse: { (arguments) throws(Misfit) in make(try parse(&arguments)) }, json: { json(back($0)) })
    }
}
