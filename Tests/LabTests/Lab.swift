import Foundation
import Testing

enum Mode: String, Sendable { case dr, tun, nat }
enum Family: String, Sendable { case ipv4, ipv6 }

/// The lab that is up: one mode, one family, its names and addresses, and what can be done to it.
struct Lab: Sendable {
    let mode: Mode
    let family: Family

    static let folder = "/run/sluice-lab"
    static let instance = "lab-d1"
    static let pins = "/sys/fs/bpf/sluice/lab-d1"
    /// What sluiced on d1 has logged since the lab is up.
    static var logText: String { (try? String(contentsOfFile: "\(folder)/d1-sluiced.log", encoding: .utf8)) ?? "" }
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let scripts = "\(root)/Scripts"
    private static let script = "\(scripts)/lab"

    /// The executables of the build that these tests are of.
    static let binaries =
        ProcessInfo.processInfo.environment["SLUICE_BIN"] ?? Bundle.module.bundleURL.deletingLastPathComponent().path

    static func tool(_ name: String) -> String {
        Bundle.module.bundleURL.appending(path: "Tools/\(name)").path
    }

    /// Whose lab it is: if this process dies, the next `up` takes the lab away.
    private static let owner =
        ProcessInfo.processInfo.environment["SLUICE_LAB_OWNER"] ?? "\(ProcessInfo.processInfo.processIdentifier)"
    static let environment = ["SLUICE_BIN": binaries, "SLUICE_LAB_OWNER": owner]

    // MARK: names

    var vip: String { family == .ipv4 ? "192.0.2.10" : "2001:db8::10" }
    var url: String { family == .ipv4 ? "http://192.0.2.10" : "http://[2001:db8::10]" }
    var client: String { family == .ipv4 ? "192.0.2.2" : "2001:db8::2" }

    /// The address of real server 1, 2 or 3.
    func server(_ number: Int) -> String {
        switch (mode, family) {
        case (.dr, .ipv4): "192.0.2.1\(number)"
        case (.dr, .ipv6): "2001:db8::1\(number)"
        case (.tun, .ipv4), (.nat, .ipv4): "203.0.113.1\(number)"
        case (.tun, .ipv6), (.nat, .ipv6): "2001:db8:1::1\(number)"
        }
    }

    /// The address of the real server that calls itself `name`.
    func server(named name: String) -> String? { name.last?.wholeNumberValue.map(server) }

    /// The file that sluiced on d1 reads.
    static let configuration = FileManager.default.temporaryDirectory
        .appending(path: "sluice-lab-tests-\(ProcessInfo.processInfo.processIdentifier).conf").path

    // MARK: up and down

    func up() throws {
        try write(LabConfiguration())
        let options = ["--mode", mode.rawValue, "--config", Self.configuration, "--wait"]
        let words = [Self.script, "up"] + options + (family == .ipv6 ? ["--ipv6"] : [])
        let outcome = try outcome(of: words, environment: Self.environment, within: 700)
        guard outcome.status == 0 else { throw CommandError.failed(words, outcome) }
    }

    /// Takes the lab away, if it is ours: while `up` waits, it is another's.
    static func down() {
        try? FileManager.default.removeItem(atPath: configuration)
        _ = try? outcome(of: [script, "down"], environment: environment, within: 90)
    }

    /// Whether the lab that is up is the one that this process has made.
    static var isOurs: Bool {
        let taken = try? String(contentsOfFile: "\(folder)/owner", encoding: .utf8)
        return taken?.split(separator: " ").first == owner[...]
    }

    // MARK: commands

    private func words(_ node: String, _ command: [String]) -> [String] { [Self.script, "exec", node] + command }

    /// Runs a command in a node; it has to succeed.
    @discardableResult
    func exec(_ node: String, _ command: String..., within seconds: Double = 30) throws -> String {
        let words = words(node, command)
        let outcome = try outcome(of: words, within: seconds)
        guard outcome.status == 0 else { throw CommandError.failed(words, outcome) }
        return outcome.output
    }

    /// Runs a command in a node, whatever its exit status.
    func attempt(_ node: String, _ command: String..., within seconds: Double = 30) throws -> Outcome {
        try outcome(of: words(node, command), within: seconds)
    }

    /// Starts a command in a node.
    func start(_ node: String, _ command: String...) throws -> Background { try Background(words(node, command)) }

    /// `Scripts/lab sluiced ACTION` for the one on d1.
    @discardableResult
    func sluiced(_ action: String) throws -> Outcome {
        try outcome(of: [Self.script, "sluiced", action], environment: Self.environment)
    }

    var sluicedIsRunning: Bool { (try? sluiced("pid").status) == 0 }

    func sluicectl(_ arguments: String...) throws -> Outcome {
        try outcome(of: ["\(Self.binaries)/sluicectl"] + arguments + ["--instance", Self.instance])
    }

    // MARK: configuration

    func write(_ configuration: LabConfiguration) throws {
        try configuration.text(for: self).write(toFile: Self.configuration, atomically: true, encoding: .utf8)
    }

    /// Has the controller take a configuration, which has to succeed.
    func reload(_ configuration: LabConfiguration) throws {
        try write(configuration)
        let outcome = try sluicectl("reload")
        guard outcome.status == 0 else { throw CommandError.failed(["sluicectl", "reload"], outcome) }
    }

    /// Whatever the check before did: sluiced runs, with the configuration that checks begin with.
    func settle() throws {
        try #require(Self.isOurs, "somebody else took the lab away")
        if !sluicedIsRunning {
            try write(LabConfiguration())
            try sluiced("start")
        }
        try reload(LabConfiguration())
    }
}

/// What sluiced on d1 is told: HTTP on port 80 by wrr, UDP on 53 by rr, and all other TCP ports by rr.
struct LabConfiguration {
    /// Of r1, r2 and r3; nil leaves the real server out.
    var weights: [Int?] = [1, 2, 3]
    /// Lines for global_defs.
    var global = ""
    /// Lines for each virtual server.
    var service = ""

    func text(for lab: Lab) -> String {
        let algorithms = [("80", "wrr", "TCP"), ("53", "rr", "UDP"), ("0", "rr", "TCP")]
        let services = algorithms.map { port, algorithm, transport in
            """
            virtual_server \(lab.vip) \(port) {
                lb_algo \(algorithm)
                lb_kind \(lab.mode.rawValue.uppercased())
                protocol \(transport)
                \(port == "0" ? "persistence_timeout 300" : "")
                \(service)
            \(servers(port, lab))
            }
            """
        }
        let globals = "global_defs {\n    sluice_xdp_mode native\n    sluice_flow_table 65536\n    \(global)\n}"
        return ([globals] + services).joined(separator: "\n\n") + "\n"
    }

    private func servers(_ port: String, _ lab: Lab) -> String {
        weights.enumerated().compactMap { index, weight in
            weight.map { "    real_server \(lab.server(index + 1)) \(port) {\n        weight \($0)\n    }" }
        }
        .joined(separator: "\n")
    }
}
