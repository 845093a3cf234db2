/// A block of the language, by what may stand in it.
enum BlockKind: CaseIterable, Hashable {
    case top, globalDefs, virtualServer, realServer
    case tcpCheck, httpGet, sslGet, url, miscCheck, dnsCheck, smtpCheck, smtpHost, udpCheck, pingCheck, fileCheck,
        bfdCheck
    /// Lines that begin with a value, not with a keyword.
    case values
    /// Known, and passed over unread.
    case opaque
}

/// A word that may begin a statement.
struct Keyword: Equatable {
    /// What becomes of the statement.
    enum Use: Equatable {
        /// A reader of the typed model handles it.
        case used
        /// Noted once: "understood, not used yet".
        case notUsedYet
        /// Passed over without a word: the block it stands in is not used yet.
        case silent
    }

    var name: String
    /// How many words must follow; keepalived refuses the configuration if they don't.
    var minimumArguments: Int
    var use: Use
    /// The block that follows, if any.
    var block: BlockKind?
}

/// The keywords of every block.
struct Grammar {
    private let keywords: [BlockKind: [String: Keyword]]

    init(_ entries: [(BlockKind, [Keyword])]) {
        var keywords: [BlockKind: [String: Keyword]] = [:]
        for (kind, list) in entries {
            keywords[kind, default: [:]].merge(list.map { ($0.name, $0) }) { first, _ in first }
        }
        self.keywords = keywords
    }

    func keyword(_ name: String, in kind: BlockKind) -> Keyword? { keywords[kind]?[name] }

    func names(in kind: BlockKind) -> [String] { keywords[kind].map { Array($0.keys) } ?? [] }

    /// Every keyword of a block, for tests of the table.
    func all(in kind: BlockKind) -> [Keyword] { keywords[kind].map { Array($0.values) } ?? [] }

    /// What to write instead of an unknown keyword: a similar one, or the block in which this very word is known.
    func hint(for unknown: String, in kind: BlockKind) -> String? {
        if let name = nearest(to: unknown, among: names(in: kind)) { return "did you mean '\(name)'?" }
        if keyword(unknown, in: .top) != nil { return "it stands outside of blocks: is a '}' missing before it?" }
        let elsewhere = BlockKind.allCases.filter { keyword(unknown, in: $0) != nil }.compactMap(\.name)
        if elsewhere.isEmpty { return nil }
        return "it belongs in \(elsewhere.count > 3 ? "a checker" : elsewhere.joined(separator: " or "))"
    }
}

extension BlockKind {
    /// The keyword that opens such a block, for messages; nil if none or many do.
    var name: String? {
        switch self {
        case .globalDefs: "global_defs"
        case .virtualServer: "virtual_server"
        case .realServer: "real_server"
        case .tcpCheck: "TCP_CHECK"
        case .httpGet: "HTTP_GET"
        case .sslGet: "SSL_GET"
        case .url: "url"
        case .miscCheck: "MISC_CHECK"
        case .dnsCheck: "DNS_CHECK"
        case .smtpCheck: "SMTP_CHECK"
        case .smtpHost: "host"
        case .udpCheck: "UDP_CHECK"
        case .pingCheck: "PING_CHECK"
        case .fileCheck: "FILE_CHECK"
        case .bfdCheck: "BFD_CHECK"
        case .top, .values, .opaque: nil
        }
    }
}
