import Foundation
import Testing

@testable import Config

@Suite("Which keywords keepalived knows in which block, and which we do")
struct KeepalivedKeywordTests {
    /// What we know and keepalived 2.2.7 doesn't, in any block: our own words apart, which begin with `sluice_`.
    private static let newerWords = KeepalivedTests.newerWords

    /// The blocks that keepalived 2.2.7 has too.
    private static let places = KnownBlocks.places.filter { newerWords.isDisjoint(with: $0.path) }

    /// Every word that is a keyword somewhere, here or there.
    private static let allWords: [String] = {
        let ours = KnownBlocks.places.flatMap { Array($0.shape.keywords.keys) }
        return Set(ours + Corpus.keywords.map(\.name)).filter { !$0.hasPrefix("sluice_") }.sorted()
    }()

    @Test("keepalived knows no keyword in a block that we don't know there", arguments: places.indices)
    func foreignWords(index: Int) throws {
        let place = Self.places[index]
        let words = Self.allWords.filter { place.shape.keywords[$0] == nil && !Self.opensBlocks($0) }
        let (unknown, _) = try Self.unknown(Self.around(words.map { "\($0) 1 1 1" }, at: place))
        #expect(words.filter { !unknown.contains($0) } == [], "in '\(place.shape.name)' only keepalived knows these")
    }

    @Test("keepalived knows what we know in a block, but for what is newer", arguments: places.indices)
    func ownWords(index: Int) throws {
        let place = Self.places[index]
        let words = place.shape.keywords.keys.filter {
            !$0.hasPrefix("sluice_") && !Self.newerWords.contains($0)
        }.sorted()
        // A block each, so that none spoils another one.
        let lines = words.map { word in
            place.shape.keywords[word]?.content == nil ? ["\(word) 1 1 1"] : ["\(word) 1 1 1 {", "}"]
        }
        let (unknown, isComplete) = try Self.unknown(lines.flatMap { Self.around($0, at: place) })
        if isComplete {
            #expect(words.filter(unknown.contains) == [], "in '\(place.shape.name)' only we know these")
            return
        }
        // There is one that keepalived ends at: each alone.
        for (word, line) in zip(words, lines) {
            let (unknown, _) = try Self.unknown(Self.around(line, at: place))
            #expect(!unknown.contains(word), "in '\(place.shape.name)' only we know this")
        }
    }

    /// Words whose blocks would swallow what follows, if keepalived knew them.
    private static func opensBlocks(_ word: String) -> Bool {
        KnownBlocks.places.contains { $0.shape.keywords[word]?.content != nil }
    }

    /// The words that keepalived calls unknown in a text, and whether it has read it to the end.
    private static func unknown(_ lines: [String]) throws -> (words: Set<String>, isComplete: Bool) {
        let path = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).conf").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(lines.map { "\($0)\n" }.joined().utf8).write(to: URL(filePath: path))
        let keepalived = try Keepalived.test(path)
        let words = Set(keepalived.unknownKeywords(of: "").map(\.word))
        if case .runs = keepalived.outcome { return (words, true) }
        return (words, false)
    }

    private static func around(_ lines: [String], at place: KnownBlocks.Place) -> [String] {
        heads(place.path) + lines + place.path.map { _ in "}" }
    }

    /// The lines that open a block and those around it.
    private static func heads(_ path: [String]) -> [String] {
        path.map { keyword in
            switch keyword {
            case "virtual_server": "virtual_server 192.0.2.1 80 {"
            case "real_server": "real_server 192.0.2.2 80 {"
            case "vrrp_instance", "vrrp_sync_group", "vrrp_script", "vrrp_track_process", "vrrp_track_file",
                "track_file", "track_group", "bfd_instance", "virtual_server_group":
                "\(keyword) name {"
            default: "\(keyword) {"
            }
        }
    }
}
