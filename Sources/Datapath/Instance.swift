internal import CSluiceABI
import Glibc
package import Linux

/// What belongs to one running forwarder by name: pins in the BPF file system, lock file, control socket.
///
///     /sys/fs/bpf/sluice/NAME/links/IFACE        one XDP link an interface, whatever the layout
///     /sys/fs/bpf/sluice/NAME/v1-4194304/MAP     the maps, by layout version and flow table size
///     /run/sluice/NAME.lock, NAME.sock
package struct Instance: Hashable, Sendable {
    /// Letters, digits, `-` and `_`; at most 64. (A BPF file system takes no dots.)
    package let name: String

    /// - Throws: `InstanceError` if the name could not be a file's.
    package init(name: String) throws(InstanceError) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard allowed, (1...64).contains(name.utf8.count) else { throw InstanceError.badName(name) }
        self.name = name
    }

    /// Where the kernel's BPF file system is.
    package static let fileSystem = "/sys/fs/bpf"
    package static let root = fileSystem + "/sluice"
    package static let runFolder = "/run/sluice"

    package var pins: String { "\(Self.root)/\(name)" }
    package var links: String { pins + "/links" }
    /// Removes the instance's folders where nothing is pinned in them any more.
    package func removeEmptyFolders() { for path in [links, pins, Self.root] { rmdir(path) } }

    package var lockFile: String { "\(Self.runFolder)/\(name).lock" }
    /// What VRRP notes for the next run.
    package var vrrpState: String { "\(Self.runFolder)/\(name).vrrp" }
    /// What it has added to the kernel's addresses, routes and rules, for the next run.
    package var networkNotes: String { "\(Self.runFolder)/\(name).network" }
    /// Taken by a stand-in that carries VRRP on.
    package var standInLock: String { "\(Self.runFolder)/\(name).stand-in" }
    package var controlSocket: String { "\(Self.runFolder)/\(name).sock" }

    /// The folder of the maps for a flow table of so many flows.
    package func maps(flows: Int) -> String { "\(pins)/v\(SLUICE_LAYOUT)-\(flows)" }

    /// The folders of maps that are there, of any layout and size.
    package func mapFolders() -> [String] {
        Folder.names(in: pins).filter { $0.hasPrefix("v") }.map { "\(pins)/\($0)" }
    }

    /// The folder of maps of this layout, if there is one.
    ///
    /// - Throws: `InstanceError.notReadable`, for who may not look.
    package func currentMaps() throws(InstanceError) -> String? {
        for path in [Self.fileSystem, Self.root, pins] where access(path, R_OK | X_OK) != 0 && errno == EACCES {
            throw .notReadable(path: path)
        }
        return mapFolders().first { $0.hasPrefix("\(pins)/v\(SLUICE_LAYOUT)-") && Self.isComplete($0) }
    }

    /// Whether a folder has all maps and the program.
    static func isComplete(_ folder: String) -> Bool { Folder.exists("\(folder)/\(complete)") }

    /// The instances that have pins.
    package static func pinnedNames() -> [String] {
        Folder.names(in: root).filter { (try? Instance(name: $0).currentMaps()) != nil }
    }

    /// The pin that is made last: a folder without it was left by a controller that died while it made it.
    static let complete = "program"
    /// A program on its way to take that pin's place.
    static let incoming = "program_new"
}

/// Why an instance can't be had.
package enum InstanceError: Error, Hashable, CustomStringConvertible {
    case badName(String)
    /// Another process runs it.
    case busy(name: String, reason: String)
    /// Nothing is pinned under the name.
    case notRunning(name: String, others: [String])
    /// The caller may not look into a folder.
    case notReadable(path: String)

    package var description: String {
        switch self {
        case .badName(let name):
            "instance name \"\(name)\": use letters, digits, '-' and '_', at most 64"
        case .busy(let name, let reason):
            "instance \"\(name)\" is already running (\(reason)): stop it, or choose another name with --instance"
        case .notRunning(let name, let others):
            "instance \"\(name)\" forwards nothing here: start sluiced --instance \(name)"
                + (others.isEmpty
                    ? "" : ", or name another with --instance (there is: \(others.joined(separator: ", ")))")
        case .notReadable(let path):
            "open \(path): Permission denied (run as root)"
        }
    }
}

/// Folders, as far as pins need them.
enum Folder {
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes the folder and those above it.
    static func make(_ path: String) throws(SystemError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST {
                throw SystemError("mkdir", context: made)
            }
        }
    }

    /// Removes a folder of pins and what is in it; what is not there is no error.
    static func remove(_ path: String) {
        for name in names(in: path) {
            let inner = "\(path)/\(name)"
            if unlink(inner) != 0 { remove(inner) }
        }
        rmdir(path)
    }
}

extension Instance {
    /// Takes the instance's lock, held as long as the result lives.
    ///
    /// - Throws: `InstanceError.busy` if another process has it; `SystemError`.
    package func lock() throws -> LockFile {
        try Folder.make(Self.runFolder)
        do {
            return try LockFile(path: lockFile)
        } catch {
            throw busy(error)
        }
    }

    private func busy(_ error: SystemError) -> any Error {
        guard error.errno == EWOULDBLOCK else { return error }
        return InstanceError.busy(name: name, reason: error.remedy ?? error.context)
    }
}
