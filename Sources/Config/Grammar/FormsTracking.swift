import Wire

// Weights, and lines of what is tracked.

extension Form where Value == TrackWeight {
    /// `WEIGHT [reverse]`.
    static func trackWeight(_ limit: Int) -> Form {
        let syntax = "\(-limit) to \(limit), then nothing or 'reverse'"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let value = try arguments.take(syntax) { Wording.integer($0, in: -limit...limit) }
                return TrackWeight(value: value, isReversed: arguments.take("reverse"))
            },
            json: \.json)
    }
}

extension TrackWeight {
    fileprivate var json: JSON { isReversed ? .array([.int(value), .string("reverse")]) : .int(value) }
}

extension Form where Value == Tracked {
    /// `NAME [weight WEIGHT [reverse|noreverse]]`, with weights from -253 to 253; one more is cut to that.
    static func tracked(_ kind: TrackedKind) -> Form {
        let syntax = "\(kind.argument) [weight WEIGHT [reverse]], from -253 to 253"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                var tracked = Tracked(name: try arguments.take(syntax, kind.name))
                if arguments.next != nil {
                    guard arguments.take("weight"), arguments.next != nil else { throw arguments.misfit(syntax) }
                    tracked.weight = try arguments.weight(syntax, kind)
                }
                return tracked
            },
            json: { tracked in
                guard let weight = tracked.weight else { return .string(tracked.name) }
                let words: [JSON] = [.string(tracked.name), .string("weight"), .int(weight.value)]
                return .array(words + (weight.isReversed ? [.string("reverse")] : []))
            })
    }
}

/// What a `track_` block lists.
enum TrackedKind: Sendable {
    case interface, script, process, file, session

    fileprivate var argument: String {
        switch self {
        case .interface: "INTERFACE"
        case .script, .process, .file, .session: "NAME"
        }
    }

    fileprivate func name(_ word: String) -> String? {
        switch self {
        case .interface: Wording.isInterfaceName(word) ? word : nil
        case .script, .process, .file, .session: word
        }
    }

    /// How far beyond 253 a weight may be before it is not valid at all.
    fileprivate var widest: Int {
        switch self {
        case .interface, .script, .process, .file: 254
        case .session: 253
        }
    }

    /// Whether a whole line is ignored for a word after its weight that is not known.
    fileprivate var isStrict: Bool {
        switch self {
        case .interface, .script, .process: false
        case .file, .session: true
        }
    }
}

extension Arguments {
    /// Takes `WEIGHT [reverse|noreverse]`; nil, with a warning, if the weight is out of range.
    fileprivate mutating func weight(_ syntax: String, _ kind: TrackedKind) throws(Misfit) -> TrackWeight? {
        let word = take() ?? ""
        let value = Wording.integer(word, in: -kind.widest...kind.widest)
        if value == nil {
            warn("'\(word)' is no weight: the one of what is tracked is used", hint: "-253 to 253")
        } else if let value, abs(value) == 254, kind == .interface || kind == .script {
            warn("a weight of \(value) can't be: \(value.signum() * 253) is used", hint: "-253 to 253")
        }
        let isReversed = take("reverse")
        if !isReversed, !take("noreverse"), next != nil, kind.isStrict { throw misfit(syntax) }
        guard var value else { return nil }
        if kind == .interface || kind == .script { value = max(-253, min(253, value)) }
        return TrackWeight(value: value, isReversed: isReversed)
    }
}
