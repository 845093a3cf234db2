import Foundation
import Testing

/// The repository's own rules, checked like any other behaviour.
@Suite struct RulesTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Files below a folder with one of these endings, as (path from the root, text).
    static func files(_ folder: String, _ endings: [String]) throws -> [(path: String, text: String)] {
        let base = root.appending(path: folder)
        let names = try #require(FileManager.default.subpaths(atPath: base.path), "\(folder) is there")
        return try names.filter { name in endings.contains { name.hasSuffix($0) } }.sorted().map {
            ("\(folder)/\($0)", try String(contentsOf: base.appending(path: $0), encoding: .utf8))
        }
    }

    static func imports(of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let at = words.firstIndex(of: "import"), at <= 1, at + 1 < words.count else { return nil }
            return String(words[at + 1])
        }
    }

    /// The floor of each module: imports go down only.
    static let floors = [
        "CSluiceABI": 0, "CBenchABI": 0, "CLibBPF": 0, "CLibNL": 0, "CShim": 0, "Wire": 1, "Linux": 2, "Config": 2,
        "Scheduling": 2, "VRRP": 2, "Health": 2,
        "BPF": 2, "Netlink": 2, "Plan": 3, "Datapath": 3, "Director": 4, "sluiced": 5, "sluicectl": 5, "sluicebench": 5,
    ]

    /// Modules of one floor that may import another of the same.
    static let sideways: Set<String> = ["BPF Linux", "Netlink Linux", "Datapath Plan"]

    @Test func `Imports go down only`() throws {
        for (path, text) in try Self.files("Sources", [".swift"]) {
            let module = String(path.split(separator: "/")[1])
            let floor = try #require(Self.floors[module], "\(module) has a floor")
            for name in Self.imports(of: text) {
                guard let other = Self.floors[name] else { continue }
                #expect(other < floor || Self.sideways.contains("\(module) \(name)"), "\(path) imports \(name)")
            }
        }
    }

    @Test func `Pure modules import nothing of the system`() throws {
        for module in ["Wire", "Scheduling", "Config", "VRRP", "Health", "Plan"] {
            for (path, text) in try Self.files("Sources/\(module)", [".swift"]) {
                for name in Self.imports(of: text) {
                    #expect(Self.floors[name] != nil && !["CShim", "Linux"].contains(name), "\(path) imports \(name)")
                }
            }
        }
    }

    @Test func `No module of the product imports Foundation`() throws {
        for (path, text) in try Self.files("Sources", [".swift"]) {
            #expect(!Self.imports(of: text).contains("Foundation"), "\(path)")
        }
    }

    @Test func `Nothing is left unfinished`() throws {
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "fatalError("]
        for folder in ["Sources", "bpf", "Plugins", "Benchmarks"] {
            for (path, text) in try Self.files(folder, [".swift", ".c", ".h"]) {
                for mark in marks { #expect(!text.contains(mark), "\(path) has \(mark)") }
            }
        }
    }

    @Test func `Package declarations of types and functions are documented`() throws {
        let pattern = /^ *package (?:[a-z]+ )*(?:struct|enum|class|protocol|actor|func) (\w+)/
        for (path, text) in try Self.files("Sources", [".swift"]) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for (number, line) in lines.enumerated() where line.firstMatch(of: pattern) != nil {
                guard !Self.isWitness(line) else { continue }
                var above = number - 1
                while above >= 0, lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("@") { above -= 1 }
                let comment = above >= 0 ? lines[above].trimmingCharacters(in: .whitespaces) : ""
                #expect(comment.hasPrefix("///"), "\(path):\(number + 1): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    /// Operators, and requirements of protocols (Layer's `header`), whose meaning is the protocol's.
    private static func isWitness(_ line: String) -> Bool {
        ["static func <", "static func ==", "func hash(into", "func header(before"].contains { line.contains($0) }
    }

    @Test func `Only maps.h declares maps`() throws {
        for (path, text) in try Self.files("bpf", [".h"]) where path != "bpf/maps.h" {
            #expect(!text.contains("SEC(\".maps\")"), "\(path)")
        }
    }

    @Test func `No macro of the programs hides a return or a goto`() throws {
        for (path, text) in try Self.files("bpf", [".h", ".c"]) {
            let joined = text.replacingOccurrences(of: "\\\n", with: " ")
            for line in joined.split(separator: "\n") where line.hasPrefix("#define") {
                #expect(!line.contains("return") && !line.contains("goto"), "\(path): \(line)")
            }
        }
    }
}
