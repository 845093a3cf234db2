import CLibBPF
import Foundation
import Linux
import Testing

@testable import BPF

@Suite("Maps", .enabled(if: isRoot, "needs root")) struct MapTests {
    struct Pair: BitwiseCopyable, Equatable {
        var first: UInt32
        var second: UInt64
    }

    func hash(_ name: String = "hash", entries: Int = 100) throws -> Map {
        try Map(type: BPF_MAP_TYPE_HASH, name: name, keySize: 4, valueSize: 16, maxEntries: entries)
    }

    @Test func `A map says what it is`() throws {
        let map = try hash("what")
        let info = map.info
        #expect(info.name == "what" && info.keySize == 4 && info.valueSize == 16 && info.maxEntries == 100)
        #expect(info.type == BPF_MAP_TYPE_HASH.rawValue && !info.isPerCPU && info.id != 0)
        #expect(try Map(id: info.id).info == info)
    }

    @Test func `Values are written, read and removed`() throws {
        let map = try TypedMap<UInt32, Pair>(hash())
        #expect(try map.lookup(7) == nil)
        try map.update(7, Pair(first: 1, second: 2))
        #expect(try map.lookup(7) == Pair(first: 1, second: 2))
        #expect(try map.map.lookup(bytes: [7, 0, 0, 0])?[8] == 2)
        #expect(try map.remove(7))
        #expect(try !map.remove(7))
        #expect(try map.lookup(7) == nil)
    }

    @Test func `An update's rule is kept`() throws {
        let map = try hash()
        #expect(throws: BPFError.self) { try map.update(UInt32(1), Pair(first: 1, second: 1), rule: .mustExist) }
        try map.update(UInt32(1), Pair(first: 1, second: 1), rule: .mustNotExist)
        let error = #expect(throws: BPFError.self) {
            try map.update(UInt32(1), Pair(first: 1, second: 1), rule: .mustNotExist)
        }
        #expect(error?.errno == EEXIST)
        #expect(error?.object == "hash")
    }

    @Test func `A full map says so`() throws {
        let map = try hash("small", entries: 1)
        try map.update(UInt32(1), Pair(first: 1, second: 1))
        let error = #expect(throws: BPFError.self) { try map.update(UInt32(2), Pair(first: 1, second: 1)) }
        #expect(error?.description == "update map small: Argument list too long (the map is full)")
    }

    @Test func `A map of other sizes is refused`() throws {
        let error = #expect(throws: BPFError.self) { try TypedMap<UInt32, UInt64>(try hash()) }
        #expect(error?.remedy == "its entries have 4 + 16 bytes, 4 + 8 are expected")
    }

    @Test(arguments: [1, 7, 64, 4096]) func `A walk in batches sees each entry once`(batch: Int) throws {
        let array = try Map(type: BPF_MAP_TYPE_ARRAY, name: "all", keySize: 4, valueSize: 8, maxEntries: 300)
        let keys = (0..<300).map(UInt32.init)
        try array.update(batchKeys: keys, values: keys.map { UInt64($0) * 3 })
        let entries = try array.entries(keys: UInt32.self, values: UInt64.self, batch: batch)
        #expect(entries.map(\.key) == keys)
        #expect(entries.allSatisfy { $0.value == UInt64($0.key) * 3 })
        #expect(try array.keys(as: UInt32.self) == keys)
    }

    @Test func `A walk of a hash map sees each entry once`() throws {
        let map = try hash(entries: 5000)
        for key in 0..<UInt32(1000) { try map.update(key, Pair(first: key, second: 0)) }
        let entries = try map.entries(keys: UInt32.self, values: Pair.self)
        #expect(entries.map(\.key).sorted() == (0..<1000).map(UInt32.init))
        #expect(try map.keys(as: UInt32.self).count == 1000)
        #expect(try hash().keys(as: UInt32.self).isEmpty)
    }

    @Test func `Each processor has a value, eight bytes apart`() throws {
        let map = try Map(type: BPF_MAP_TYPE_PERCPU_ARRAY, name: "each", keySize: 4, valueSize: 4, maxEntries: 2)
        let processors = try CPU.possibleCount()
        let values = (0..<processors).map { UInt32($0) + 10 }
        try map.updatePerCPU(UInt32(1), values)
        #expect(try map.lookupPerCPU(UInt32(1), as: UInt32.self) == values)
        #expect(try map.lookupPerCPU(UInt32(0), as: UInt32.self) == values.map { _ in 0 })
        #expect(try map.lookupPerCPU(UInt32(2), as: UInt32.self) == nil)
        var seen = 0
        try map.forEachEntry { _, value in seen += value.count }
        #expect(seen == 2 * 8 * processors)
    }

    @Test func `Mapped memory is the map`() throws {
        let map = try Map(
            type: BPF_MAP_TYPE_ARRAY, name: "shared", keySize: 4, valueSize: 8, maxEntries: 1000,
            flags: UInt32(BPF_F_MMAPABLE))
        let memory = try map.mapMemory(writable: true)
        memory.store64(42, at: 999 * 8)
        #expect(try map.lookup(UInt32(999), as: UInt64.self) == 42)
        try map.update(UInt32(3), UInt64(5))
        #expect(memory.load64(at: 24) == 5)
        #expect(memory.compareExchange64(at: 24, expected: 5, desired: 6))
        #expect(!memory.compareExchange64(at: 24, expected: 5, desired: 7))
        #expect(try map.mapMemory(writable: false).load64(at: 24) == 6)
        memory.store32(9, at: 28)
        #expect(memory.load64(at: 24) == 9 << 32 | 6)
    }

    @Test func `A map without the flag can't be mapped`() throws {
        let error = #expect(throws: BPFError.self) { try hash("plain").mapMemory(writable: true) }
        #expect(error?.description.contains("mmap map plain") == true)
        #expect(error?.description.contains("BPF_F_MMAPABLE") == true)
    }

    @Test func `A pinned map is found again, and gone once unpinned`() throws {
        try withPinFolder { folder in
            let other = try hash()
            let map = try hash("pinned")
            try map.update(UInt32(1), Pair(first: 8, second: 9))
            try map.pin("\(folder)/pinned")
            let again = try Map(pinned: "\(folder)/pinned", readOnly: true)
            #expect(again.info == map.info && again.info.id != other.info.id)
            #expect(try again.lookup(UInt32(1)) == Pair(first: 8, second: 9))
            #expect(throws: BPFError.self) { try again.update(UInt32(1), Pair(first: 0, second: 0)) }
            try unpin("\(folder)/pinned")
            try unpin("\(folder)/pinned")
            let error = #expect(throws: BPFError.self) { try Map(pinned: "\(folder)/pinned") }
            #expect(error?.errno == ENOENT)
        }
    }

    @Test func `Pinning elsewhere than in a BPF file system is explained`() throws {
        let error = #expect(throws: BPFError.self) { try hash().pin("/tmp/no-such-\(UUID().uuidString)") }
        #expect(error?.remedy == "is a BPF file system mounted there?")
    }
}
