internal import BPF
package import Config
internal import Datapath
import Glibc
package import Logging
internal import Plan
internal import Wire

extension Director {
    /// Answers a command of the control socket with one line of JSON.
    func answer(_ command: String) -> String {
        let words = command.split(separator: " ")
        switch words.first {
        case "status" where words.count == 1: return status.text
        case "reload" where words.count == 1: return reload().json.text
        case "vrrp": return answerVRRP(Array(words.dropFirst()))
        default:
            return JSON.object([
                ("ok", .bool(false)), ("message", .string("unknown command \"\(command)\": status, reload or vrrp")),
            ]).text
        }
    }

    private var status: JSON {
        .object([
            ("ok", .bool(true)), ("instance", .string(options.instance.name)), ("pid", .int(Int(getpid()))),
            ("configuration", .string(options.path)), ("state", .string(role == .active ? "forwarding" : "draining")),
            ("services", .int(configuration.virtualServices.count)),
            ("interfaces", .array(attachedNames.map { .string($0) })),
            ("start", .string(startText)), ("verified_instructions", .int(forwarder.program.info.verifiedInstructions)),
        ])
    }

    private var startText: String {
        switch forwarder.start {
        case .cold: "cold"
        case .adopted: "adopted"
        case .beside: "beside"
        }
    }
}

extension ReloadResult {
    var json: JSON {
        .object([
            ("ok", .bool(ok)), ("message", .string(message)),
            ("read_ms", Self.milliseconds(readSeconds)), ("apply_ms", Self.milliseconds(applySeconds)),
            ("diagnostics", .array(diagnostics.map { .string($0.description) })),
        ])
    }

    /// With one digit after the point.
    private static func milliseconds(_ seconds: Double) -> JSON { .double((seconds * 10_000).rounded() / 10) }
}

extension Logger {
    /// A remark about the configuration, at the level that fits it.
    package func log(_ diagnostic: Diagnostic) {
        let text = PlainText.clean("\(diagnostic)")
        switch diagnostic.severity {
        case .note: info("\(text)")
        case .warning: warning("\(text)")
        case .error: error("\(text)")
        }
    }
}
