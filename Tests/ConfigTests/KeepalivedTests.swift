import Testing
import Wire

@testable import Config

@Suite("What keepalived says of the corpus, and what we say")
struct KeepalivedTests {
    /// Words that keepalived learned after 2.2.7.
    static let newerWords: Set = [
        "vrrp_ipsets",  // Debian's is built without it
        "json_dump_file", "json_version", "snmp_rs_stats_update_interval", "snmp_vs_stats_update_interval",
        "state_dump_file", "stats_dump_file", "v3_checksum_as_v2", "vrrp_delay_after_boot",
        "vrrp_owner_ignore_adverts", "dbus_no_interface_name", "iproute_etc_dir", "iproute_usr_dir",
        "set_supplementary_groups", "use_symlink_paths", "auth_hmac", "key", "active_key", "anti_replay", "mode",
        "time_window", "no_virtual_ipaddress", "owner_ignore_adverts", "timer_expired_backup", "thread_timer_expired",
        "multihop", "sni_name", "tls_compliant",
    ]

    /// What keepalived calls unknown and we don't, because we skip an unknown block as a whole, or what lacks a brace
    /// is read as if it were there. keepalived 2.2.7 passes over an unknown block's first brace only, takes what is in it as
    /// part of the block around it, and its closing brace as the end of that one.
    private static let others: [String: Set<String>] = [
        "error-unknown-block-top.conf": ["3 script", "4 interval"],
        "error-unknown-block-inside.conf": ["6 192.0.2.54"],
        "error-missing-close-then-more.conf": ["4 interface", "5 virtual_router_id"],
        "error-missing-open.conf": [
            "2 router_id", "3 router_id", "5 interface", "6 virtual_router_id", "7 priority", "8 virtual_ipaddress",
            "9 192.0.2.60",
        ],
        "error-two-statements-on-a-line.conf": ["36 TCP_CHECK", "36 connect_port"],
        "error-undefined-name.conf": ["3 UNDEFINED", "4 router_id"],
        "language-byte-order-mark-keyword.conf": ["1 \u{FEFF}global_defs", "2 router_id"],
        "language-byte-order-mark.conf": ["1 \u{FEFF}"],
    ]

    /// Where we run what keepalived doesn't, or don't what it does, and why.
    private static let otherOutcomes = [
        "error-no-url.conf": "keepalived crashes at a checker without a url",
        "error-long-line.conf": "keepalived crashes at a quote that isn't closed within a line",
        "lvs-misc-check-user.conf": "keepalived's test ends itself at a checker's user that isn't root",
        "error-recursive-definition.conf": "keepalived finds no end",
        "error-include-loop.conf": "keepalived opens the file until it may open no more, and then goes on",
    ]

    /// Where `keepalived -t` says 5 and we say 0: it lacks a word that newer versions have, takes a byte order mark for a
    /// word, or finds a range too narrow for the file that it is shipped with.
    private static let otherStatuses: Set = [
        "global-garp.conf", "global-processes.conf", "global-snmp-dbus.conf", "lvs-ssl-get.conf",
        "language-byte-order-mark-keyword.conf", "language-byte-order-mark.conf",
    ]

    @Test("The real keepalived is here, in the version that the lists here are of")
    func isInstalled() throws {
        let version = try Keepalived.run(["--version"])
        #expect(
            version.lines.first?.contains(Keepalived.version) == true,
            "keepalived \(Keepalived.version) is needed: Scripts/install-packages build")
    }

    @Test("We call unknown what keepalived calls unknown, and refuse what it refuses", arguments: Corpus.names)
    func comparison(name: String) throws {
        let keepalived = try Keepalived.test(Corpus.path(name))
        let ours = Corpus.read(name)
        Self.compareOutcomes(of: name, keepalived.outcome, ours)
        guard case .runs(let theirs) = keepalived.outcome else { return }
        Self.compareUnknown(in: name, keepalived, ours.diagnostics)
        if !Self.otherStatuses.contains(name), Self.otherOutcomes[name] == nil {
            let status = Corpus.read(name, site: EmptyNamespace()).keepalivedStatus
            #expect(status == theirs, "the status of -t")
        }
    }

    private static func compareUnknown(in name: String, _ keepalived: Keepalived, _ diagnostics: [Diagnostic]) {
        let others = others[name] ?? []
        let theirs = Set(
            keepalived.unknownKeywords(of: name).filter {
                !newerWords.contains($0.word) && !others.contains("\($0.line) \($0.word)")
            })
        let ours = Set(UnknownKeyword.all(of: diagnostics))
        #expect(theirs.subtracting(ours).sorted() == [], "only keepalived calls these unknown")
        #expect(ours.subtracting(theirs).sorted() == [], "only we call these unknown")
    }

    private static func compareOutcomes(
        of name: String, _ outcome: Keepalived.Outcome, _ ours: ConfigurationReading
    ) {
        if otherOutcomes[name] != nil {
            if case .refuses = outcome { Issue.record("keepalived refuses \(name) now: no exception is needed") }
            return
        }
        let isRefused = ours.configuration == nil
        let errors = ours.diagnostics.filter { $0.severity == .error }
        switch outcome {
        case .runs: #expect(!isRefused, "keepalived runs it, we don't: \(errors)")
        case .refuses(let status): #expect(isRefused, "keepalived refuses it with \(status), we don't")
        case .dies(let signal): Issue.record("keepalived dies of signal \(signal): is that to be an exception?")
        }
    }

    @Test("The lists of exceptions name files that exist")
    func exceptionsExist() {
        let names = Set(Corpus.names)
        #expect(Set(Self.others.keys).union(Self.otherOutcomes.keys).subtracting(names).isEmpty)
    }
}

/// What keepalived finds in a new network namespace. No script of the corpus is there.
private struct EmptyNamespace: ConfigurationSite {
    func connectedPrefixes() -> [(interface: String, prefix: Prefix)]? { nil }
    func interfaces() -> Set<String>? { ["lo"] }
    func scriptProblem(_ path: String) -> String? { nil }
    func canRun(_ path: String) -> Bool { false }
    func hasUser(_ name: String) -> Bool { false }
}
