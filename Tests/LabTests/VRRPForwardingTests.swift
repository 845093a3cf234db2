import Foundation
import Testing

/// The lab with two directors, as the examples configure them.
private struct Pair {
    let lab: Lab

    init(_ mode: Mode) throws {
        lab = Lab(mode: mode, family: .ipv4)
        let words = ["\(Lab.scripts)/lab", "up", "--mode", mode.rawValue, "--vrrp", "0.1", "--wait"]
        let outcome = try outcome(of: words, environment: Lab.environment, within: 700)
        guard outcome.status == 0 else { throw CommandError.failed(words, outcome) }
    }

    /// What VRRP moves: the VIP, and in NAT the servers' gateway with it.
    private var moved: [(address: String, interface: String)] {
        let vip = (lab.vip, "eth0")
        return lab.mode == .nat ? [vip, ("203.0.113.1", "eth1")] : [vip]
    }

    /// Which of them a director has.
    private func held(_ node: String) throws -> [String] {
        try moved.filter { place in
            let words = ["ip", "-n", "sluice-\(node)", "-o", "address", "show", "dev", place.interface]
            return try outcome(of: words).output.contains(" \(place.address)/")
        }
        .map(\.address)
    }

    /// In the end this director has all of them, and the other one none.
    func isServed(by node: String, within seconds: Double = 10) throws -> Bool {
        try eventually(within: seconds) {
            try held(node).count == moved.count && held(node == "d1" ? "d2" : "d1").isEmpty
        }
    }

    func services(_ node: String) throws -> ServiceList {
        let words = ["\(Lab.binaries)/sluicectl", "services", "--json", "--instance", "lab-\(node)"]
        let outcome = try outcome(of: words)
        guard outcome.status == 0 else { throw CommandError.failed(words, outcome) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(ServiceList.self, from: Data(outcome.output.utf8))
    }

    /// All services of a director are in this role: "backup", or nil for the active one.
    func isRole(_ role: String?, of node: String) throws -> Bool {
        try eventually(within: 8) {
            let roles = try services(node).services.map { $0.flags.filter { ["backup", "draining"].contains($0) } }
            return !roles.isEmpty && roles.allSatisfy { $0 == (role.map { [$0] } ?? []) }
        }
    }

    func packets(_ node: String) throws -> Int { try services(node).services.map(\.sum.packetsIn).reduce(0, +) }

    /// New connections are answered, and it is this director that forwards them.
    func expectForwarding(by node: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let other = node == "d1" ? "d2" : "d1"
        #expect(try isRole(nil, of: node), "\(node) is active", sourceLocation: sourceLocation)
        let before = try packets(node)
        let figures = try lab.spread(30)
        #expect(figures.failed == 0 && figures.fresh == 30, "\(figures)", sourceLocation: sourceLocation)
        let grown = try packets(node) - before
        #expect(grown >= 30 * 4, "\(node) forwards each packet of 30 connections", sourceLocation: sourceLocation)
        guard isRunning(other) else { return }
        let idle = try packets(other)
        _ = try lab.spread(10)
        #expect(try packets(other) == idle, "\(other) forwards nothing new", sourceLocation: sourceLocation)
    }

    func isRunning(_ node: String) -> Bool { (try? sluiced("pid", node).status) == 0 }

    @discardableResult
    func sluiced(_ action: String, _ node: String) throws -> Outcome {
        try outcome(of: ["\(Lab.scripts)/lab", "sluiced", action, node], environment: Lab.environment)
    }

    /// Draws a cable of a director from the switch, or puts it back.
    func setCable(_ port: String, up: Bool) throws {
        try lab.exec("switch", "ip", "link", "set", port, up ? "up" : "down")
    }
}

extension EndToEnd {
    /// Two directors that forward for one VIP.
    @Suite
    struct VRRPForwarding {
        @Test(
            "the active director forwards, a stop hands over, a return takes back, a crash moves the role",
            arguments: [Mode.dr, .tun, .nat])
        func moves(_ mode: Mode) throws {
            defer { Lab.down() }
            let pair = try Pair(mode)
            #expect(try pair.isServed(by: "d1"))
            #expect(try pair.isRole("backup", of: "d2"), "a backup's role bit is off")
            try pair.expectForwarding(by: "d1")

            // Flows outlive the change where both directors choose alike and the servers answer past them.
            let traffic = mode == .nat ? nil : try Traffic(pair.lab, kept: 12, udp: 4)
            #expect(try pair.sluiced("stop", "d1").status == 0)
            #expect(try pair.isServed(by: "d2"), "a stop hands over")
            try pair.expectForwarding(by: "d2")
            try traffic?.expectUnharmed("a handover")
            #expect(try pair.sluiced("start", "d1").status == 0)
            #expect(try pair.isServed(by: "d1"), "the higher priority takes the role back")
            try pair.expectForwarding(by: "d1")
            try traffic?.expectUnharmed("a return")
            #expect(try traffic?.stop().failed ?? 0 == 0)

            try pair.setCable("d1-clients", up: false)
            #expect(try pair.isServed(by: "d2"), "all that moves together has moved, the cable of one side being out")
            try pair.expectForwarding(by: "d2")
            try pair.setCable("d1-clients", up: true)
            #expect(try pair.isServed(by: "d1"))
            try pair.expectForwarding(by: "d1")
        }
    }
}
