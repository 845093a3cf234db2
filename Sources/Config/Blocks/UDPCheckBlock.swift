import Wire

extension UDPCheck {
    /// `UDP_CHECK`.
    static let block = CheckerBlock<UDPCheck>(
        kind: .udp, block: Block("UDP_CHECK", Checker.connecting() + Field.part(\.detail, fields)),
        new: { UDPCheck() }, method: { .udp($0) }, detail: { if case .udp(let check) = $0 { check } else { nil } },
        isUsable: { draft, server, log in
            let check = draft.detail
            if check.minimumReplyLength > check.maximumReplyLength {
                log.warn(
                    check.$minimumReplyLength.origin ?? draft.common.location,
                    "min_reply_length \(check.minimumReplyLength) is above max_reply_length "
                        + "\(check.maximumReplyLength): the check always fails")
            }
            return draft.common.connection.isUsable(for: server, draft.common.location, .udp, log)
        })

    private static let fields: [Field<UDPCheck>] = [
        .value("payload", \.$payload, .payload),
        .requireReply("require_reply"),
        .value("min_reply_length", \.$minimumReplyLength, .integer(0...65_535, "bytes")),
        .value("max_reply_length", \.$maximumReplyLength, .integer(0...65_535, "bytes")),
    ]
}

extension Form where Value == [UInt8] {
    /// Bytes in hexadecimal.
    fileprivate static var payload: Form {
        Form<HexPattern>.hexadecimal(mayHaveWildcards: false)
            .map({ $0.bytes }, back: { HexPattern(bytes: $0, mask: $0.map { _ in 0xff }) })
    }
}

extension Form where Value == HexPattern {
    /// Bytes in hexadecimal, with or without blanks between them; X stands for any digit.
    fileprivate static func hexadecimal(mayHaveWildcards: Bool) -> Form {
        let syntax = "hexadecimal digits" + (mayHaveWildcards ? ", X for any" : "")
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                var words: [String] = []
                while let word = arguments.next, HexPattern(words: [word], mayHaveWildcards: mayHaveWildcards) != nil {
                    _ = arguments.take()
                    words.append(word)
                }
                guard arguments.next == nil, let pattern = HexPattern(words: words, mayHaveWildcards: mayHaveWildcards)
                else { throw arguments.misfit(syntax) }
                return pattern
            },
            json: { .string($0.text) })
    }
}

extension Field where Model == UDPCheck {
    /// A reply is needed even if what it should begin with is not understood.
    fileprivate static func requireReply(_ name: String) -> Field {
        let form = Form<HexPattern>.hexadecimal(mayHaveWildcards: true)
        return Field(
            name: name, syntax: "[\(form.syntax)]", shape: KeywordShape(),
            read: { statement, model, log in
                model.$requiresReply = Setting(true, from: statement.location)
                guard !statement.arguments.isEmpty else { return }
                model.$reply = Setting(form.value(of: statement, log), from: statement.location)
            },
            show: { model in
                guard model.requiresReply else { return [] }
                return [
                    SettingReport(
                        keyword: name, value: model.reply.map { form.json($0) } ?? .bool(true),
                        origin: model.$requiresReply.origin)
                ]
            })
    }
}

extension HexPattern {
    /// Two digits are a byte; a digit alone at the end of a word is one too. Nil if there is no digit, or something
    /// else.
    init?(words: [String], mayHaveWildcards: Bool) {
        var bytes: [UInt8] = []
        var mask: [UInt8] = []
        for word in words {
            var isSecond = false
            for digit in word.utf8 {
                let isWildcard = mayHaveWildcards && (digit == UInt8(ascii: "X") || digit == UInt8(ascii: "x"))
                guard let value = isWildcard ? 0 : Self.value(of: digit) else { return nil }
                if isSecond {
                    bytes[bytes.count - 1] = bytes[bytes.count - 1] << 4 | value
                    mask[mask.count - 1] = mask[mask.count - 1] << 4 | (isWildcard ? 0 : 0xf)
                } else {
                    bytes.append(value)
                    mask.append(isWildcard ? 0xf0 : 0xff)
                }
                isSecond.toggle()
            }
        }
        guard !bytes.isEmpty else { return nil }
        self.init(bytes: bytes, mask: mask)
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    /// Two small digits for each byte.
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Two digits for each byte, X for what doesn't matter.
    fileprivate var text: String {
        String(
            zip(Self.text(bytes), mask.flatMap { [$0 >> 4, $0 & 15] }).map { $1 == 0 ? "X" : $0 })
    }
}
