import Wire

extension MiscCheck {
    /// `MISC_CHECK`.
    static let block = CheckerBlock<MiscCheck>(
        kind: .misc,
        block: Block(
            "MISC_CHECK",
            Field.part(\.common.timing, CheckTiming.ofScript)
                + [.flag("log_all_failures", \.common.$logsAllFailures)] + Field.part(\.detail, fields)),
        new: { MiscCheck() }, method: { .misc($0) }, detail: { if case .misc(let check) = $0 { check } else { nil } },
        isUsable: { draft, _, log in
            if draft.detail.command != nil { return true }
            log.warn(draft.common.location, "MISC_CHECK has no misc_path: skipped", hint: "misc_path \"COMMAND\"")
            return false
        })

    private static let fields: [Field<MiscCheck>] = [
        .value("misc_path", \.$command, .command),
        .value("misc_timeout", \.$timeoutSeconds, .integer(0...4_294, "whole seconds")),
        .value("misc_dynamic", \.$setsWeight, .nothing),
        .value("user", \.$user, .userAndGroup),
    ]
}

extension DNSCheck {
    /// `DNS_CHECK`.
    static let block = CheckerBlock<DNSCheck>(
        kind: .dns, block: Block("DNS_CHECK", Checker.connecting() + Field.part(\.detail, fields)),
        new: { DNSCheck() }, method: { .dns($0) }, detail: { if case .dns(let check) = $0 { check } else { nil } },
        isUsable: { $0.common.connection.isUsable(for: $1, $0.common.location, .dns, $2) })

    private static let fields: [Field<DNSCheck>] = [
        .once("name", \.$name, .domainName),
        .value("type", \.$type, .recordType),
    ]
}

extension Form where Value == String {
    /// A name that a query can hold (RFC 1035, section 2.3.4).
    fileprivate static var domainName: Form {
        let syntax = "a domain name: labels of 1 to 63 bytes, 253 in all"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { word in
                    let name = word.hasSuffix(".") ? word.dropLast() : word[...]
                    guard word != ".", !word.isEmpty else { return word.isEmpty ? nil : word }
                    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
                    return name.utf8.count <= 253 && labels.allSatisfy { (1...63).contains($0.utf8.count) }
                        ? word : nil
                }
            },
            json: { .string($0) })
    }
}

extension Form where Value == DNSRecordType {
    /// In any case.
    fileprivate static var recordType: Form {
        let syntax = "one of: \(DNSRecordType.allCases.map(\.rawValue).joined(separator: ", "))"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { DNSRecordType(rawValue: $0.uppercased()) }
            },
            json: { .string($0.rawValue) })
    }
}

extension SMTPCheck {
    /// `SMTP_CHECK`.
    static let block = CheckerBlock<SMTPCheck>(
        kind: .smtp,
        block: Block("SMTP_CHECK", Checker.connecting() + [.host("host")] + Field.part(\.detail, fields)),
        new: { SMTPCheck() }, method: { .smtp($0) }, detail: { if case .smtp(let check) = $0 { check } else { nil } },
        isUsable: { $0.common.connection.isUsable(for: $1, $0.common.location, .smtp, $2) })

    private static let fields: [Field<SMTPCheck>] = [
        .value("helo_name", \.$heloName, .optionalWord("a host's name"))
    ]
}

extension Field where Model == CheckerDraft<SMTPCheck> {
    /// Another host that is checked too. It begins with what the checker's options are so far, and what it says of the
    /// timing is said for the whole checker, as in keepalived.
    fileprivate static func host(_ name: String) -> Field {
        let block = Block<CheckerDraft<SMTPCheck>>(name, Checker.connecting())
        let shown = Block(name, ConnectionOptions.fields)
        return Field(
            name: name, syntax: "{ ... }", shape: KeywordShape(content: .keywords(block.shape)),
            read: { statement, model, log in
                let own = model.common.connection
                block.read(statement.block, into: &model, log)
                model.detail.hosts.append(model.common.connection)
                model.common.connection = own
            },
            show: { model in
                model.detail.hosts.map { SettingReport(keyword: name, value: .null, children: shown.show($0)) }
            })
    }
}

extension FileCheck {
    /// `FILE_CHECK`.
    static let block = CheckerBlock<FileCheck>(
        kind: .file, block: Block("FILE_CHECK", Field.part(\.detail, fields)), new: { FileCheck() },
        method: { .file($0) }, detail: { if case .file(let check) = $0 { check } else { nil } },
        isUsable: { draft, _, log in
            if draft.detail.file != nil { return true }
            log.warn(draft.common.location, "FILE_CHECK has no track_file: skipped", hint: "track_file NAME")
            return false
        })

    private static let fields: [Field<FileCheck>] = [
        .value("track_file", \.$file, .word("the name of a track_file")),
        .value("weight", \.$weight, .fileWeight),
    ]
}

extension Form where Value == FileWeight {
    fileprivate static var fileWeight: Form {
        let syntax = "-2147483647 to 2147483647, and reverse or noreverse"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                let value = try arguments.take(syntax) { Wording.integer($0, in: -2_147_483_647...2_147_483_647) }
                if arguments.next == nil { return FileWeight(value: value) }
                let isReversed = try arguments.take(syntax) { ["reverse": true, "noreverse": false][$0] }
                return FileWeight(value: value, isReversed: isReversed)
            },
            json: { weight in
                weight.isReversed ? .array([.int(weight.value), .string("reverse")]) : .int(weight.value)
            })
    }
}

extension BFDCheck {
    /// `BFD_CHECK`.
    static let block = CheckerBlock<BFDCheck>(
        kind: .bfd,
        block: Block(
            "BFD_CHECK",
            Field.part(\.common.timing, CheckTiming.ofChecker.filter { $0.name == "alpha" })
                + Field.part(\.detail, fields)),
        new: { BFDCheck() }, method: { .bfd($0) }, detail: { if case .bfd(let check) = $0 { check } else { nil } },
        isUsable: { draft, _, log in
            if draft.detail.name != nil { return true }
            log.warn(draft.common.location, "BFD_CHECK has no name: skipped", hint: "name BFD_INSTANCE")
            return false
        })

    private static let fields: [Field<BFDCheck>] = [
        .value("name", \.$name, .optionalWord("the name of a bfd_instance"))
    ]
}
