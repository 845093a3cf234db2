package import Config
import Glibc

extension ConfigurationReader {
    /// Reads a configuration as this machine has it: from its disk, with its name and environment, and checked against
    /// its interfaces and scripts.
    ///
    /// - Parameter configID: what `@ID` lines are kept for; nil: the host's name up to its first dot.
    package static func readDisk(_ path: String, configID: String? = nil) -> ConfigurationReading {
        read(path: path, from: DiskSource(), context: ReadingContext(configID: configID), site: MachineSite())
    }
}

extension ReadingContext {
    /// This machine's name, environment, working directory and a seed of its own.
    init(configID: String?) {
        self.init(
            configurationID: configID ?? Self.hostName, workingDirectory: Self.currentDirectory,
            environment: { getenv($0).map { String(cString: $0) } }, seed: UInt64.random(in: 0...UInt64.max))
    }

    /// Up to the first dot.
    private static var hostName: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        let full = withUnsafeBytes(of: &name.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return String(full.prefix { $0 != "." })
    }

    private static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }
}
