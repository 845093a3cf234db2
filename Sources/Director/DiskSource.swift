package import Config
import Glibc
internal import Linux

/// Configuration files on disk.
package struct DiskSource: ConfigurationSource {
    /// Larger files are refused: a configuration is text that somebody maintains.
    private static let limit = 64 << 20

    package init() {}

    /// The file's bytes; 64 MiB at most.
    package func read(path: String) throws(ConfigurationSourceError) -> [UInt8] {
        do {
            var information = stat()
            guard stat(path, &information) == 0 else { throw SystemError("stat", context: path) }
            guard information.st_mode & S_IFMT == S_IFREG else {
                throw ConfigurationSourceError(reason: "it is no regular file")
            }
            guard information.st_size <= Self.limit else {
                throw ConfigurationSourceError(reason: "it is larger than 64 MiB")
            }
            return try FileDescriptor(path: path).readAll()
        } catch let error as SystemError {
            throw ConfigurationSourceError(reason: error.reason)
        } catch let error as ConfigurationSourceError {
            throw error
        } catch {
            throw ConfigurationSourceError(reason: "\(error)")
        }
    }

    /// glob(3) with braces; sorted by name.
    package func glob(_ pattern: String, relativeTo directory: String) -> [String] {
        let full = pattern.hasPrefix("/") || directory.isEmpty ? pattern : "\(directory)/\(pattern)"
        var found = glob_t()
        defer { globfree(&found) }
        guard Glibc.glob(full, GLOB_BRACE, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
    }
}
