import Wire

/// The findings as text for people, or as JSON for machines.
struct RealServerReport {
    let check: RealServerCheck
    let findings: [Finding]

    init(_ check: RealServerCheck) {
        self.check = check
        findings = check.findings
    }

    var isGood: Bool { !findings.contains { $0.severity == .problem } }

    var text: String {
        let lines = findings.map { finding in
            "\(finding.severity.rawValue): \(finding.what)\n    why:  \(finding.why)\n    mend: \(finding.mend)"
        }
        let vips = check.vips.sorted().map(\.description).joined(separator: ", ")
        let problems = findings.count { $0.severity == .problem }
        let bad = "\(problems) problem\(problems == 1 ? "" : "s") with \(vips)"
        let verdict = problems == 0 ? "ok: a real server for \(vips)" : bad
        return (lines + [verdict]).joined(separator: "\n")
    }

    /// `{"ok", "vips", "interface", "findings": [{"severity", "id", "what", "why", "mend"}]}`
    var json: String {
        let findings = findings.map { finding in
            JSON.object([
                ("severity", .string(finding.severity.rawValue)), ("id", .string(finding.id)),
                ("what", .string(finding.what)), ("why", .string(finding.why)), ("mend", .string(finding.mend)),
            ])
        }
        return JSON.object([
            ("ok", .bool(isGood)), ("vips", .array(check.vips.sorted().map { .string($0.description) })),
            ("interface", check.interface.map { .string($0) } ?? .null), ("findings", .array(findings)),
        ]).text
    }
}
