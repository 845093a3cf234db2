import Config
import Wire

/// Files in memory. A pattern matches as in glob(3), as far as the tests need it: one `*`, within one directory.
struct MemorySource: ConfigurationSource {
    var files: [String: [UInt8]]

    init(_ files: [String: String]) { self.files = files.mapValues { Array($0.utf8) } }

    func read(path: String) throws(ConfigurationSourceError) -> [UInt8] {
        guard let bytes = files[path] else { throw ConfigurationSourceError(reason: "no such file") }
        return bytes
    }

    func glob(_ pattern: String, relativeTo directory: String) -> [String] {
        let full = pattern.hasPrefix("/") || directory.isEmpty ? pattern : "\(directory)/\(pattern)"
        let parts = full.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
        return files.keys.filter { path in
            parts.count == 1
                ? path == full
                : path.hasPrefix(parts[0]) && path.hasSuffix(parts[1])
                    && !path.dropFirst(parts[0].count).dropLast(parts[1].count).contains("/")
        }.sorted()
    }
}

/// The result of reading a text, with short ways to ask about it.
struct Reading {
    let configuration: Configuration?
    let diagnostics: [Diagnostic]

    init(_ text: String, context: ReadingContext = ReadingContext()) {
        self.init(files: ["t.conf": text], context: context)
    }

    init(files: [String: String], path: String = "t.conf", context: ReadingContext = ReadingContext()) {
        let reading = ConfigurationReader.read(path: path, from: MemorySource(files), context: context)
        (configuration, diagnostics) = (reading.configuration, reading.diagnostics)
    }

    /// "LINE: MESSAGE (HINT)" of each diagnostic of a severity.
    func texts(_ severity: Diagnostic.Severity) -> [String] {
        diagnostics.filter { $0.severity == severity }.map {
            "\($0.location.line): \($0.message)" + ($0.hint.map { " (\($0))" } ?? "")
        }
    }

    var notes: [String] { texts(.note) }
    var warnings: [String] { texts(.warning) }
    var errors: [String] { texts(.error) }
    var global: GlobalSettings? { configuration?.global }
    var services: [VirtualService] { configuration?.virtualServices ?? [] }
    var service: VirtualService? { services.first }
    var servers: [RealServer] { service?.realServers ?? [] }

    /// "10.0.0.1:80" of each service, and of each of the first service's real servers.
    var servicePlaces: [String] { services.map { $0.address.text(withPort: $0.port) } }
    var serverPlaces: [String] { servers.map { $0.address.text(withPort: $0.port) } }
}

/// A service on 10.0.0.1:80 in rr over TCP, whose body begins on line 5, with one real server at its end.
func service(kind: String = "DR", _ body: String = "", server: String = "real_server 10.0.1.1 80 {\n}") -> String {
    """
    virtual_server 10.0.0.1 80 {
    protocol TCP
    lb_algo rr
    lb_kind \(kind)
    \(body)
    \(server)
    }
    """
}
