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
        let known = try Self.known(words.map { ["\($0) 1 1 1"] }, words, at: place)
        #expect(known == [], "in '\(place.shape.name)' only keepalived knows these")
    }

    @Test("keepalived knows what we know in a block, but for what is newer", arguments: places.indices)
    func ownWords(index: Int) throws {
        let place = Self.places[index]
        let words = place.shape.keywords.keys.filter {
            !$0.hasPrefix("sluice_") && !Self.newerWords.contains($0)
        }.sorted()
        // A block each, so that none spoils another one.
        let unknown = try words.filter { word in
            let lines = place.shape.keywords[word]?.content == nil ? ["\(word) 1 1 1"] : ["\(word) 1 1 1 {", "}"]
            return try Self.known([lines], [word], at: place).isEmpty
        }
        #expect(unknown == [], "in '\(place.shape.name)' only we know these")
    }

    /// Words whose blocks would swallow what follows, if keepalived knew them.
    private static func opensBlocks(_ word: String) -> Bool {
        KnownBlocks.places.contains { $0.shape.keywords[word]?.content != nil }
    }

    /// Those of the words, each written as given, that keepalived does not call unknown in a block.
    private static func known(
        _ lines: [[String]], _ words: [String], at place: KnownBlocks.Place
    ) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString).conf").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = heads(place.path) + lines.joined() + place.path.map { _ in "}" }
        try Data(text.map { "\($0)\n" }.joined().utf8).write(to: URL(filePath: path))
        let unknown = Set(try Keepalived.test(path).unknownKeywords(of: "").map(\.word))
        return words.filter { !unknown.contains($0) }
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
