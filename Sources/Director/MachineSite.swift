internal import Config
import Glibc
internal import Linux
internal import Netlink
internal import Wire

/// This machine, as far as a configuration can be checked against it. Reads only.
struct MachineSite: ConfigurationSite {
    /// The prefixes of the addresses that interfaces have; nil if the kernel doesn't say.
    func connectedPrefixes() -> [(interface: String, prefix: Prefix)]? {
        do throws(NetlinkError) {
            var socket = try NetlinkSocket()
            let links = try socket.links()
            let names = Dictionary(links.map { ($0.index, $0.name) }) { first, _ in first }
            return try socket.addresses().compactMap { address in
                guard let name = names[address.ifindex],
                    let prefix = Prefix(address.address, length: address.prefixLength)
                else { return nil }
                return (name, prefix)
            }
        } catch {
            return nil
        }
    }

    func interfaces() -> Set<String>? {
        do throws(NetlinkError) {
            var socket = try NetlinkSocket()
            return Set(try socket.links().map(\.name))
        } catch {
            return nil
        }
    }

    func hasUser(_ name: String) -> Bool { Account.user(named: name) != nil }

    func canRun(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
            && information.st_mode & 0o111 != 0
    }

    /// Why keepalived's script security would not run a script, as the end of a sentence; nil if it would.
    ///
    /// The file must be there and executable, and nobody but root may be able to replace it: neither it nor a directory
    /// above it may be writable by another user or group (a directory with the sticky bit may).
    func scriptProblem(_ path: String) -> String? {
        guard path.hasPrefix("/") else { return "its path is not absolute" }
        var information = stat()
        guard stat(path, &information) == 0 else { return SystemError("stat", context: path).reason }
        guard information.st_mode & S_IFMT == S_IFREG else { return "it is not a file" }
        guard information.st_mode & 0o111 != 0 else { return "it is not executable" }
        return Self.parts(of: path).lazy.compactMap(Self.writableByOthers).first
    }

    /// `/`, `/a`, `/a/b` of `/a/b`.
    private static func parts(of path: String) -> [String] {
        var parts = ["/"]
        var folder = ""
        for name in path.split(separator: "/") {
            folder += "/\(name)"
            parts.append(folder)
        }
        return parts
    }

    private static func writableByOthers(_ path: String) -> String? {
        var information = stat()
        guard lstat(path, &information) == 0 else { return SystemError("stat", context: path).reason }
        let mode = information.st_mode
        if mode & S_IFMT == S_IFLNK { return information.st_uid == 0 ? nil : "'\(path)' is a link of another user" }
        let isSticky = mode & S_IFMT == S_IFDIR && mode & S_ISVTX != 0
        let isOwnedByOther = information.st_uid != 0 && mode & S_IWUSR != 0
        let isGroupWritable = information.st_gid != 0 && mode & S_IWGRP != 0
        let isWorldWritable = mode & S_IWOTH != 0 && !isSticky
        guard isOwnedByOther || isGroupWritable || isWorldWritable else { return nil }
        return "'\(path)' can be written by others than root"
    }
}
