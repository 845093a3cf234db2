package import BPF
internal import Linux

/// An array map seen as memory: every read and write is a load or store, without a system call.
///
/// XDP programs read and write the same memory at any time. Whole values are copied word by word, each word at once; where
/// the order of words matters to a reader, `store` and `storeWord` say which comes when.
package struct MapArray<Value: BitwiseCopyable>: Sendable {
    /// How many values it has.
    package let count: Int
    let memory: MappedMemory
    private let stride: Int

    /// - Throws: `BPFError` with `EINVAL` if the map's values are of another size.
    package init(_ map: Map, writable: Bool) throws(BPFError) {
        guard map.info.valueSize == MemoryLayout<Value>.size else {
            throw BPFError(
                "map memory", "map \(map.info.name)", errno: 22,
                remedy: "its values are \(map.info.valueSize) bytes, not \(MemoryLayout<Value>.size): another version's"
            )
        }
        memory = try map.mapMemory(writable: writable)
        count = map.info.maxEntries
        stride = map.info.valueStride
    }

    /// The value at `index`; words that are written meanwhile are old or new.
    package subscript(index: Int) -> Value {
        precondition(index >= 0 && index < count, "no entry \(index) in a map of \(count)")
        return memory.bytes.loadUnaligned(fromByteOffset: index * stride, as: Value.self)
    }

    /// Where a value's word lies, for `MappedMemory`'s atomic operations. `word` counts 8-byte words.
    package func offset(_ index: Int, word: Int) -> Int { index * stride + word * 8 }

    /// Writes the 8-byte words `words` of a value, in that order, each by one store that later ones don't overtake.
    package func store(_ value: Value, at index: Int, words: some Sequence<Int>) {
        withUnsafeBytes(of: value) { bytes in
            for word in words {
                memory.store64(
                    bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self), at: offset(index, word: word))
            }
        }
    }

    /// How many 8-byte words a value has.
    package var wordCount: Int { MemoryLayout<Value>.size / 8 }
}
