import Foundation
import Testing

/// Three machines on a switch, in namespaces of their own: `a` and `b` may be directors, `c` looks on. Gone with the value.
final class VRRPNetwork {
    static let vip = "10.9.0.100"
    static let vip6 = "fd09::100"
    private static let nodes = ["a", "b", "c"]
    private let prefix = "sluice-vt\(ProcessInfo.processInfo.processIdentifier)"
    private let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-vrrp-\(UUID().uuidString)")
    private var processes: [String: Background] = [:]

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for node in Self.nodes + ["sw"] {
            try run("ip", "netns", "add", name(node))
            try run("ip", "-n", name(node), "link", "set", "lo", "up")
        }
        try run("ip", "-n", name("sw"), "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        try run("ip", "-n", name("sw"), "link", "set", "br0", "up")
        for (number, node) in Self.nodes.enumerated() {
            let ends = ["name", "port\(number)", "type", "veth", "peer", "name", "eth0", "netns", name(node)]
            try run(["ip", "-n", name("sw"), "link", "add"] + ends)
            try run("ip", "-n", name("sw"), "link", "set", "port\(number)", "master", "br0", "up")
            try run("ip", "-n", name(node), "link", "set", "eth0", "up")
            try run("ip", "-n", name(node), "addr", "add", "10.9.0.\(number + 1)/24", "dev", "eth0")
            try run("ip", "-n", name(node), "addr", "add", "fd09::\(number + 1)/64", "dev", "eth0", "nodad")
        }
        // Link-local addresses are tentative for a second.
        usleep(1_500_000)
    }

    deinit {
        for node in processes.keys {
            try? endStandIn(node)
            end(node)
        }
        for node in Self.nodes { endActingStandIn(node) }
        for node in Self.nodes + ["sw"] { _ = try? outcome(of: ["ip", "netns", "del", name(node)]) }
        for node in Self.nodes {
            _ = try? outcome(of: ["rm", "-rf", "/sys/fs/bpf/sluice/\(name(node))"])
            _ = try? outcome(of: ["sh", "-c", "rm -f /run/sluice/\(name(node)).*"])
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private func name(_ node: String) -> String { "\(prefix)-\(node)" }

    @discardableResult
    private func run(_ words: String...) throws -> String { try run(words) }

    private func run(_ words: [String]) throws -> String {
        let outcome = try outcome(of: words)
        guard outcome.status == 0 else { throw CommandError.failed(words, outcome) }
        return outcome.output
    }

    func inside(_ node: String, _ words: [String]) -> [String] {
        ["nsenter", "--net=/run/netns/\(name(node))"] + words
    }

    @discardableResult
    func exec(_ node: String, _ words: String...) throws -> String { try run(inside(node, words)) }

    /// A command that runs on beside the test.
    func start(_ node: String, _ words: String...) throws -> Background { try Background(inside(node, words)) }

    /// On the switch.
    func inSwitch(_ words: String...) throws { try run(inside("sw", words)) }

    // MARK: Directors

    @discardableResult
    func write(_ text: String, for node: String) throws -> String {
        let path = folder.appending(path: "\(node).conf").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    func startSluice(_ node: String, _ text: String, saying line: String = "INIT -> ") throws {
        let path = try write(text, for: node)
        let words = ["\(Lab.binaries)/sluiced", "-f", path, "--instance", name(node), "--log-level", "info"]
        processes[node] = try Background(inside(node, words))
        try #require(eventually(within: 20) { log(node).contains(line) }, "\(log(node))")
    }

    /// With another configuration; until it says so.
    func reload(_ node: String, _ text: String) throws {
        _ = try write(text, for: node)
        signal(node, SIGHUP)
        try #require(eventually(within: 10) { log(node).contains("reloaded: ") }, "\(log(node))")
    }

    /// Writes down changes of routes until it is ended.
    func watchRoutes(_ node: String) throws -> Background {
        let monitor = try Background(inside(node, ["ip", "monitor", "route"]))
        usleep(300_000)
        return monitor
    }

    func startKeepalived(_ node: String, _ text: String) throws {
        let path = try write(text, for: node)
        let pids = ["-p", "\(folder.path)/\(node).pid", "-r", "\(folder.path)/\(node).vrrp"]
        processes[node] = try Background(inside(node, ["keepalived", "-n", "-l", "-D", "-P", "-f", path] + pids))
    }

    func log(_ node: String) -> String { processes[node].map { $0.errors + $0.output } ?? "" }

    func processID(_ node: String) -> pid_t? { processes[node]?.processID }

    func signal(_ node: String, _ number: Int32) { processes[node]?.signal(number) }

    /// The child that carries VRRP on when the controller dies, ended by force.
    func endStandIn(_ node: String) throws {
        let parent = try #require(processes[node]).processID
        for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task") {
            let path = "/proc/\(parent)/task/\(thread)/children"
            for child in try String(contentsOfFile: path, encoding: .utf8).split(separator: " ").compactMap({
                pid_t($0)
            }) {
                kill(child, SIGKILL)
            }
        }
    }

    /// One that goes on with VRRP for a controller that was killed.
    private func endActingStandIn(_ node: String) {
        guard let text = try? String(contentsOfFile: "/run/sluice/\(name(node)).stand-in", encoding: .utf8),
            let holder = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let words = try? String(contentsOfFile: "/proc/\(holder)/cmdline", encoding: .utf8),
            words.contains("--stand-in"), words.contains(name(node))
        else { return }
        kill(holder, SIGKILL)
    }

    /// By force, and what keepalived has started too.
    func end(_ node: String) {
        if let text = try? String(contentsOf: folder.appending(path: "\(node).vrrp"), encoding: .utf8),
            let child = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
        {
            kill(child, SIGKILL)
        }
        signal(node, SIGKILL)
        _ = try? processes[node]?.wait(within: 5)
        processes[node] = nil
    }

    func waitForEnd(of node: String) throws -> Int32 { try #require(processes[node]).wait(within: 15).status }

    /// Cuts the node off, as a cable that is drawn from it.
    func setCable(_ node: String, up: Bool) throws {
        let port = try #require(Self.nodes.firstIndex(of: node))
        try run("ip", "-n", name("sw"), "link", "set", "port\(port)", up ? "up" : "down")
    }

    func sluicectl(_ node: String, _ words: String...) throws -> String {
        try run(inside(node, ["\(Lab.binaries)/sluicectl"] + words + ["--instance", name(node)]))
    }

    // MARK: What is seen

    func has(_ node: String, _ address: String = vip) throws -> Bool {
        try run("ip", "-n", name(node), "-o", "addr", "show", "dev", "eth0").contains(" \(address)/")
    }

    /// Exactly one of a and b has it in the end: this one.
    func isServed(by node: String, _ address: String = vip, within seconds: Double = 8) throws -> Bool {
        let other = node == "a" ? "b" : "a"
        return try eventually(within: seconds, every: 20_000) { try has(node, address) && !has(other, address) }
    }

    /// Pings the VIP from c every 5 ms for so many seconds.
    func startProbe(seconds: Int, _ address: String = vip) throws -> Background {
        try Background(inside("c", ["ping", "-n", "-i", "0.005", "-w", "\(seconds)", address]))
    }

    /// How many of a probe's packets were lost.
    func lost(_ probe: Background, within seconds: Double) throws -> Int {
        let output = try probe.wait(within: seconds).output
        let numbers = try #require(output.firstMatch(of: /(\d+) packets transmitted, (\d+) received/), "\(output)")
        return try #require(Int(numbers.1)) - #require(Int(numbers.2))
    }
}
