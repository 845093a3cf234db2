import Glibc

/// This machine.
enum Host {
    /// What it calls itself, in full; "localhost" if it has no name.
    static var name: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "localhost" }
        let full = withUnsafeBytes(of: &name.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return full.isEmpty ? "localhost" : full
    }
}
