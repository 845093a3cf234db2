import CLibBPF
import CShim
import Glibc
import Linux

/// What the kernel says about a map.
package struct MapInfo: Hashable, Sendable {
    /// `BPF_MAP_TYPE_...`.
    package let type: UInt32
    /// The kernel's number for it, for as long as it exists.
    package let id: UInt32
    /// At most 15 bytes.
    package let name: String
    /// In bytes.
    package let keySize: Int
    /// In bytes; of one processor's value where there is one for each.
    package let valueSize: Int
    package let maxEntries: Int
    /// `BPF_F_...` as given when it was made.
    package let flags: UInt32

    /// Whether an entry holds one value per possible processor.
    package var isPerCPU: Bool {
        [
            BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_LRU_PERCPU_HASH,
            BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
        ].contains { $0.rawValue == type }
    }

    /// Distance between values in a memory mapping and between processors' values: whole 8-byte words.
    package var valueStride: Int { (valueSize + 7) / 8 * 8 }

    /// Bytes of a value as look-ups and updates take it.
    package func transferSize(processors: Int) -> Int { isPerCPU ? valueStride * processors : valueSize }
}

/// An open BPF map. The map itself lives as long as something refers to it: a program, a pin, or an object of this class.
///
/// Keys and values are `BitwiseCopyable`: their bytes are the map's. A type whose size differs from the map's is a programming
/// error and stops the program. A struct with padding bytes must not be a key: Swift does not keep them.
package final class Map: Sendable {
    private let file: FileDescriptor
    package let info: MapInfo
    let processors: Int

    /// The descriptor, valid as long as this object lives.
    package var descriptor: Int32 { file.rawValue }

    /// Takes ownership of an open map's descriptor.
    package init(owning descriptor: consuming FileDescriptor) throws(BPFError) {
        let number = descriptor.rawValue
        var raw = bpf_map_info()
        var size = UInt32(MemoryLayout<bpf_map_info>.size)
        try call("bpf(BPF_OBJ_GET_INFO_BY_FD)", "map") { bpf_obj_get_info_by_fd(number, &raw, &size) }
        info = MapInfo(
            type: raw.type, id: raw.id, name: withUnsafeBytes(of: raw.name) { text($0) }, keySize: Int(raw.key_size),
            valueSize: Int(raw.value_size), maxEntries: Int(raw.max_entries), flags: raw.map_flags)
        do {
            processors = info.isPerCPU ? try CPU.possibleCount() : 1
        } catch {
            throw BPFError("count processors for map", info.name, errno: error.errno)
        }
        file = descriptor
    }

    /// Makes a map.
    ///
    /// - Parameters:
    ///   - name: at most 15 letters, digits, `_` and `.`.
    ///   - sizes in bytes; keySize 4 for arrays.
    package convenience init(
        type: bpf_map_type, name: String, keySize: Int, valueSize: Int, maxEntries: Int, flags: UInt32 = 0
    ) throws(BPFError) {
        var options = bpf_map_create_opts()
        options.sz = MemoryLayout<bpf_map_create_opts>.size
        options.map_flags = flags
        let number = try call("create map", name) {
            bpf_map_create(type, name, UInt32(keySize), UInt32(valueSize), UInt32(maxEntries), &options)
        }
        try self.init(owning: FileDescriptor(owning: number))
    }

    /// Opens a pinned map.
    ///
    /// - Parameter readOnly: forbids changes through this object; needs only permission to read.
    package convenience init(pinned path: String, readOnly: Bool = false) throws(BPFError) {
        try self.init(owning: openPinned(path, kind: "map", readOnly: readOnly))
    }

    /// Opens a map by the kernel's number.
    package convenience init(id: UInt32) throws(BPFError) {
        let number = try call("bpf(BPF_MAP_GET_FD_BY_ID)", "\(id)") { bpf_map_get_fd_by_id(id) }
        try self.init(owning: FileDescriptor(owning: number))
    }

    /// Makes the map visible in a BPF file system, where it stays until unpinned.
    package func pin(_ path: String) throws(BPFError) { try BPF.pin(descriptor, path, kind: "map \(info.name)") }

    /// Forbids further changes from user space.
    package func freeze() throws(BPFError) {
        let number = descriptor
        try call("freeze map", info.name) { bpf_map_freeze(number) }
    }

    /// Maps an array made with `BPF_F_MMAPABLE` into memory: entry i is at `i * info.valueStride`.
    package func mapMemory(writable: Bool) throws(BPFError) -> MappedMemory {
        do {
            return try MappedMemory(
                descriptor: descriptor, length: info.valueStride * info.maxEntries, writable: writable,
                context: "map \(info.name)")
        } catch {
            throw BPFError(
                "mmap map", info.name, errno: error.errno, remedy: "the map must be made with BPF_F_MMAPABLE")
        }
    }
}

/// Text in a fixed-size C array.
func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

func openPinned(_ path: String, kind: String, readOnly: Bool = false) throws(BPFError) -> FileDescriptor {
    let number = try call("open pinned \(kind)", path) { cshim_bpf_get(path, readOnly) }
    return FileDescriptor(owning: number)
}

func pin(_ descriptor: Int32, _ path: String, kind: String) throws(BPFError) {
    let remedy: (Int32) -> String? = { $0 == EINVAL || $0 == EPERM ? "is a BPF file system mounted there?" : nil }
    try call("pin \(kind) at", path, remedy: remedy) { bpf_obj_pin(descriptor, path) }
}

/// Removes a pin of a map, program or link; one that is not there is no error.
package func unpin(_ path: String) throws(BPFError) {
    if unlink(path) == 0 { return }
    let code = errno
    if code != ENOENT { throw BPFError("unpin", path, errno: code) }
}
