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

    /// "+ LINE: WORD" of what only keepalived has, "- LINE: WORD" of what only we have; a word that is there several times
    /// counts as often.
    private static func difference(of text: String) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).conf").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        let keepalived = try Keepalived.test(path)
        guard case .runs = keepalived.outcome else { return ["keepalived: \(keepalived.outcome)"] }
        func count(_ keywords: [UnknownKeyword]) -> [String: Int] {
            Dictionary(keywords.map { ("\($0.line): \($0.word)", 1) }, uniquingKeysWith: +)
        }
        let theirs = count(keepalived.unknownKeywords(of: ""))
        let ours = count(UnknownKeyword.all(of: Corpus.read(path: path, from: DiskSource()).diagnostics))
        return Set(theirs.keys).union(ours.keys).sorted().compactMap { key in
            let (their, our) = (theirs[key] ?? 0, ours[key] ?? 0)
            return their == our ? nil : "\(their > our ? "+" : "-") \(key) (\(their) and \(our) times)"
        }
    }
}
