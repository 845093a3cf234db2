/// Among how many names a similar one is looked for.
let mostSuggestions = 128

/// Checkers that name a block elsewhere: FILE_CHECK a `track_file`, BFD_CHECK a `bfd_instance`.
struct CheckerNameChecks {
    /// The blocks of one kind: what each name's first place in the file is.
    private struct Names {
        var keyword: String
        var indices: [String: Int]
        /// What a hint may suggest: none if there are so many that looking through them each time costs too much.
        var suggestions: [String]

        init(_ keyword: String, _ names: [String]) {
            self.keyword = keyword
            indices = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
            suggestions = indices.count <= mostSuggestions ? indices.keys.sorted() : []
        }
    }

    private let files: Names
    private let sessions: Names
    private let log: DiagnosticLog

    init(_ configuration: Configuration, _ log: DiagnosticLog) {
        files = Names("track_file", configuration.trackFiles.map(\.name))
        sessions = Names("bfd_instance", configuration.bfdInstances.map(\.name))
        self.log = log
    }

    /// Drops, with a warning, the checkers that name what is not there or comes later, as keepalived does.
    func dropUndeclared(in block: inout VirtualServerBlock) {
        let before = block.namesBefore
        for index in block.realServers.indices
        where block.realServers[index].checkers.contains(where: { $0.method.namesOthers }) {
            block.realServers[index].checkers.removeAll { !isDeclared($0, before) }
        }
    }

    private func isDeclared(_ checker: Checker, _ before: NamesBefore) -> Bool {
        switch checker.method {
        case .file(let check): isDeclared(check.file, files, before.files, checker)
        case .bfd(let check): isDeclared(check.name, sessions, before.sessions, checker)
        case .tcp, .http, .ssl, .misc, .dns, .smtp, .udp, .ping: true
        }
    }

    private func isDeclared(_ name: String?, _ names: Names, _ count: Int, _ checker: Checker) -> Bool {
        guard let name else { return false }
        let kind = checker.method.kind.rawValue
        guard let index = names.indices[name] else {
            log.warn(
                checker.location, "there is no \(names.keyword) '\(name)': \(kind) skipped",
                hint: nearest(to: name, among: names.suggestions).map { "did you mean '\($0)'?" })
            return false
        }
        if index < count { return true }
        log.warn(
            checker.location, "\(names.keyword) '\(name)' comes only later: \(kind) skipped",
            hint: "move the virtual_server below it")
        return false
    }
}

extension ServerChecks {
    /// Drops checkers that name what is not there, before anything else is dropped.
    static func dropUndeclared(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        let checks = CheckerNameChecks(configuration, log)
        for index in configuration.virtualServers.indices {
            checks.dropUndeclared(in: &configuration.virtualServers[index])
        }
    }
}

extension CheckMethod {
    /// Whether it refers to a block elsewhere by its name.
    fileprivate var namesOthers: Bool {
        switch self {
        case .file, .bfd: true
        case .tcp, .http, .ssl, .smtp, .misc, .dns, .udp, .ping: false
        }
    }
}
