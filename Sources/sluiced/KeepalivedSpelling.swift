/// keepalived's way to write options, where it is not the argument parser's: options whose value is optional.
enum KeepalivedSpelling {
    /// `-tFILE` and `--config-test=FILE` become `-t --config-test-log FILE`.
    static func translated(_ arguments: [String]) -> [String] {
        var translated: [String] = []
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return translated + arguments[index...] }
            if let file = value(of: argument) {
                translated += ["--config-test", "--config-test-log", file]
            } else {
                translated.append(argument)
            }
        }
        return translated
    }

    private static func value(of argument: String) -> String? {
        for prefix in ["--config-test=", "-t"] where argument.hasPrefix(prefix) && argument.count > prefix.count {
            return String(argument.dropFirst(prefix.count))
        }
        return nil
    }
}
