import Foundation

@testable import Config

/// The configurations of the folder Corpus, on the disk as keepalived reads them too.
enum Corpus {
    static let folder = (#filePath as NSString).deletingLastPathComponent + "/Corpus"

    /// The names of the configurations, without what they include.
    static let names: [String] = {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return all.filter { $0.hasSuffix(".conf") }.sorted()
    }()

    /// What stands for this machine in `@id` lines, for us and for keepalived.
    static let configurationID = "edge-a"

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    static func bytes(_ name: String) -> [UInt8] { [UInt8](FileManager.default.contents(atPath: path(name)) ?? Data()) }

    static func read(_ name: String, site: (any ConfigurationSite)? = nil) -> ConfigurationReading {
        read(path: path(name), from: DiskSource(), site: site)
    }

    /// The one place where the tests of the corpus read a configuration.
    static func read(
        path: String, from source: any ConfigurationSource, site: (any ConfigurationSite)? = nil
    ) -> ConfigurationReading {
        let context = ReadingContext(configurationID: configurationID, workingDirectory: folder)
        return ConfigurationReader.read(path: path, from: source, context: context, site: site)
    }

    /// The keywords of the language, by block, and how much they are used.
    struct Keyword: Hashable, CustomStringConvertible {
        enum Importance: String {
            case must = "MUST"
            case should = "SHOULD"
            case rare = "RARE"
        }

        /// The keyword that opens the block, or several with bars between, or "top level".
        var block: String
        var name: String
        var importance: Importance

        var description: String { "\(block): \(name) (\(importance.rawValue))" }

        /// The keywords that open a block of this kind; "" for the top level.
        var openers: [String] {
            switch block {
            case "top level": [""]
            case "<checker common>": ["TCP_CHECK", "HTTP_GET", "SSL_GET", "SMTP_CHECK", "DNS_CHECK"]
            default: block.split(separator: "|").map(String.init)
            }
        }
    }

    static let keywords: [Keyword] = String(decoding: bytes("keywords.txt"), as: UTF8.self)
        .split(separator: "\n").compactMap { line in
            let columns = line.split(separator: "\t").map(String.init)
            guard columns.count == 3, let importance = Keyword.Importance(rawValue: columns[2]) else { return nil }
            return Keyword(block: columns[0], name: columns[1], importance: importance)
        }
}

/// The disk, as the daemon sees it.
struct DiskSource: ConfigurationSource {
    func read(path: String) throws(ConfigurationSourceError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationSourceError(reason: "no such file")
        }
        return [UInt8](data)
    }

    func glob(_ pattern: String, relativeTo directory: String) -> [String] {
        let full = pattern.hasPrefix("/") || directory.isEmpty ? pattern : "\(directory)/\(pattern)"
        var found = glob_t()
        defer { globfree(&found) }
        guard Foundation.glob(full, GLOB_BRACE, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}

/// The blocks that our reader knows, by the keyword that opens them; "" is the top level.
enum KnownBlocks {
    /// One kind of block, and a way to it from the top level.
    struct Place {
        var path: [String]
        var shape: BlockShape
    }

    static let places: [Place] = {
        var places: [Place] = []
        var queue = [Place(path: [], shape: Configuration.block.shape)]
        var seen: Set<String> = []
        while !queue.isEmpty {
            let place = queue.removeFirst()
            places.append(place)
            for (name, keyword) in place.shape.keywords.sorted(by: { $0.key < $1.key }) {
                guard case .keywords(let child) = keyword.content, place.path.count < 8 else { continue }
                let path = place.path + [name]
                if seen.insert(path.suffix(2).joined(separator: " ")).inserted {
                    queue.append(Place(path: path, shape: child))
                }
            }
        }
        return places
    }()

    static func shapes(openedBy keyword: String) -> [BlockShape] {
        places.filter { ($0.path.last ?? "") == keyword }.map(\.shape)
    }
}
