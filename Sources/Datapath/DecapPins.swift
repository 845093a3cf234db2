internal import BPF
internal import CSluiceABI
import Glibc
package import Linux

/// The folder of one decapsulator's pins.
struct PinFolder {
    let path: String

    private static let root = "/sys/fs/bpf"
    private var linkPath: String { "\(path)/link" }

    /// Of an interface in the calling thread's network namespace. Nothing is made yet.
    init(interface: String) throws(DecapsulatorError) {
        let namespace: String
        do {
            namespace = try CallerNamespace.inode()
        } catch {
            throw .system(error)
        }
        let name = Self.escaped(interface)
        path = "\(Self.root)/sluice/decap/\(SLUICE_DECAP_LAYOUT)-\(namespace)-\(name)"
    }

    /// A BPF file system takes no dots in names; the escaped name is unique to the interface's.
    static func escaped(_ interface: String) -> String {
        interface.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }

    /// Makes the folder above this one, mounting the BPF file system if there is none.
    func prepare() throws(DecapsulatorError) {
        do throws(SystemError) {
            if !Mounts.isBPFFS(Self.root) { try Mounts.mountBPFFS(Self.root) }
            for folder in ["\(Self.root)/sluice", "\(Self.root)/sluice/decap"] where mkdir(folder, 0o700) != 0 {
                if errno != EEXIST { throw SystemError("mkdir", context: folder) }
            }
        } catch {
            throw .system(error)
        }
    }

    /// What is pinned here, if its link still holds a program on the interface; nil if not.
    func adopted(ifindex: UInt32) throws(BPFError) -> (maps: DecapProgram.Maps, link: BPF.Link)? {
        if access(linkPath, F_OK) != 0 {
            // Who may not look does not know that there is none.
            if errno == EACCES { throw BPFError("look for", linkPath, errno: EACCES) }
            return nil
        }
        let link = try BPF.Link(pinned: linkPath)
        guard try link.info().ifindex == ifindex else { return nil }
        return (try maps(), link)
    }

    private func maps() throws(BPFError) -> DecapProgram.Maps {
        DecapProgram.Maps(
            addresses: try Map(pinned: "\(path)/\(DecapProgram.addressesName)"),
            vips: try Map(pinned: "\(path)/\(DecapProgram.vipsName)"),
            counters: try Map(pinned: "\(path)/\(DecapProgram.countersName)"))
    }

    /// Makes the folder and pins the maps, then the link: a link that is there has its maps. Leaves nothing behind if it fails.
    func pin(_ maps: DecapProgram.Maps, _ link: BPF.Link) throws(BPFError) {
        guard mkdir(path, 0o700) == 0 else { throw BPFError("make folder", path, errno: errno) }
        do throws(BPFError) {
            try maps.addresses.pin("\(path)/\(DecapProgram.addressesName)")
            try maps.vips.pin("\(path)/\(DecapProgram.vipsName)")
            try maps.counters.pin("\(path)/\(DecapProgram.countersName)")
            try link.pin(linkPath)
        } catch {
            try remove()
            throw error
        }
    }

    /// Detaches the link, if it is there, and removes all pins and the folder.
    ///
    /// - Returns: whether there was a folder.
    @discardableResult
    func remove() throws(BPFError) -> Bool {
        if access(linkPath, F_OK) == 0 {
            let link = try BPF.Link(pinned: linkPath)
            // One whose interface has gone has nothing to detach from.
            if try link.info().ifindex != 0 { try link.detach() }
            try unpin(linkPath)
        }
        for name in [DecapProgram.addressesName, DecapProgram.vipsName, DecapProgram.countersName] {
            try unpin("\(path)/\(name)")
        }
        if rmdir(path) == 0 { return true }
        let code = errno
        if code == ENOENT { return false }
        throw BPFError("remove folder", path, errno: code)
    }
}

/// The calling thread's network namespace.
package enum CallerNamespace {
    /// Its inode, in digits: the number that `ls -l /proc/self/ns/net` shows. Unique among the namespaces that exist.
    package static func inode() throws(SystemError) -> String {
        let path = "/proc/thread-self/ns/net"
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = try check("readlink", path) { readlink(path, &buffer, buffer.count) }
        return String(decoding: buffer[..<count].filter { (0x30...0x39).contains($0) }, as: UTF8.self)
    }
}
