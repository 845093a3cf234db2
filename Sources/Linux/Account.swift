import Glibc

/// Users and groups of this machine by name. May be asked on any thread.
package enum Account {
    /// A user's number and the number of its own group; nil if there is none of that name, or it can't be found out.
    package static func user(named name: String) -> (user: UInt32, group: UInt32)? {
        look { buffer in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = getpwnam_r(name, &entry, &buffer, buffer.count, &found)
            return (status, found == nil ? nil : (entry.pw_uid, entry.pw_gid))
        }
    }

    /// A group's number; nil if there is none of that name, or it can't be found out.
    package static func group(named name: String) -> UInt32? {
        look { buffer in
            var entry = Glibc.group()
            var found: UnsafeMutablePointer<Glibc.group>?
            let status = getgrnam_r(name, &entry, &buffer, buffer.count, &found)
            return (status, found == nil ? nil : entry.gr_gid)
        }
    }

    /// With a larger buffer as long as it is too small: a group's entry names all of its members.
    private static func look<Number>(_ ask: (inout [CChar]) -> (Int32, Number?)) -> Number? {
        var size = 1_024
        while size <= 1 << 20 {
            var buffer = [CChar](repeating: 0, count: size)
            let (status, number) = ask(&buffer)
            guard status == ERANGE || status == EINTR else { return number }
            if status == ERANGE { size *= 2 }
        }
        return nil
    }
}
