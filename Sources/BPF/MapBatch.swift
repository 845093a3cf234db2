import CLibBPF
import Glibc
import Linux

// Many entries at a time.
extension Map {
    /// Walks all entries of a hash or array map, as raw bytes, `batch` at a time; entries that come and go meanwhile may be missed or
    /// seen twice.
    ///
    /// - Parameters:
    ///   - batch: entries per system call; at least as many as the fullest bucket holds, 4096 is plenty.
    ///   - body: gets one key and its value (all processors' values, `valueStride` apart, in a per-CPU map).
    package func forEachEntry(
        batch: Int = 4096, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) throws(BPFError) {
        let valueSize = info.transferSize(processors: processors)
        let batch = min(batch, max(info.maxEntries, 1))
        let keys = UnsafeMutableRawBufferPointer.allocate(byteCount: info.keySize * batch, alignment: 16)
        let values = UnsafeMutableRawBufferPointer.allocate(byteCount: valueSize * batch, alignment: 16)
        // The cursor: a key of an array map, a bucket number (4 bytes) of a hash map.
        let cursor = UnsafeMutableRawBufferPointer.allocate(byteCount: max(info.keySize, 8), alignment: 16)
        defer {
            keys.deallocate()
            values.deallocate()
            cursor.deallocate()
        }
        var isFirst = true
        var isLast = false
        while !isLast {
            var count = UInt32(batch)
            let result = bpf_map_lookup_batch(
                descriptor, isFirst ? nil : cursor.baseAddress, cursor.baseAddress, keys.baseAddress,
                values.baseAddress, &count, nil)
            let code = result == 0 ? 0 : errno
            guard code == 0 || code == ENOENT else { throw BPFError("read all of map", info.name, errno: code) }
            isLast = code == ENOENT
            isFirst = false
            for index in 0..<Int(count) {
                body(
                    UnsafeRawBufferPointer(rebasing: keys[index * info.keySize..<(index + 1) * info.keySize]),
                    UnsafeRawBufferPointer(rebasing: values[index * valueSize..<(index + 1) * valueSize]))
            }
        }
    }

    /// All entries of a map that is not per-CPU.
    package func entries<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        keys: Key.Type = Key.self, values: Value.Type = Value.self, batch: Int = 4096
    ) throws(BPFError) -> [(key: Key, value: Value)] {
        precondition(!info.isPerCPU, "map \(info.name) has one value per processor: use forEachEntry")
        precondition(MemoryLayout<Key>.size == info.keySize, sizeMessage("key", MemoryLayout<Key>.size, info.keySize))
        precondition(
            MemoryLayout<Value>.size == info.valueSize, sizeMessage("value", MemoryLayout<Value>.size, info.valueSize))
        var all: [(key: Key, value: Value)] = []
        try forEachEntry(batch: batch) { key, value in
            all.append((key.loadUnaligned(as: Key.self), value.loadUnaligned(as: Value.self)))
        }
        return all
    }

    /// Writes many entries in one system call. The map must not be per-CPU, and types must have no padding at their end.
    package func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        batchKeys keys: [Key], values: [Value]
    ) throws(BPFError) {
        precondition(keys.count == values.count, "map \(info.name): \(keys.count) keys for \(values.count) values")
        precondition(
            MemoryLayout<Key>.stride == info.keySize && MemoryLayout<Value>.stride == info.valueSize && !info.isPerCPU,
            "map \(info.name): entries of \(info.keySize) + \(info.valueSize) bytes are not these types'")
        var count = UInt32(keys.count)
        if count == 0 { return }
        let result = keys.withUnsafeBytes { keys in
            values.withUnsafeBytes { bpf_map_update_batch(descriptor, keys.baseAddress, $0.baseAddress, &count, nil) }
        }
        if result == 0 { return }
        let code = errno
        throw BPFError("update \(keys.count) entries of map", info.name, errno: code)
    }

    /// All keys, one system call each: for small maps of any type.
    package func keys<Key: BitwiseCopyable>(as type: Key.Type = Key.self) throws(BPFError) -> [Key] {
        precondition(MemoryLayout<Key>.size == info.keySize, sizeMessage("key", MemoryLayout<Key>.size, info.keySize))
        return try withTemporaryBytes(info.keySize) { cursor throws(BPFError) in
            var all: [Key] = []
            while bpf_map_get_next_key(descriptor, all.isEmpty ? nil : cursor.baseAddress, cursor.baseAddress) == 0 {
                all.append(cursor.loadUnaligned(as: Key.self))
            }
            let code = errno
            if code != ENOENT { throw BPFError("walk keys of map", info.name, errno: code) }
            return all
        }
    }
}

/// A map whose key and value types are fixed and known to fit. Not for per-CPU maps.
package struct TypedMap<Key: BitwiseCopyable, Value: BitwiseCopyable>: Sendable {
    package let map: Map

    /// - Throws: `BPFError` with `EINVAL` if the map's sizes are not the types': another program's map, or another version's.
    package init(_ map: Map) throws(BPFError) {
        let sizes = (MemoryLayout<Key>.size, MemoryLayout<Value>.size)
        guard sizes == (map.info.keySize, map.info.valueSize) else {
            let remedy =
                "its entries have \(map.info.keySize) + \(map.info.valueSize) bytes, \(sizes.0) + \(sizes.1) are expected"
            throw BPFError("use map", map.info.name, errno: EINVAL, remedy: remedy)
        }
        self.map = map
    }

    /// The value of `key`; nil if it is not there.
    package func lookup(_ key: Key) throws(BPFError) -> Value? { try map.lookup(key) }
    /// Writes the value of `key`.
    package func update(_ key: Key, _ value: Value, rule: UpdateRule = .any) throws(BPFError) {
        try map.update(key, value, rule: rule)
    }
    /// Removes `key`; whether it was there.
    @discardableResult
    package func remove(_ key: Key) throws(BPFError) -> Bool { try map.remove(key) }
    /// All entries.
    package func entries() throws(BPFError) -> [(key: Key, value: Value)] { try map.entries() }
}
