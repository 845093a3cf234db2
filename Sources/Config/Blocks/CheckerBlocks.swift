import Wire

/// A checker while its block is read.
struct CheckerDraft<Detail: Sendable>: Sendable {
    var common: CheckerCommon
    /// What only its kind has.
    var detail: Detail
}

/// The detail of a checker that has none.
struct NoDetail: Sendable {}

/// How a kind of checker is read: its keywords, and the rules at the end of its block.
struct CheckerBlock<Detail: Sendable>: Sendable {
    let kind: CheckerKind
    let block: Block<CheckerDraft<Detail>>
    let new: @Sendable () -> Detail
    let method: @Sendable (Detail) -> CheckMethod
    /// Undoes `method`; nil for other kinds.
    let detail: @Sendable (CheckMethod) -> Detail?
    /// Whether the checker can be used; if not, it has been reported.
    let isUsable: @Sendable (CheckerDraft<Detail>, RealServerBlock, DiagnosticLog) -> Bool

    /// The keyword in a real server's block.
    var field: Field<RealServerBlock> {
        let name = kind.rawValue
        return Field(
            name: name, syntax: "{ ... }", shape: KeywordShape(content: .keywords(block.shape)),
            read: { statement, model, log in
                var draft = CheckerDraft(common: CheckerCommon(at: statement.location), detail: new())
                block.read(statement.block, into: &draft, log)
                guard isUsable(draft, model, log) else { return }
                model.checkers.append(Checker(method: method(draft.detail), common: draft.common))
            },
            show: { model in
                model.checkers.compactMap { checker in
                    detail(checker.method).map {
                        let draft = CheckerDraft(common: checker.common, detail: $0)
                        return SettingReport(
                            keyword: name, value: .null, origin: checker.location, children: block.show(draft))
                    }
                }
            })
    }
}

extension Checker {
    /// The keywords of a real server's block that open a checker.
    static let fields: [Field<RealServerBlock>] = [
        plain(.tcp, .tcp).field, plain(.ping, .ping).field,
        HTTPCheck.block(.http) { .http($0) }.field, HTTPCheck.block(.ssl) { .ssl($0) }.field,
        MiscCheck.block.field, DNSCheck.block.field, SMTPCheck.block.field, UDPCheck.block.field,
        FileCheck.block.field, BFDCheck.block.field,
    ]

    /// The keywords of all checkers that connect to something.
    static func connecting<Detail>() -> [Field<CheckerDraft<Detail>>] {
        Field.part(\.common.timing, CheckTiming.ofChecker) + Field.part(\.common.connection, ConnectionOptions.fields)
            + [.flag("log_all_failures", \.common.$logsAllFailures)]
    }

    private static func plain(_ kind: CheckerKind, _ method: CheckMethod) -> CheckerBlock<NoDetail> {
        CheckerBlock(
            kind: kind, block: Block(kind.rawValue, connecting()), new: { NoDetail() }, method: { _ in method },
            detail: { $0.kind == kind ? NoDetail() : nil },
            isUsable: { $0.common.connection.isUsable(for: $1, $0.common.location, kind, $2) })
    }
}

extension ConnectionOptions {
    /// Whether a checker can connect; keepalived drops it if not.
    func isUsable(
        for server: RealServerBlock, _ location: SourceLocation, _ kind: CheckerKind, _ log: DiagnosticLog
    ) -> Bool {
        guard address != nil || sourceAddress != nil else {
            return isReachable(server.place.address, location, kind, log)
        }
        let target = address ?? server.place.address
        if let source = sourceAddress, source.family != target.family {
            log.warn(
                $sourceAddress.origin ?? location,
                "bindto \(source) is of another family than \(target), which is checked: \(kind.rawValue) skipped")
            return false
        }
        return isReachable(target, location, kind, log)
    }

    private func isReachable(
        _ target: IPAddress, _ location: SourceLocation, _ kind: CheckerKind, _ log: DiagnosticLog
    ) -> Bool {
        guard interface == nil, target.isLinkLocal else { return true }
        log.warn(
            $address.origin ?? location, "the link-local address \(target) needs a bind_if: \(kind.rawValue) skipped",
            hint: "bind_if INTERFACE")
        return false
    }
}
