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
        let vips = check.vips.sorted().map { quoted($0.description) }
        let findings = findings.map { finding in
            let members = [
                ("severity", finding.severity.rawValue), ("id", finding.id), ("what", finding.what),
                ("why", finding.why),
                ("mend", finding.mend),
            ]
            return "{" + members.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}"
        }
        let interface = check.interface.map(quoted) ?? "null"
        let list = findings.joined(separator: ",")
        return
            "{\"ok\":\(isGood),\"vips\":[\(vips.joined(separator: ","))],\"interface\":\(interface),\"findings\":[\(list)]}"
    }

    /// A string of RFC 8259 section 7.
    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
