import ArgumentParser
import Netlink
import Wire

/// `sluicectl real-server`: the real server's side of DR and TUN.
struct RealServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "real-server",
        abstract: "Make this machine a real server of DR or TUN, or find out why it is none.",
        discussion: """
            In DR and TUN a real server accepts packets for the VIP and answers clients itself. So it has the VIP, on lo, \
            yet never answers ARP requests for it. NAT needs none of this.
            """,
        subcommands: [Setup.self, Teardown.self, Check.self])

    struct Setup: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add VIPs to lo without answering ARP for them; with --decap take tunnel headers off.",
            discussion: "Prints one line for each change, leaves alone what is right. Lasts until teardown or reboot.")

        @Option(
            help: ArgumentHelp("A virtual IP address, without a prefix length; may be repeated.", valueName: "address"),
            transform: parseVIP)
        var vip: [IPAddress]
        @Flag(help: "Take the outer header off packets that a director sends by TUN (IPIP, either family).")
        var decap = false
        @Option(help: "Where the director's packets arrive. With --decap: that of the default route if not given.")
        var interface: String?

        func run() throws {
            var setup = try RealServerSetup { print($0) }
            try setup.setUp(vips: Set(vip), interface: interface, decap: decap)
        }
    }

    struct Teardown: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Undo what setup did here.")

        func run() throws {
            var setup = try RealServerSetup { print($0) }
            try setup.tearDown()
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is wrong with this real server, why, and how to mend it.",
            discussion: "Exit status 0 if there is no problem (notes may remain), 1 if there is.")

        @Option(
            help: ArgumentHelp("A VIP that the server should have; those of setup if not given.", valueName: "address"),
            transform: parseVIP)
        var vip: [IPAddress] = []
        @Flag(help: "The server is reached by TUN and has to take the outer header off.")
        var decap = false
        @Option(help: "Where the director's packets arrive. That of setup, or of the default route, if not given.")
        var interface: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let state = try RealServerState.load()
            let view = try RealServerView.read()
            if let interface, !view.links.contains(where: { $0.name == interface }) {
                throw RealServerError.netlink(.noSuchInterface(interface))
            }
            let vips = vip.isEmpty ? state.vips : Set(vip)
            if vips.isEmpty { throw RealServerError.noVIP }
            let check = RealServerCheck(
                view: view, vips: vips, interface: interface ?? state.decapInterface ?? view.defaultInterface,
                decap: decap || state.decapInterface != nil)
            let report = RealServerReport(check)
            print(json ? report.json : report.text)
            if !report.isGood { throw ExitCode.failure }
        }
    }
}

/// Reads a VIP argument: an address that a machine can have and clients can reach.
private func parseVIP(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text), address.isUnicast, !address.isLoopback else {
        let form = "a VIP is one unicast address without a prefix length, as 192.0.2.10 or 2001:db8::10"
        throw ValidationError("'\(text.prefix(50))' is no VIP: \(form)")
    }
    return address
}

extension IPAddress {
    /// Neither unspecified, multicast, broadcast, reserved, link-local nor an IPv4 address in IPv6's clothes.
    fileprivate var isUnicast: Bool {
        switch self {
        case .v4(let address):
            address.rawValue >> 24 != 0 && address.rawValue >> 28 < 0xe && address.rawValue >> 16 != 0xa9fe
        case .v6(let address):
            address.high >> 56 != 0xff && address.high >> 54 != 0xfe80 >> 6
                && !(address.high == 0 && address.low >> 48 == 0)
        }
    }
}
