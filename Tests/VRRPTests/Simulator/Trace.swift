/// What happened, a line each; only kept when somebody will read it.
final class Trace {
    private(set) var lines: [String] = []

    func note(_ line: @autoclosure () -> String) { lines.append(line()) }

    /// The end of it.
    func tail(_ count: Int) -> String { lines.suffix(count).joined(separator: "\n") }
}
