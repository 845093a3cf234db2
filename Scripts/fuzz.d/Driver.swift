import Config

/// What libFuzzer calls with each input: the main file; it may include itself, and a small file.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: start, count: count))
    let context = ReadingContext(
        configurationID: "edge-a", environment: { $0 == "HOME" ? "/srv/op" : nil }, maximumLines: 20_000,
        maximumBytes: 1 << 20)
    let result = ConfigurationReader.read(path: "t.conf", from: Memory(text: text), context: context)
    let isRefused = result.configuration == nil
    precondition(
        isRefused == result.diagnostics.contains { $0.severity == .error },
        "a configuration is refused if and only if there is an error")
    precondition(result.diagnostics.count <= 2_001, "there are too many diagnostics")
    for diagnostic in result.diagnostics { precondition(!diagnostic.description.isEmpty) }
    return 0
}

struct Memory: ConfigurationSource {
    var text: [UInt8]

    func read(path: String) throws(ConfigurationSourceError) -> [UInt8] {
        switch path {
        case "t.conf": return text
        case "b.conf": return Array("virtual_server 10.0.0.1 80 {\nprotocol TCP\n}\n".utf8)
        default: throw ConfigurationSourceError(reason: "no such file")
        }
    }

    func glob(_ pattern: String, relativeTo directory: String) -> [String] {
        pattern == "*" ? ["b.conf", "t.conf"] : [pattern].filter { $0 == "t.conf" || $0 == "b.conf" }
    }
}
