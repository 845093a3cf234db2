import Wire

/// Fits the real servers of a draft to each address and port that it stands for.
struct ServerFitter {
    private let log: DiagnosticLog
    private let servers: [Settled]

    /// A real server with its defaults filled in.
    private struct Settled {
        var place: RealServerBlock.Place
        var mode: ForwardingMode
        var weight: UInt32
        var block: RealServer.BlockIndex
        var location: SourceLocation
    }

    /// Fills defaults in; real servers whose tunnel is of no type that is built are left out with a warning.
    init(draft: VirtualServerBlock, index: Int, log: DiagnosticLog) {
        self.log = log
        let isMethodMissing = draft.forwarding == nil && draft.realServers.contains { $0.forwarding == nil }
        if isMethodMissing {
            log.warn(
                draft.location, "\(draft.name) has no forwarding method: NAT is assumed",
                hint: "add 'lb_kind DR', TUN or NAT")
        }
        servers = draft.realServers.enumerated().compactMap { position, server in
            switch server.forwarding ?? draft.forwarding ?? .mode(.nat) {
            case .mode(let mode):
                return Settled(
                    place: server.place, mode: mode, weight: draft.weight(of: server),
                    block: RealServer.BlockIndex(service: index, server: position), location: server.location)
            case .tunnel(let type):
                log.advise(
                    server.location,
                    "tunnels of '\(type)' are not built yet: real server \(server.place.address) skipped",
                    hint: "lb_kind TUN (IPIP)")
                return nil
            }
        }
    }

    /// Whether any of them is in NAT.
    var usesNAT: Bool { servers.contains { $0.mode == .nat } }

    /// Those that can serve the member; their indices are added to `used`.
    func servers(for member: Place, used: inout Set<Int>) -> [RealServer] {
        var fitted: [RealServer] = []
        var places: [Place: SourceLocation] = [:]
        for (index, server) in servers.enumerated() where canReach(server, member) {
            used.insert(index)
            let location = server.location
            let place = Place(address: server.place.address, port: port(of: server, for: member))
            if let first = places[place] {
                log.warn(
                    location,
                    "real server \(place.address.text(withPort: place.port)) is declared at \(first) already: skipped")
                continue
            }
            places[place] = location
            fitted.append(
                RealServer(
                    address: place.address, port: place.port, weight: server.weight, mode: server.mode,
                    block: server.block, location: location))
        }
        return fitted
    }

    /// Only a tunnel carries one family in the other.
    private func canReach(_ server: Settled, _ member: Place) -> Bool {
        switch server.mode {
        case .tun: true
        case .dr, .nat: server.place.address.family == member.address.family
        }
    }

    /// DR and TUN leave ports alone, and so does a service for any port.
    private func port(of server: Settled, for member: Place) -> UInt16 {
        guard let port = server.place.port, port != member.port else { return member.port }
        let mayDiffer =
            switch server.mode {
            case .dr, .tun: false
            case .nat: member.port != 0
            }
        if mayDiffer { return port }
        log.warn(
            server.location,
            "real server \(server.place.address.text(withPort: port)): the port is not its virtual server's: reset",
            hint: "only NAT, with a service for one port, translates ports")
        return member.port
    }

    /// Warns of those that serve no member.
    func warnOfUnused(except used: Set<Int>) {
        for (index, server) in servers.enumerated() where !used.contains(index) {
            log.warn(
                server.location,
                "real server \(server.place.address) is of another address family than its virtual server: skipped",
                hint: "only TUN carries one family in the other")
        }
    }
}
