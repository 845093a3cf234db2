import CLibBPF
import Glibc
import Linux

/// Which entries an update may touch.
package enum UpdateRule: UInt64, Sendable {
    case any = 0
    /// Only a key that is not there; else `EEXIST`.
    case mustNotExist = 1
    /// Only a key that is there; else `ENOENT`.
    case mustExist = 2
}

// Raw bytes: what all the rest is made of.
extension Map {
    /// Reads one entry, all processors' values one after the other, `valueStride` apart.
    ///
    /// - Returns: whether the key is there.
    package func lookup(
        key: UnsafeRawBufferPointer, into value: UnsafeMutableRawBufferPointer
    ) throws(BPFError) -> Bool {
        requireSizes(key: key.count, value: value.count)
        let number = descriptor
        if bpf_map_lookup_elem(number, key.baseAddress, value.baseAddress) == 0 { return true }
        let code = errno
        if code == ENOENT { return false }
        throw BPFError("look up in map", info.name, errno: code)
    }

    /// Writes one entry.
    package func update(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, rule: UpdateRule = .any
    ) throws(BPFError) {
        requireSizes(key: key.count, value: value.count)
        if bpf_map_update_elem(descriptor, key.baseAddress, value.baseAddress, rule.rawValue) == 0 { return }
        let code = errno
        throw BPFError("update map", info.name, errno: code, remedy: code == E2BIG ? "the map is full" : nil)
    }

    /// Removes one entry.
    ///
    /// - Returns: whether the key was there.
    @discardableResult
    package func remove(key: UnsafeRawBufferPointer) throws(BPFError) -> Bool {
        precondition(key.count == info.keySize, sizeMessage("key", key.count, info.keySize))
        if bpf_map_delete_elem(descriptor, key.baseAddress) == 0 { return true }
        let code = errno
        if code == ENOENT { return false }
        throw BPFError("delete from map", info.name, errno: code)
    }

    private func requireSizes(key: Int, value: Int) {
        precondition(key == info.keySize, sizeMessage("key", key, info.keySize))
        let size = info.transferSize(processors: processors)
        precondition(value == size, sizeMessage("value", value, size))
    }

    func sizeMessage(_ what: String, _ given: Int, _ expected: Int) -> String {
        "map \(info.name): a \(what) of \(given) bytes is given, the map's has \(expected)"
    }

    /// Reads one entry as bytes; nil if the key is not there.
    package func lookup(bytes key: [UInt8]) throws(BPFError) -> [UInt8]? {
        try withBytes(ofAll: key) { key throws(BPFError) in
            try withTemporaryBytes(info.transferSize(processors: processors)) { value throws(BPFError) in
                try lookup(key: key, into: value) ? [UInt8](value) : nil
            }
        }
    }

    /// Writes one entry as bytes.
    package func update(bytes key: [UInt8], value: [UInt8], rule: UpdateRule = .any) throws(BPFError) {
        try withBytes(ofAll: key) { key throws(BPFError) in
            try withBytes(ofAll: value) { value throws(BPFError) in try update(key: key, value: value, rule: rule) }
        }
    }

    /// Removes one entry; whether it was there.
    @discardableResult
    package func remove(bytes key: [UInt8]) throws(BPFError) -> Bool {
        try withBytes(ofAll: key) { key throws(BPFError) in try remove(key: key) }
    }
}

// Typed keys and values, one value per entry.
extension Map {
    /// Reads the value of `key`; nil if it is not there. The map must not be per-CPU.
    package func lookup<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, as type: Value.Type = Value.self
    ) throws(BPFError) -> Value? {
        precondition(!info.isPerCPU, "map \(info.name) has one value per processor: use lookupPerCPU")
        return try withBytes(of: key) { key throws(BPFError) in
            try withTemporaryBytes(info.valueSize) { value throws(BPFError) in
                precondition(
                    MemoryLayout<Value>.size == value.count, sizeMessage("value", MemoryLayout<Value>.size, value.count)
                )
                return try lookup(key: key, into: value) ? value.loadUnaligned(as: Value.self) : nil
            }
        }
    }

    /// Writes the value of `key`. The map must not be per-CPU.
    package func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, _ value: Value, rule: UpdateRule = .any
    ) throws(BPFError) {
        try withBytes(of: key) { key throws(BPFError) in
            try withBytes(of: value) { value throws(BPFError) in try update(key: key, value: value, rule: rule) }
        }
    }

    /// Removes `key`; whether it was there.
    @discardableResult
    package func remove<Key: BitwiseCopyable>(_ key: Key) throws(BPFError) -> Bool {
        try withBytes(of: key) { key throws(BPFError) in try remove(key: key) }
    }

    /// Reads all processors' values of `key`, processor 0 first; nil if it is not there. The map must be per-CPU.
    package func lookupPerCPU<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, as type: Value.Type = Value.self
    ) throws(BPFError) -> [Value]? {
        precondition(info.isPerCPU, "map \(info.name) has one value for all processors: use lookup")
        precondition(
            MemoryLayout<Value>.size == info.valueSize, sizeMessage("value", MemoryLayout<Value>.size, info.valueSize))
        return try withBytes(of: key) { key throws(BPFError) in
            try withTemporaryBytes(info.valueStride * processors) { bytes throws(BPFError) in
                guard try lookup(key: key, into: bytes) else { return nil }
                return (0..<processors).map {
                    bytes.loadUnaligned(fromByteOffset: $0 * info.valueStride, as: Value.self)
                }
            }
        }
    }

    /// Writes all processors' values of `key`; there must be as many as processors.
    package func updatePerCPU<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ key: Key, _ values: [Value], rule: UpdateRule = .any
    ) throws(BPFError) {
        precondition(
            values.count == processors, "map \(info.name): \(values.count) values for \(processors) processors")
        precondition(
            MemoryLayout<Value>.size == info.valueSize, sizeMessage("value", MemoryLayout<Value>.size, info.valueSize))
        try withBytes(of: key) { key throws(BPFError) in
            try withTemporaryBytes(info.valueStride * processors) { bytes throws(BPFError) in
                bytes.initializeMemory(as: UInt8.self, repeating: 0)
                for (index, value) in values.enumerated() {
                    bytes.storeBytes(of: value, toByteOffset: index * info.valueStride, as: Value.self)
                }
                try update(key: key, value: UnsafeRawBufferPointer(bytes), rule: rule)
            }
        }
    }
}

func withBytes<Value: BitwiseCopyable, Result>(
    of value: Value, _ body: (UnsafeRawBufferPointer) throws(BPFError) -> Result
) throws(BPFError) -> Result {
    var copy = value
    return try withUnsafePointer(to: &copy) { pointer throws(BPFError) in
        try body(UnsafeRawBufferPointer(start: pointer, count: MemoryLayout<Value>.size))
    }
}

func withBytes<Result>(
    ofAll bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(BPFError) -> Result
) throws(BPFError) -> Result {
    try withTemporaryBytes(bytes.count) { copy throws(BPFError) in
        copy.copyBytes(from: bytes)
        return try body(UnsafeRawBufferPointer(copy))
    }
}

/// Scratch memory for a key or value, 16-byte aligned.
func withTemporaryBytes<Result>(
    _ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(BPFError) -> Result
) throws(BPFError) -> Result {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { bytes.deallocate() }
    return try body(bytes)
}
