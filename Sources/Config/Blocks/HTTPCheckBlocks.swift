import Wire

extension HTTPCheck {
    /// `HTTP_GET` and `SSL_GET`.
    static func block(
        _ kind: CheckerKind, method: @escaping @Sendable (HTTPCheck) -> CheckMethod
    ) -> CheckerBlock<HTTPCheck> {
        CheckerBlock(
            kind: kind,
            block: Block(
                kind.rawValue, Checker.connecting() + [.deprecatedRetry("nb_get_retry")] + Field.part(\.detail, fields)),
            new: { HTTPCheck() }, method: method,
            detail: { method in
                switch method {
                case .http(let check): kind == .http ? check : nil
                case .ssl(let check): kind == .ssl ? check : nil
                case .tcp, .misc, .dns, .smtp, .udp, .ping, .file, .bfd: nil
                }
            },
            isUsable: { draft, server, log in
                guard !draft.detail.urls.isEmpty else {
                    log.warn(
                        draft.common.location, "\(kind.rawValue) has no url: skipped", hint: "url { path / }")
                    return false
                }
                return draft.common.connection.isUsable(for: server, draft.common.location, kind, log)
            })
    }

    private static let fields: [Field<HTTPCheck>] = [
        .value("virtualhost", \.$virtualHost, .optionalWord("a host's name")),
        .value("http_protocol", \.$version, .httpVersion),
        .flag("enable_sni", \.$sendsServerName),
        .value("sni_name", \.$serverName, .optionalWord("a host's name")),
        .flag("fast_recovery", \.$recoversFast),
        .flag("tls_compliant", \.$needsCloseNotify),
        .url("url", \.urls),
    ]
}

extension Form where Value == HTTPVersion {
    fileprivate static var httpVersion: Form {
        let syntax = "1.0, 1.0C or 1.1"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { $0 == "1.0c" ? .http10Close : HTTPVersion(rawValue: $0) }
            },
            json: { .string($0.rawValue) })
    }
}

extension Field where Model == CheckerDraft<HTTPCheck> {
    /// An old name of `retry`, of which keepalived complains.
    fileprivate static func deprecatedRetry(_ name: String) -> Field {
        var field = Field.value(name, \.common.timing.$retries, Form<Int>.integer(0...0xffff_ffff))
        let read = field.read
        field.read = { statement, model, log in
            log.warn(statement.location, "'\(name)' is an old name", hint: "write 'retry'")
            read(statement, &model, log)
        }
        field.show = { _ in [] }
        return field
    }
}

extension Field where Model == HTTPCheck {
    /// `url { ... }`; one without a path is dropped, as keepalived does.
    fileprivate static func url(
        _ name: String, _ path: any WritableKeyPath<HTTPCheck, [URLCheck]> & Sendable
    ) -> Field {
        let block = URLCheck.block
        return Field(
            name: name, syntax: "{ ... }", shape: KeywordShape(content: .keywords(block.shape)),
            read: { statement, model, log in
                var url = URLCheck()
                block.read(statement.block, into: &url, log)
                guard url.path != nil else {
                    log.warn(statement.location, "the url has no path: skipped", hint: "path /")
                    return
                }
                url.settleRegex(statement.location, log)
                model[keyPath: path].append(url)
            },
            show: { model in
                model[keyPath: path].map { SettingReport(keyword: name, value: .null, children: block.show($0)) }
            })
    }
}

extension URLCheck {
    /// `url`.
    static let block = Block<URLCheck>(
        "url",
        [
            .value("path", \.$path, .word("a path, like /")),
            .statusCodes("status_code", \.$statusCodes),
            .once("digest", \.$digest, .digest),
            .value("virtualhost", \.$virtualHost, .optionalWord("a host's name")),
            .value("regex", \.$regex, .regex),
            .value("regex_options", \.$regexOptions, .regexOptions),
            .value("regex_no_match", \.$regexMustFail, .nothing),
            .value("regex_min_offset", \.$regexMinimumOffset, .integer(0...0xffff_ffff, "bytes").needing(0)),
            .value("regex_max_offset", \.$regexMaximumOffset, .integer(0...0xffff_ffff, "bytes").needing(0)),
            .unused("regex_stack", .words("START MAXIMUM", atLeast: 0), .regexStack),
            .value("tls_compliant", \.$needsCloseNotify, .flag),
        ])

    /// Options of a regular expression that isn't there, and offsets that leave no room, are dropped.
    fileprivate mutating func settleRegex(_ location: SourceLocation, _ log: DiagnosticLog) {
        let hasOffset = regexMinimumOffset != nil || regexMaximumOffset != nil
        if regex == nil, hasOffset || regexMustFail || !regexOptions.isEmpty {
            log.warn(location, "the url has options of a regular expression but no 'regex': they are ignored")
            regexOptions = []
            regexMustFail = false
            regexMinimumOffset = nil
            regexMaximumOffset = nil
        }
        guard let first = regexMinimumOffset, let last = regexMaximumOffset, first > last else { return }
        log.warn(
            $regexMinimumOffset.origin ?? location,
            "regex_min_offset \(first) is above regex_max_offset \(last): both are ignored")
        regexMinimumOffset = nil
        regexMaximumOffset = nil
    }
}

extension Field where Model == URLCheck {
    /// Status codes and ranges of them, more with each line.
    fileprivate static func statusCodes(
        _ name: String, _ path: any WritableKeyPath<URLCheck, Setting<[ClosedRange<Int>]>> & Sendable
    ) -> Field {
        Field(
            name: name, syntax: "CODE or CODE-CODE, ...", shape: KeywordShape(),
            read: { statement, model, log in
                for (index, word) in statement.arguments.map(\.text).enumerated() {
                    if let codes = Wording.statusCodes(word) {
                        model[keyPath: path].wrappedValue.append(codes)
                        model[keyPath: path].origin = statement.location
                    } else {
                        log.warn(
                            statement.location(of: index), "'\(word)' is no status code: ignored",
                            hint: "CODE or CODE-CODE, each 100 to 599, with blanks between")
                    }
                }
            },
            show: { model in
                let codes = model.effectiveStatusCodes.map {
                    $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
                }
                return [
                    SettingReport(
                        keyword: name, value: .array(codes.map { .string($0) }), origin: model[keyPath: path].origin)
                ]
            })
    }
}

extension Wording {
    /// `CODE` or `CODE-CODE`, each 100 to 599.
    fileprivate static func statusCodes(_ word: String) -> ClosedRange<Int>? {
        let ends = word.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = number(String(ends[0]), in: 100...599),
            let last = number(String(ends[ends.count - 1]), in: 100...599), first <= last
        else { return nil }
        return first...last
    }
}

extension Form where Value == [UInt8] {
    /// An MD5.
    fileprivate static var digest: Form {
        let syntax = "an MD5: 32 hexadecimal digits"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { word in
                    let pattern = HexPattern(words: [word], mayHaveWildcards: false)
                    return word.utf8.count == 32 ? pattern?.bytes : nil
                }
            },
            json: { .string(HexPattern.text($0)) })
    }
}

extension Form where Value == String {
    /// A regular expression: one word, which is quoted if there are blanks in it.
    fileprivate static var regex: Form {
        let syntax = "one regular expression; quote it if it has blanks"
        return Form(
            syntax: syntax, minimumArguments: 0, isQuoted: true,
            parse: { (arguments) throws(Misfit) in
                let pattern = try arguments.take(syntax) { $0 }
                if arguments.next != nil { throw arguments.misfit(syntax) }
                return pattern
            },
            json: { .string($0) })
    }
}

extension Form where Value == [RegexOption] {
    /// Any number of options; what is none is passed over.
    fileprivate static var regexOptions: Form {
        let names = RegexOption.allCases.map(\.rawValue)
        return Form(
            syntax: "OPTION ...", minimumArguments: 0,
            parse: { arguments in
                var options: [RegexOption] = []
                while let word = arguments.take() {
                    if let option = RegexOption(rawValue: word) {
                        options.append(option)
                    } else {
                        let near = nearest(to: word, among: names).map { "did you mean '\($0)'?" }
                        arguments.warn(
                            "'\(word)' is no option of regular expressions: ignored",
                            hint: near ?? names.joined(separator: ", "))
                    }
                }
                return options
            },
            json: { .array($0.map { .string($0.rawValue) }) })
    }
}
