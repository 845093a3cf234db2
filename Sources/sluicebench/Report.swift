import BPF
import Linux

/// Where and how the figures were taken.
struct Circumstances {
    let machine: String
    let processors: Int
    let kernel: String
    let commit: String
    let command: String
    let rounds: Int

    init(commit: String, command: String, rounds: Int) throws(SystemError) {
        machine = Self.processorName(try TextFile.read("/proc/cpuinfo"))
        processors = try CPU.possibleCount()
        kernel = try TextFile.read("/proc/sys/kernel/osrelease")
        self.commit = commit
        self.command = command
        self.rounds = rounds
    }

    /// The first `model name` of /proc/cpuinfo.
    private static func processorName(_ text: String) -> String {
        for line in text.split(separator: "\n") where line.hasPrefix("model name") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return "unknown processor"
    }
}

/// The figures, for people and for machines.
struct Report {
    let circumstances: Circumstances
    let empty: [(Family, Summary)]
    /// By number of flows, fewest first.
    let lookup: [(Int, Summary)]
    let rows: [Row]

    /// A table; ranges are over rounds.
    var text: String {
        var lines = [
            "\(circumstances.machine), \(circumstances.processors) CPUs, Linux \(circumstances.kernel), "
                + "commit \(circumstances.commit), n = \(circumstances.rounds) rounds",
            "ns per packet above the wrapper: median (lowest-highest). x L1: L1 with one flow; x same: L1 with as many flows.",
            "",
        ]
        for (family, summary) in empty {
            lines.append("E0 \(family.rawValue), wrapper included: \(Self.range(summary, 1))")
        }
        for (flows, summary) in lookup { lines.append("L1, \(Self.count(flows)) flows: \(Self.range(summary, 1))") }
        lines += [
            "",
            Self.columns(["mode", "family", "sched", "path", "flows", "ns", "x L1", "x same", "resident", "evicted"]),
        ]
        return (lines + rows.map(Self.line)).joined(separator: "\n")
    }

    private static func line(_ row: Row) -> String {
        let labels = row.labels
        let path = labels.services == 1 ? labels.path : "\(labels.path), \(labels.services) services"
        return columns([
            labels.mode, labels.family.rawValue, labels.scheduler, path, count(labels.flows), range(row.net, 0),
            range(row.overL1, 2), range(row.overL1SameFlows, 2),
            row.proof.resident.map { fixed($0 * 100, 3) + "%" } ?? "-",
            row.proof.evicted == 0 ? "-" : fixed(row.proof.evicted, 2),
        ])
    }

    private static let widths = [5, 6, 6, 20, 6, 17, 21, 19, 10, 8]

    private static func columns(_ cells: [String]) -> String {
        var line = ""
        for (cell, width) in zip(cells, widths) {
            line += cell + String(repeating: " ", count: max(1, width - cell.count))
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func range(_ summary: Summary, _ digits: Int) -> String {
        "\(fixed(summary.median, digits)) (\(fixed(summary.lowest, digits))-\(fixed(summary.highest, digits)))"
    }

    /// 1, 1k, 128k, 1M.
    private static func count(_ flows: Int) -> String {
        if flows >= 1 << 20 { return "\(flows >> 20)M" }
        return flows >= 1 << 10 ? "\(flows >> 10)k" : "\(flows)"
    }

    /// The same as data; `rows` has a member for each figure.
    var json: JSON {
        .object([
            ("machine", .string(circumstances.machine)), ("processors", .integer(circumstances.processors)),
            ("kernel", .string(circumstances.kernel)), ("commit", .string(circumstances.commit)),
            ("command", .string(circumstances.command)), ("n", .integer(circumstances.rounds)),
            ("e0", .array(empty.map { .object([("family", .string($0.rawValue))] + Self.members("ns", $1, 2)) })),
            ("l1", .array(lookup.map { .object([("flows", .integer($0))] + Self.members("net_ns", $1, 2)) })),
            ("rows", .array(rows.map(Self.json))),
        ])
    }

    private static func json(_ row: Row) -> JSON {
        let labels = row.labels
        return .object(
            [
                ("mode", .string(labels.mode)), ("family", .string(labels.family.rawValue)),
                ("scheduler", .string(labels.scheduler)), ("path", .string(labels.path)),
                ("flows", .integer(labels.flows)), ("services", .integer(labels.services)),
                ("destinations", .integer(labels.destinations)),
            ] + members("net_ns", row.net, 2) + members("over_L1", row.overL1, 3)
                + members("over_L1_same_flows", row.overL1SameFlows, 3) + [
                    ("packets_per_round", .integer(row.packets)), ("packets_on_path", .integer(row.proof.onPath)),
                    ("resident", row.proof.resident.map { .number($0, digits: 7) } ?? .null),
                    ("evicted_per_packet", .number(row.proof.evicted, digits: 4)),
                    ("without_state_per_packet", .number(row.proof.withoutState, digits: 4)),
                ])
    }

    private static func members(_ name: String, _ summary: Summary, _ digits: Int) -> [(String, JSON)] {
        [
            (name, .number(summary.median, digits: digits)), ("\(name)_min", .number(summary.lowest, digits: digits)),
            ("\(name)_max", .number(summary.highest, digits: digits)),
        ]
    }
}
