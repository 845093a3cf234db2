import Foundation
import Testing

@testable import Config

@Suite("How keepalived takes a text apart, and how we do")
struct KeepalivedLanguageTests {
    private static let casesPerFile = 40

    @Test("Random texts consist of the same statements, on the same lines", arguments: 1...10 as ClosedRange<UInt64>)
    func randomTexts(seed: UInt64) throws {
        try Self.compare(
            (1...Self.casesPerFile).map { LanguageCases.lines(number: $0, seed: seed) },
            in: "virtual_server 192.0.2.1 80")
    }

    @Test("Random escapes mean the same", arguments: 1...3 as ClosedRange<UInt64>)
    func randomEscapes(seed: UInt64) throws {
        try Self.compare(
            (1...Self.casesPerFile).map { LanguageCases.globalLines(number: $0, seed: seed) }, in: "global_defs")
    }

    private static func compare(_ cases: [[String]], in block: String) throws {
        func text(_ cases: [[String]]) -> String {
            "\(block) {\n" + cases.joined().map { "\($0)\n" }.joined() + "}\n"
        }
        let difference = try Self.difference(of: text(cases))
        if difference.isEmpty { return }
        // Which cases is it? Each alone shows it best.
        for lines in cases {
            let alone = try Self.difference(of: text([lines]))
            #expect(alone.isEmpty, "\(lines)")
        }
        #expect(difference.isEmpty)
    }

    /// "+ LINE: WORD" of what only keepalived calls unknown, "- LINE: WORD" of what only we do. We say the same of a place
    /// only once, though a definition or sequence bring it back.
    private static func difference(of text: String) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).conf").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        let keepalived = try Keepalived.test(path)
        guard case .runs = keepalived.outcome else { return ["keepalived: \(keepalived.outcome)"] }
        func places(_ keywords: [UnknownKeyword]) -> Set<String> { Set(keywords.map { "\($0.line): \($0.word)" }) }
        let theirs = places(keepalived.unknownKeywords(of: ""))
        let ours = places(UnknownKeyword.all(of: Corpus.read(path: path, from: DiskSource()).diagnostics))
        return theirs.subtracting(ours).sorted().map { "+ \($0)" } + ours.subtracting(theirs).sorted().map { "- \($0)" }
    }
}
