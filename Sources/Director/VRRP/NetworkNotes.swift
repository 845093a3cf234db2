internal import Config
import Glibc
internal import Linux

/// What outlives a crash of the controller: what it has in the kernel by configuration, so that the next run removes
/// what nobody wants any more. In the words of the configuration's static blocks, since these say all of it.
struct NetworkNotes: Sendable {
    /// nil: nothing is kept.
    let path: String?

    /// What an earlier run has left.
    struct Contents {
        var entries: [NetworkPlan.Entry] = []
        /// Interfaces whose `promote_secondaries` it has switched on.
        var promoted: Set<String> = []
    }

    private static let promotedMark = "# promote_secondaries "

    /// An earlier run left nothing.
    var isEmpty: Bool { path.map { (try? TextFile.read($0))?.isEmpty ?? true } ?? true }

    /// Nothing where there is no such file, or none that can be read.
    func read() -> Contents {
        guard let path, let text = try? TextFile.read(path) else { return Contents() }
        var contents = Contents()
        if let configuration = ConfigurationReader.read(path: path, from: DiskSource()).configuration {
            contents.entries = NetworkPlan(configuration).statics
        }
        for line in text.split(separator: "\n") where line.hasPrefix(Self.promotedMark) {
            contents.promoted = Set(line.dropFirst(Self.promotedMark.count).split(separator: " ").map(String.init))
        }
        return contents
    }

    /// In place of what was there, whole or not at all. What went wrong, if anything.
    func write(_ entries: [NetworkPlan.Entry], promoted: Set<String>) -> String? {
        guard let path else { return nil }
        var blocks: [String: [String]] = [:]
        for entry in entries where entry.line.allSatisfy({ $0 != "{" && $0 != "}" && $0 != "!" && $0 != "#" }) {
            blocks[entry.block, default: []].append(entry.line)
        }
        var text = promoted.isEmpty ? "" : "\(Self.promotedMark)\(promoted.sorted().joined(separator: " "))\n"
        for (block, lines) in blocks.sorted(by: { $0.key < $1.key }) {
            text += "\(block) {\n\(lines.map { "    \($0)\n" }.joined())}\n"
        }
        do throws(SystemError) {
            let file = try FileDescriptor(path: "\(path).new", flags: O_WRONLY | O_CREAT | O_TRUNC)
            try file.writeAll(Array(text.utf8))
            try check("rename", path) { rename("\(path).new", path) }
            return nil
        } catch {
            return "what is in the kernel can't be noted for the next run: \(error)"
        }
    }
}

extension NetworkPlan.Entry {
    fileprivate var block: String {
        switch item {
        case .address: "static_ipaddress"
        case .route: "static_routes"
        case .rule: "static_rules"
        }
    }
}
