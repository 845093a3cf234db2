import Testing

@testable import Config

/// The tables of keywords, as tables.
struct GrammarTests {
    /// Every block of the language, by name.
    private static let shapes: [BlockShape] = {
        var found: [ObjectIdentifier: BlockShape] = [:]
        var queue = [Configuration.block.shape]
        while let shape = queue.popLast() {
            guard found.updateValue(shape, forKey: ObjectIdentifier(shape)) == nil else { continue }
            for keyword in shape.keywords.values {
                if case .keywords(let child) = keyword.content { queue.append(child) }
            }
        }
        return found.values.sorted { $0.name < $1.name }
    }()

    /// Every keyword of the blocks with a name: several blocks may share one.
    private static func keywords(of block: String) -> Set<String> {
        Set(shapes.filter { $0.name == block }.flatMap(\.keywords.keys))
    }

    @Test func everyWordThatNothingActsOnYetIsAKeywordOfItsBlock() {
        #expect(Unacted.words.count > 15)
        for (block, words) in Unacted.words {
            let unknown = words.subtracting(Self.keywords(of: block))
            #expect(unknown.isEmpty, "\(block): \(unknown.sorted())")
        }
    }

    @Test func noTableHasAKeywordTwice() {
        func check<Model>(_ block: Block<Model>) {
            let names = block.fields.map(\.name)
            let twice = Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys.sorted()
            #expect(twice.isEmpty, "\(block.name)")
        }
        check(Configuration.block)
        check(GlobalSettings.block)
        check(VRRPInstance.block)
        check(VRRPSyncGroup.block)
        check(VRRPScript.block)
        check(VirtualServerBlock.block)
        check(RealServerBlock.block)
        check(BFDInstance.block)
    }

    /// A native word must be one that keepalived can't have.
    @Test func nativeWordsHaveThePrefix() {
        let known = ["global_defs", "virtual_server"].flatMap { Self.keywords(of: $0) }.filter { $0.hasPrefix("sluice") }
        #expect(known.count == 8)
        #expect(known.allSatisfy { $0.hasPrefix("sluice_") })
    }

    /// What a table says of its keywords is for people.
    @Test func everyKeywordSaysWhatFollowsIt() {
        #expect(VirtualServerBlock.block.fields.allSatisfy { !$0.syntax.isEmpty })
        #expect(GlobalSettings.block.fields.allSatisfy { !$0.syntax.isEmpty })
        #expect(VRRPInstance.block.fields.allSatisfy { !$0.syntax.isEmpty })
    }
}
