import Wire

extension GlobalSettings {
    /// `global_defs`.
    static let block = Block<GlobalSettings>(
        "global_defs",
        sluiceFields + commonFields + vrrpFields + garpFields + vrrpSystemFields + mailFields + scriptFields
            + fifoFields + reloadFields + unusedFields)

    /// What the forwarder does.
    private static let sluiceFields: [Field<GlobalSettings>] = [
        .value("sluice_xdp_mode", \.$xdpMode, .choice),
        .value("sluice_flow_table", \.$flowTableSize, .flowTableSize),
        .interfaces("sluice_interfaces", \.$interfaces),
        .value("sluice_drain", \.$drainSeconds, .seconds(drainRangeSeconds)),
        .value("sluice_timeouts", \.$timeouts, .timeouts),
        .lvsTimeouts("lvs_timeouts", \.$timeouts),
    ]
}

extension Form where Value == Int {
    /// A number of flows, rounded up to a power of two.
    fileprivate static var flowTableSize: Form {
        let range = GlobalSettings.flowTableSizes
        let syntax = "flows, \(range.lowerBound) to \(range.upperBound)"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                let flows = try arguments.take(syntax) { Wording.number($0, in: range) }
                var size = range.lowerBound
                while size < flows { size *= 2 }
                if size != flows {
                    arguments.log.note(
                        arguments.statement.location, "'sluice_flow_table' is rounded up to \(size)")
                }
                return size
            },
            json: { .int($0) })
    }
}

extension Form where Value == Timeouts {
    private static var range: String {
        "\(Timeouts.rangeSeconds.lowerBound) to \(Timeouts.rangeSeconds.upperBound)"
    }

    /// Three times in seconds.
    fileprivate static var timeouts: Form {
        let syntax = "three times in seconds, TCP TCPFIN UDP, each \(range)"
        return Form(
            syntax: syntax, minimumArguments: 3,
            parse: { (arguments) throws(Misfit) in
                func time() throws(Misfit) -> Int {
                    try arguments.take(syntax) { Wording.number($0, in: Timeouts.rangeSeconds) }
                }
                return Timeouts(tcpSeconds: try time(), tcpFinSeconds: try time(), udpSeconds: try time())
            },
            json: { .array([.int($0.tcpSeconds), .int($0.tcpFinSeconds), .int($0.udpSeconds)]) })
    }
}

extension Field where Model == GlobalSettings {
    /// Names of interfaces, more with each line.
    fileprivate static func interfaces(
        _ name: String, _ path: any WritableKeyPath<GlobalSettings, Setting<[String]?>> & Sendable
    ) -> Field {
        var field = Field.value(name, path, .words("names of interfaces", atLeast: 1))
        field.read = { statement, model, log in
            for (index, word) in statement.arguments.map(\.text).enumerated() {
                let known = model[keyPath: path].wrappedValue ?? []
                if !Wording.isInterfaceName(word) {
                    log.warn(
                        statement.location(of: index), "'\(word)' is no interface name: ignored",
                        hint: "1 to 15 bytes, no slash")
                } else if !known.contains(word) {
                    model[keyPath: path] = Setting(known + [word], from: statement.location)
                }
            }
        }
        return field
    }

    /// keepalived's `lvs_timeouts [tcp S] [tcpfin S] [udp S]`: what is not named, or 0, stays as it is.
    fileprivate static func lvsTimeouts(
        _ name: String, _ path: any WritableKeyPath<GlobalSettings, Setting<Timeouts>> & Sendable
    ) -> Field {
        Field(
            name: name, syntax: "[tcp S] [tcpfin S] [udp S]", shape: KeywordShape(),
            read: { statement, model, log in
                let reader = LVSTimeouts(statement: statement, log: log)
                model[keyPath: path] = Setting(
                    reader.read(over: model[keyPath: path].wrappedValue), from: statement.location)
            })
    }
}

/// Reads `lvs_timeouts`.
private struct LVSTimeouts {
    let statement: Statement
    let log: DiagnosticLog

    func read(over former: Timeouts) -> Timeouts {
        var timeouts = former
        let words = statement.arguments.map(\.text)
        if words.isEmpty {
            log.warn(statement.location, "'lvs_timeouts' sets nothing", hint: "[tcp S] [tcpfin S] [udp S]")
        }
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let field = Self.field(words[index]) else {
                log.warn(
                    statement.location(of: index),
                    "'\(words[index])' is no option of lvs_timeouts: the rest is ignored",
                    hint: "tcp, tcpfin or udp")
                return timeouts
            }
            let seconds = index + 1 < words.count ? Wording.number(words[index + 1], in: 0...2_678_400) : nil
            guard let seconds else {
                log.warn(
                    statement.location(of: index), "'\(words[index])' of lvs_timeouts has no valid time: ignored",
                    hint: "seconds, 0 to 2678400")
                continue
            }
            if seconds > 0 { timeouts[keyPath: field] = limited(seconds, index + 1) }
        }
        return timeouts
    }

    private static func field(_ name: String) -> WritableKeyPath<Timeouts, Int>? {
        switch name {
        case "tcp": \.tcpSeconds
        case "tcpfin": \.tcpFinSeconds
        case "udp": \.udpSeconds
        default: nil
        }
    }

    private func limited(_ seconds: Int, _ index: Int) -> Int {
        let longest = Timeouts.rangeSeconds.upperBound
        if seconds > longest {
            log.warn(
                statement.location(of: index), "\(seconds) s is longer than idle flows are kept: \(longest) s is used")
        }
        return min(seconds, longest)
    }
}
