import Wire

/// Reads a `virtual_server` block. What is not understood is skipped with a warning and leaves the default.
struct ServiceReader {
    private var draft: ServiceDraft
    private let log: DiagnosticLog

    /// The block as written; nil, with a warning, if it stands for nothing that can be forwarded.
    static func read(_ statement: Statement, log: DiagnosticLog) -> ServiceDraft? {
        guard let target = target(of: statement, log: log) else { return nil }
        var reader = ServiceReader(draft: ServiceDraft(target: target, location: statement.location), log: log)
        for line in statement.block { reader.read(line) }
        return reader.draft
    }

    private static func target(of statement: Statement, log: DiagnosticLog) -> ServiceDraft.Target? {
        let first = statement.argument(0) ?? ""
        let second = statement.argument(1)
        switch first {
        case "group":
            if let second { return .group(second) }
            log.fail(
                statement.location, "'virtual_server group' needs the group's name", hint: "keepalived refuses it too")
            return nil
        case "fwmark":
            log.warn(
                statement.location, "fwmark services are not forwarded yet: skipped",
                hint: "use a virtual_server_group of addresses and ports")
            return nil
        default:
            guard let address = address(first, statement, log: log) else { return nil }
            guard let port = second.map(Value.port) ?? 0 else {
                log.warn(
                    statement.location, "'\(second ?? "")' is no port: virtual_server skipped",
                    hint: "0 to 65535, 0 for any")
                return nil
            }
            return .address(address, port: port)
        }
    }

    private static func address(_ word: String, _ statement: Statement, log: DiagnosticLog) -> IPAddress? {
        if let address = IPAddress(word) { return address }
        guard let range = AddressRange(word) else {
            log.warn(
                statement.location, "'\(word)' is no address: virtual_server skipped",
                hint: "ADDRESS [PORT], group NAME or fwmark N")
            return nil
        }
        log.warn(
            statement.location, "'\(word)' is a range: only \(range.first) is served",
            hint: "ranges belong in a virtual_server_group"
        )
        return range.first
    }

    private mutating func read(_ line: Statement) {
        switch line.keyword {
        case "protocol": readProtocol(line)
        case "lb_algo", "lvs_sched": readScheduler(line)
        case "lb_kind", "lvs_method": draft.forwarding = log.forwarding(line) ?? draft.forwarding
        case "weight": readWeight(line)
        case "sh-port", "sh-fallback": readFlag(line, of: .sh)
        case "mh-port", "mh-fallback": readFlag(line, of: .mh)
        case "flag-1": draft.fallback = true
        case "flag-2": draft.hashesPort = true
        case "sluice_stateless":
            if let flag = log.flag(line) { draft.stateless = Setting(value: flag, location: line.location) }
        case "sluice_removed_server": draft.removedServer = log.choice(line) ?? draft.removedServer
        case "sluice_midstream":
            if let policy: MidstreamPolicy = log.choice(line) {
                draft.midstream = Setting(value: policy, location: line.location)
            }
        case "persistence_timeout": draft.isPersistent = line.argument(0) != "0"
        case "real_server":
            if let server = RealServerReader.read(line, log: log) { draft.servers.append(server) }
        default: break
        }
    }

    private mutating func readProtocol(_ line: Statement) {
        switch (line.argument(0) ?? "").uppercased() {
        case "TCP": draft.transport = .known(.tcp)
        case "UDP": draft.transport = .known(.udp)
        case "SCTP": draft.transport = .sctp
        default: log.invalid(line, hint: "TCP, UDP or SCTP")
        }
    }

    private mutating func readScheduler(_ line: Statement) {
        let word = line.argument(0) ?? ""
        if let scheduler = Scheduler(rawValue: word) {
            draft.scheduler = scheduler
        } else {
            let names = Scheduler.allCases.map(\.rawValue)
            let near = nearest(to: word, among: names).map { "did you mean '\($0)'?" }
            log.invalid(line, hint: near ?? "one of: \(names.joined(separator: ", "))")
        }
    }

    private mutating func readWeight(_ line: Statement) {
        guard let weight = Value.weight(line.argument(0) ?? ""), weight > 0 else {
            log.invalid(line, hint: "1 to 2147483647")
            return
        }
        draft.weight = weight
    }

    /// As in keepalived, these count only after the line that names their scheduler.
    private mutating func readFlag(_ line: Statement, of scheduler: Scheduler) {
        guard draft.scheduler == scheduler else {
            log.warn(
                line.location, "'\(line.keyword)' only applies to the \(scheduler.rawValue) scheduler: ignored",
                hint: "write it after 'lb_algo \(scheduler.rawValue)'")
            return
        }
        if line.keyword.hasSuffix("port") { draft.hashesPort = true } else { draft.fallback = true }
    }
}

/// Reads a `real_server` block.
enum RealServerReader {
    /// The block as written; nil, with a warning, if it names no address and port.
    static func read(_ statement: Statement, log: DiagnosticLog) -> ServerDraft? {
        let word = statement.argument(0) ?? ""
        guard let address = IPAddress(word) else {
            log.warn(statement.location, "'\(word)' is no address: real_server skipped", hint: "ADDRESS [PORT]")
            return nil
        }
        var draft = ServerDraft(address: address, location: statement.location)
        if let word = statement.argument(1) {
            guard let port = Value.port(word) else {
                log.warn(statement.location, "'\(word)' is no port: real_server skipped", hint: "1 to 65535")
                return nil
            }
            draft.port = port == 0 ? nil : port
        }
        for line in statement.block {
            switch line.keyword {
            case "weight": readWeight(line, of: &draft, log: log)
            case "lvs_method": draft.forwarding = log.forwarding(line) ?? draft.forwarding
            default: break
            }
        }
        return draft
    }

    private static func readWeight(_ line: Statement, of draft: inout ServerDraft, log: DiagnosticLog) {
        guard let weight = Value.weight(line.argument(0) ?? "") else {
            log.invalid(line, hint: "0 to 2147483647")
            return
        }
        draft.weight = weight
    }
}

extension DiagnosticLog {
    /// The forwarding method that a statement names; nil, with a warning, if it names none.
    func forwarding(_ line: Statement) -> Forwarding? {
        switch line.argument(0) {
        case "DR": return .mode(.dr)
        case "NAT": return .mode(.nat)
        case "TUN":
            let type = line.argument(1) == "type" ? line.argument(2) ?? "" : "ipip"
            return type == "ipip" ? .mode(.tun) : .tunnel(type)
        default:
            invalid(line, hint: "NAT, DR or TUN, in capitals")
            return nil
        }
    }
}
