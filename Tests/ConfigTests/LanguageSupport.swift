import Testing

@testable import Config

/// The statements of a text as the language alone makes them, before any keyword is known: a line of text, or a brace.
struct Lines {
    let texts: [String]
    let tokens: [Token]
    let diagnostics: [Diagnostic]

    init(_ text: String, context: ReadingContext = ReadingContext(configurationID: "host1")) {
        self.init(files: ["t.conf": text], context: context)
    }

    init(files: [String: String], context: ReadingContext = ReadingContext(configurationID: "host1")) {
        self.init(MemorySource(files), path: "t.conf", context: context)
    }

    init(_ source: any ConfigurationSource, path: String, context: ReadingContext) {
        let log = DiagnosticLog()
        tokens = LineReader.tokens(of: path, from: source, context: context, log: log) ?? []
        texts = tokens.map {
            switch $0.kind {
            case .text(let text): text.text
            case .open: "{"
            case .close: "}"
            }
        }
        diagnostics = log.all
    }

    /// "LINE: MESSAGE" of each diagnostic.
    var messages: [String] { diagnostics.map { "\($0.location.line): \($0.message)" } }
    var errors: [String] { diagnostics.filter { $0.severity == .error }.map(\.message) }
}
