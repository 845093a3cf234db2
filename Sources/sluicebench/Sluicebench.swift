import ArgumentParser
import BPF
import Glibc
import Linux

/// Measures the forwarder's cost per packet.
@main
struct Sluicebench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluicebench",
        abstract: "Measures what the XDP program costs per packet, on each path, by test runs on one processor.",
        discussion: """
            Nothing is attached to an interface and no packet is sent. Figures are processor time above the wrapper program's \
            own, absolute and in units of L1: the parse of a packet and one look-up in an LRU hash with a 40-byte key.
            """)

    @Flag(help: "Fewer rounds and packets: about four minutes, wider ranges.")
    var quick = false

    @Option(help: "Also write the figures as JSON to this file.")
    var json: String?

    @Option(help: "Only rows whose mode, family, scheduler, path and flows, as one text, contain this.")
    var only: String?

    @Option(help: "The processor to measure on; the last one by default.")
    var cpu: Int?

    @Option(help: "What the report names as the commit.")
    var commit = "unknown"

    func run() throws {
        guard geteuid() == 0 else { throw BenchError("sluicebench loads BPF programs: run it as root") }
        // Kernels since 5.11 don't need it.
        try? Limits.raiseMemlock()
        try CPU.pinThread(to: cpu ?? CPU.possibleCount() - 1)
        let effort = quick ? Effort.quick : .full
        let report = try Session(effort: effort, only: only, progress: Self.progress).report(
            commit: commit, command: "Scripts/bench" + (quick ? " --quick" : ""))
        print(report.text)
        if let json { try Self.save(report.json.text + "\n", to: json) }
    }

    private static func progress(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    private static func save(_ text: String, to path: String) throws {
        try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644).writeAll(Array(text.utf8))
    }
}
