/// `global_defs` becomes GlobalSettings. A value that is not understood leaves the setting as it was, with a warning.
struct GlobalReader {
    private(set) var settings = GlobalSettings()
    private let log: DiagnosticLog

    init(log: DiagnosticLog) { self.log = log }

    mutating func read(_ block: [Statement]) {
        for statement in block {
            switch statement.keyword {
            case "sluice_xdp_mode": readXDPMode(statement)
            case "sluice_flow_table": readFlowTable(statement)
            case "sluice_interfaces": readInterfaces(statement)
            case "sluice_drain": readDrain(statement)
            case "sluice_timeouts": readTimeouts(statement)
            case "lvs_timeouts": readLVSTimeouts(statement)
            default: break
            }
        }
    }

    private mutating func readXDPMode(_ statement: Statement) {
        if let mode: XDPMode = log.choice(statement) { settings.xdpMode = mode }
    }

    private mutating func readFlowTable(_ statement: Statement) {
        let range = GlobalSettings.flowTableSizes
        guard let word = statement.argument(0), let flows = Value.number(word, in: range) else {
            log.invalid(statement, hint: "flows, \(range.lowerBound) to \(range.upperBound)")
            return
        }
        var size = range.lowerBound
        while size < flows { size *= 2 }
        if size != flows { log.note(statement.location, "'sluice_flow_table' is rounded up to \(size)") }
        settings.flowTableSize = size
    }

    private mutating func readInterfaces(_ statement: Statement) {
        for name in statement.arguments {
            guard Value.isInterfaceName(name) else {
                log.warn(statement.location, "'\(name)' is no interface name: ignored", hint: "1 to 15 bytes, no slash")
                continue
            }
            if !(settings.interfaces ?? []).contains(name) {
                settings.interfaces = (settings.interfaces ?? []) + [name]
            }
        }
    }

    private mutating func readDrain(_ statement: Statement) {
        let range = GlobalSettings.drainRangeSeconds
        guard let word = statement.argument(0), let seconds = Value.timer(word, in: range) else {
            log.invalid(statement, hint: "seconds, \(Int(range.lowerBound)) to \(Int(range.upperBound))")
            return
        }
        settings.drainSeconds = seconds
    }

    private mutating func readTimeouts(_ statement: Statement) {
        let values = statement.arguments.map { Value.number($0, in: Timeouts.rangeSeconds) }
        guard values.count == 3, let tcp = values[0], let tcpFin = values[1], let udp = values[2] else {
            log.invalid(statement, hint: "three times in seconds, TCP TCPFIN UDP, each \(Self.timeoutRange)")
            return
        }
        settings.timeouts = Timeouts(tcpSeconds: tcp, tcpFinSeconds: tcpFin, udpSeconds: udp)
    }

    private static var timeoutRange: String {
        "\(Timeouts.rangeSeconds.lowerBound) to \(Timeouts.rangeSeconds.upperBound)"
    }

    /// keepalived's `lvs_timeouts [tcp S] [tcpfin S] [udp S]`: what is not named, or 0, stays as it is.
    private mutating func readLVSTimeouts(_ statement: Statement) {
        let words = Array(statement.arguments)
        if words.isEmpty {
            log.warn(statement.location, "'lvs_timeouts' sets nothing", hint: "[tcp S] [tcpfin S] [udp S]")
        }
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let field = Self.timeoutField(words[index]) else {
                log.warn(
                    statement.location, "'\(words[index])' is no option of lvs_timeouts: the rest is ignored",
                    hint: "tcp, tcpfin or udp")
                return
            }
            let seconds = index + 1 < words.count ? Value.number(words[index + 1], in: 0...2_678_400) : nil
            guard let seconds else {
                log.warn(
                    statement.location, "'\(words[index])' of lvs_timeouts has no valid time: ignored",
                    hint: "seconds, 0 to 2678400")
                continue
            }
            if seconds > 0 { settings.timeouts[keyPath: field] = limited(seconds, statement) }
        }
    }

    private static func timeoutField(_ name: String) -> WritableKeyPath<Timeouts, Int>? {
        switch name {
        case "tcp": \.tcpSeconds
        case "tcpfin": \.tcpFinSeconds
        case "udp": \.udpSeconds
        default: nil
        }
    }

    private func limited(_ seconds: Int, _ statement: Statement) -> Int {
        let longest = Timeouts.rangeSeconds.upperBound
        if seconds > longest {
            log.warn(statement.location, "\(seconds) s is longer than idle flows are kept: \(longest) s is used")
        }
        return min(seconds, longest)
    }
}

extension DiagnosticLog {
    /// The first argument as a case of an enum; a warning with the choices, and nil, if it is none.
    func choice<Choice: RawRepresentable & CaseIterable>(_ statement: Statement) -> Choice?
    where Choice.RawValue == String {
        if let choice = statement.argument(0).flatMap(Choice.init(rawValue:)) { return choice }
        invalid(statement, hint: "one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// A flag that may have a BOOL after it; nil, with a warning, if that is none.
    func flag(_ statement: Statement) -> Bool? {
        guard let word = statement.argument(0) else { return true }
        if let value = Value.bool(word) { return value }
        invalid(statement, hint: "on, true, yes, off, false or no")
        return nil
    }

    /// Warns that a statement's value is not understood and has no effect.
    func invalid(_ statement: Statement, hint: String) {
        let value = statement.arguments.joined(separator: " ")
        warn(statement.location, "'\(value)' is not valid for '\(statement.keyword)': ignored", hint: hint)
    }
}
