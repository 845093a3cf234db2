import Config
import Director
import Glibc
import Linux
import Wire

/// `--check` and keepalived's `--config-test`: reads a file, says what there is to say, and touches nothing.
struct CheckReport {
    private let path: String
    private let read: ConfigurationReading

    init(path: String, configID: String?) {
        self.path = path
        read = ConfigurationReader.readDisk(path, configID: configID)
    }

    /// Everything found, each with the line it is about; then what is understood and not used, by reason; and one line
    /// that sums it up.
    var text: String {
        let remarks = read.diagnostics.filter { $0.unused == nil }.map { $0.rendered() }
        return (remarks.map { PlainText.clean($0, keepsLines: true) } + unused + [summary]).joined(separator: "\n")
            + "\n"
    }

    /// `note: not used by Sluice, nothing acts on it yet: interface (7), priority (9)`, with the first line of each.
    private var unused: [String] {
        var reasons: [String] = []
        var words: [String: [String]] = [:]
        for diagnostic in read.diagnostics {
            guard let unused = diagnostic.unused else { continue }
            if words[unused.reason] == nil { reasons.append(unused.reason) }
            let word = PlainText.clean("\(unused.name) (\(place(of: diagnostic)))")
            words[unused.reason, default: []].append(word)
        }
        return reasons.map { reason in
            "note: understood, not used by Sluice: \(reason): \((words[reason] ?? []).joined(separator: ", "))"
        }
    }

    /// The line alone in the file that was asked about, else FILE:LINE.
    private func place(of diagnostic: Diagnostic) -> String {
        diagnostic.location.file == path ? "line \(diagnostic.location.line)" : "\(diagnostic.location)"
    }

    private var summary: String {
        guard let configuration = read.configuration else { return "\(path): refused" }
        let services = configuration.virtualServices
        let servers = services.reduce(0) { $0 + $1.realServers.count }
        let counts = [(services.count, "virtual service"), (servers, "real server"), (warnings.count, "warning")]
        let texts = counts.map { count, name in "\(count) \(name)\(count == 1 ? "" : "s")" }
        return "\(path): \(texts.joined(separator: ", "))"
    }

    /// The same as data: `file`, `ok`, `virtual_services`, `real_servers`, `warnings` and `diagnostics`.
    var json: JSON {
        let services = read.configuration?.virtualServices ?? []
        return .object([
            ("file", .string(path)), ("ok", .bool(read.configuration != nil)),
            ("virtual_services", .int(services.count)),
            ("real_servers", .int(services.reduce(0) { $0 + $1.realServers.count })),
            ("warnings", .int(warnings.count)), ("diagnostics", .array(read.diagnostics.map(\.json))),
        ])
    }

    private var warnings: [Diagnostic] { read.diagnostics.filter { $0.severity == .warning } }

    /// 0 clean; 1 warnings, if they count; 2 errors.
    func status(strict: Bool) -> Int32 {
        if read.configuration == nil { return 2 }
        return strict && !warnings.isEmpty ? 1 : 0
    }

    /// keepalived's: see `ConfigurationReading.keepalivedStatus`.
    var keepalivedStatus: Int32 { read.keepalivedStatus }
}
