internal import BPF
internal import CSluiceABI
import Glibc
package import Linux

/// The folder of one decapsulator's pins.
struct PinFolder {
    let path: String

    private static let root = "/sys/fs/bpf"
    private static let all = "/sys/fs/bpf/sluice/decap"
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
        path = "\(Self.all)/\(SLUICE_DECAP_LAYOUT)-\(namespace)-\(name)"
    }

    /// A BPF file system takes no dots in names; the escaped name is unique to the interface's.
    static func escaped(_ interface: String) -> String { PinName.encode(interface) }

    /// Makes the folder above this one, mounting the BPF file system if there is none.
    func prepare() throws(DecapsulatorError) {
        do throws(SystemError) {
            if !Mounts.isBPFFS(Self.root) {
                try Self.requireLastingMounts()
                try Mounts.mountBPFFS(Self.root)
            }
            for folder in ["\(Self.root)/sluice", Self.all] where mkdir(folder, 0o700) != 0 {
                if errno != EEXIST { throw SystemError("mkdir", context: folder) }
            }
        } catch {
            throw .system(error)
        }
    }

    /// `ip netns exec` gives a command a /sys of its own, without the BPF file system, whose mounts end with it: so would
    /// our pins. It is known by its source, the namespace's name.
    private static func requireLastingMounts() throws(SystemError) {
        let mounts = try TextFile.read("/proc/self/mountinfo").split(separator: "\n")
        for mount in mounts.map({ $0.split(separator: " ") }) where mount.count > 5 && mount[4] == "/sys" {
            guard let source = mount.last(where: { !$0.contains(",") && $0 != "rw" && $0 != "ro" }),
                access("/run/netns/\(source)", F_OK) == 0
            else { continue }
            throw SystemError(
                "mount -t bpf", errno: EPERM, context: root,
                remedy: "what ip netns exec mounts ends with the command: use nsenter --net=/run/netns/\(source)")
        }
    }

    /// Removes the pins of decapsulators whose interface has gone, in any namespace: they would stay until the next start.
    /// What another process removes at the same time, or may not be read, is left to it.
    static func sweep() {
        guard let folder = opendir(all) else { return }
        defer { closedir(folder) }
        var stale: [PinFolder] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let pins = PinFolder(path: "\(all)/\(name)")
            guard !name.hasPrefix("."), let link = try? BPF.Link(pinned: pins.linkPath) else { continue }
            if (try? link.info().ifindex) == 0 { stale.append(pins) }
        }
        for pins in stale { _ = try? pins.remove() }
    }

    private init(path: String) { self.path = path }

    /// What is pinned here, if its link still holds a program on the interface; nil if not.
    func adopted(ifindex: UInt32) throws(BPFError) -> (maps: DecapProgram.Maps, link: BPF.Link)? {
        guard let link = try pinnedLink() else { return nil }
        guard try link.info().ifindex == ifindex else { return nil }
        return (try maps(), link)
    }

    /// nil if there is none; who may not look gets an error.
    private func pinnedLink() throws(BPFError) -> BPF.Link? {
        do {
            return try BPF.Link(pinned: linkPath)
        } catch {
            if error.errno == ENOENT { return nil }
            throw error
        }
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
        if let link = try pinnedLink() {
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
    /// SO_NETNS_COOKIE of asm-generic/socket.h, since Linux 5.14.
    private static let cookieOption: Int32 = 71

    /// A number that no other namespace has had since the machine started, unlike `inode`; 0 before Linux 5.14.
    package static func cookie() throws(SystemError) -> UInt64 {
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let file = FileDescriptor(owning: try check("socket") { socket(AF_INET, kind, 0) })
        var cookie: UInt64 = 0
        var size = socklen_t(MemoryLayout<UInt64>.size)
        return getsockopt(file.rawValue, SOL_SOCKET, cookieOption, &cookie, &size) == 0 ? cookie : 0
    }

    /// Its inode, in digits: the number that `ls -l /proc/self/ns/net` shows. Unique among the namespaces that exist.
    package static func inode() throws(SystemError) -> String {
        let path = "/proc/thread-self/ns/net"
        guard let target = readLink(path) else { throw SystemError("readlink", context: path) }
        return String(target.filter { ("0"..."9").contains($0) })
    }
}

/// Where a link of /proc leads; nil, with errno set, if that can't be read.
private func readLink(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = readlink(path, &buffer, buffer.count)
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
}
