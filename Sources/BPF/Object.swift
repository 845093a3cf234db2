import CLibBPF
import CShim
import Glibc
import Linux

/// A BPF object file: programs and maps as the compiler made them. Opened, adjusted, loaded, in this order; what was loaded outlives
/// this object where a `Map`, `Program`, `Link` or pin refers to it.
///
/// Not for use by two threads at once.
package final class Object {
    private let object: OpaquePointer
    package let name: String
    private var isLoaded = false

    /// Parses an object file held in memory.
    ///
    /// - Parameters:
    ///   - bytes: an ELF file for the BPF machine.
    ///   - name: for messages, and a prefix of internal maps' names.
    package init(_ bytes: [UInt8], name: String) throws(BPFError) {
        let ((object, code), log) = Log.recording {
            let object = bytes.withUnsafeBytes { cshim_bpf_open($0.baseAddress, $0.count, name) }
            return (object, errno)
        }
        guard let object else { throw BPFError("open object", name, errno: code, log: log) }
        self.object = object
        self.name = name
        clearPinPaths()
    }

    deinit { bpf_object__close(object) }

    // Maps declared to be pinned by name would be in the root of the BPF file system: the caller says where instead.
    private func clearPinPaths() {
        var map = bpf_object__next_map(object, nil)
        while let current = map {
            bpf_map__set_pin_path(current, nil)
            map = bpf_object__next_map(object, current)
        }
    }

    /// Names of all maps, those of global data included (`.rodata.config` and so on).
    package var mapNames: [String] {
        var names: [String] = []
        var map = bpf_object__next_map(object, nil)
        while let current = map {
            names.append(String(cString: bpf_map__name(current)))
            map = bpf_object__next_map(object, current)
        }
        return names
    }

    /// Names of all programs.
    package var programNames: [String] {
        var names: [String] = []
        var program = bpf_object__next_program(object, nil)
        while let current = program {
            names.append(String(cString: bpf_program__name(current)))
            program = bpf_object__next_program(object, current)
        }
        return names
    }

    private func findMap(_ map: String) throws(BPFError) -> OpaquePointer {
        guard let found = bpf_object__find_map_by_name(object, map) else {
            throw BPFError(
                "find map \(map) in object", name, errno: ENOENT, remedy: "it has \(mapNames.joined(separator: ", "))")
        }
        return found
    }

    private func findProgram(_ program: String) throws(BPFError) -> OpaquePointer {
        guard let found = bpf_object__find_program_by_name(object, program) else {
            let remedy = "it has \(programNames.joined(separator: ", "))"
            throw BPFError("find program \(program) in object", name, errno: ENOENT, remedy: remedy)
        }
        return found
    }

    private func requireNotLoaded() { precondition(!isLoaded, "object \(name) is loaded: adjust it before") }
    private func requireLoaded() { precondition(isLoaded, "object \(name) is not loaded yet") }
}

// Before loading.
extension Object {
    /// Sets the first content of a map of global data.
    ///
    /// - Parameters:
    ///   - map: the section's name, as in `SEC(".rodata.config")`; libbpf's own name (with the object's in front) does as well.
    ///   - value: as many bytes as the map's value.
    package func setInitialValue<Value: BitwiseCopyable>(ofMap map: String, _ value: Value) throws(BPFError) {
        requireNotLoaded()
        let found = try findMap(map)
        try withBytes(of: value) { bytes throws(BPFError) in
            _ = try call("set first value (\(bytes.count) of \(bpf_map__value_size(found)) bytes) of map", map) {
                bpf_map__set_initial_value(found, bytes.baseAddress, bytes.count)
            }
        }
    }

    /// Sets how many entries a map is made with.
    package func setMaxEntries(ofMap map: String, _ count: Int) throws(BPFError) {
        requireNotLoaded()
        let found = try findMap(map)
        try call("set size of map", map) { bpf_map__set_max_entries(found, UInt32(count)) }
    }

    /// Sets where a map is pinned: `load` takes what is pinned there already (`EINVAL` if its layout is another), else pins the new one.
    package func setPinPath(ofMap map: String, _ path: String) throws(BPFError) {
        requireNotLoaded()
        let found = try findMap(map)
        try call("set pin path of map", map) { bpf_map__set_pin_path(found, path) }
    }

    /// Has the object use an existing map in the place of its own.
    package func reuse(_ existing: Map, asMap map: String) throws(BPFError) {
        requireNotLoaded()
        let found = try findMap(map)
        try call("reuse a map as", map) { bpf_map__reuse_fd(found, existing.descriptor) }
    }

    /// Sets whether `load` loads a program; at first all are.
    package func setAutoload(ofProgram program: String, _ isLoaded: Bool) throws(BPFError) {
        requireNotLoaded()
        let found = try findProgram(program)
        try call("choose program", program) { bpf_program__set_autoload(found, isLoaded) }
    }

    /// Makes the maps and loads the programs.
    ///
    /// - Throws: `BPFError` with the verifier's last lines; nothing stays behind in the kernel but pins made before.
    package func load() throws(BPFError) {
        requireNotLoaded()
        try call("load object", name) { bpf_object__load(object) }
        isLoaded = true
    }
}

// After loading.
extension Object {
    /// A loaded object's map, with a descriptor of its own.
    package func map(_ map: String) throws(BPFError) -> Map {
        requireLoaded()
        return try Map(owning: duplicate(bpf_map__fd(try findMap(map)), map))
    }

    /// A loaded object's program, with a descriptor of its own.
    package func program(_ program: String) throws(BPFError) -> Program {
        requireLoaded()
        return try Program(owning: duplicate(bpf_program__fd(try findProgram(program)), program))
    }

    private func duplicate(_ descriptor: Int32, _ object: String) throws(BPFError) -> FileDescriptor {
        let number = descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard number >= 0 else { throw BPFError("open", object, errno: descriptor < 0 ? -descriptor : errno) }
        return FileDescriptor(owning: number)
    }
}
