internal import Config
internal import Netlink
internal import Plan
internal import Wire

/// What the kernel knows of the network around us, turned into what the planner wants: next hops and interfaces.
struct Surroundings: ~Copyable {
    private var socket: NetlinkSocket
    private var links: [UInt32: Link] = [:]
    private var addresses: [InterfaceAddress] = []
    private var neighbours: [Gateway: Neighbour] = [:]
    private var routes: [IPAddress: Route?] = [:]
    /// Neighbours that the kernel was asked to keep resolved.
    private var watched: Set<Gateway> = []

    /// A neighbour's name: its address means something on one link only.
    struct Gateway: Hashable {
        let address: IPAddress
        let ifindex: UInt32
    }

    /// Takes an open socket; call `readAll` first.
    init(_ socket: consuming NetlinkSocket) { self.socket = socket }

    /// Reads links, addresses and neighbours, and forgets routes, which are looked up when needed.
    mutating func readAll() throws(NetlinkError) {
        links = Dictionary(try socket.links().map { ($0.index, $0) }, uniquingKeysWith: { $1 })
        addresses = try socket.addresses()
        neighbours = [:]
        for neighbour in try socket.neighbours() { note(neighbour) }
        routes = [:]
    }

    /// Takes in what has changed; whether it may matter.
    mutating func take(_ events: [NetlinkEvent]) throws(NetlinkError) -> Bool {
        var matters = false
        for event in events {
            switch event {
            case .neighbour(let neighbour):
                matters = note(neighbour) || matters
            case .neighbourRemoved(let neighbour):
                let key = Gateway(address: neighbour.address, ifindex: neighbour.ifindex)
                matters = neighbours.removeValue(forKey: key) != nil || matters
                watched.remove(key)
            case .link, .linkRemoved, .address, .addressRemoved, .routes, .overrun:
                try readAll()
                return true
            }
        }
        return matters
    }

    /// Whether the neighbour's MAC address is another than before.
    @discardableResult
    private mutating func note(_ neighbour: Neighbour) -> Bool {
        let key = Gateway(address: neighbour.address, ifindex: neighbour.ifindex)
        let before = neighbours.updateValue(neighbour, forKey: key)
        return before?.usableMAC != neighbour.usableMAC
    }

    /// The interface of this name, if it is there.
    func link(named name: String) -> Link? { links.values.first { $0.name == name } }

    func link(_ ifindex: UInt32) -> Link? { links[ifindex] }

    // MARK: routes

    private mutating func route(to address: IPAddress) -> Route? {
        if let known = routes[address] { return known }
        let found = try? socket.route(to: address)
        routes[address] = .some(found)
        return found
    }

    /// The way to a real server. Its neighbour is asked for where it is not known; the answer comes as an event.
    ///
    /// - Parameter vips: never a tunnel's outer source: they move between directors.
    mutating func nextHop(to server: IPAddress, vips: Set<IPAddress>) -> NextHop? {
        guard let route = route(to: server), !route.isLocal, let link = links[route.egress], let mac = link.mac else {
            return nil
        }
        let gateway = Gateway(address: route.gateway ?? server, ifindex: route.egress)
        if watched.insert(gateway).inserted {
            do { try socket.resolve(gateway.address, on: gateway.ifindex) } catch { watched.remove(gateway) }
        }
        return NextHop(
            ifindex: route.egress, sourceMAC: mac, destinationMAC: neighbours[gateway]?.usableMAC,
            mtu: UInt16(clamping: route.mtu ?? link.mtu), source: source(of: route, towards: server, vips: vips))
    }

    /// The address that packets to a server come from: the kernel's choice, unless that is a VIP.
    private func source(of route: Route, towards server: IPAddress, vips: Set<IPAddress>) -> IPAddress? {
        if let preferred = route.preferredSource, !vips.contains(preferred) { return preferred }
        return addresses.first {
            $0.ifindex == route.egress && $0.scope == .global && $0.address.family == server.family && !vips.contains($0.address)
        }?.address
    }

    /// The interfaces by which packets for a VIP arrive: the one that holds the address, or else the one whose connected
    /// prefix covers it, or else those of the default routes.
    mutating func interfaces(for vip: IPAddress) -> Set<UInt32> {
        let holders = addresses.filter { $0.address == vip && links[$0.ifindex]?.isLoopback == false }.map(\.ifindex)
        if !holders.isEmpty { return Set(holders) }
        let connected = addresses.filter { address in
            guard links[address.ifindex]?.isLoopback == false else { return false }
            return Prefix(address.address, length: address.prefixLength)?.contains(vip) ?? false
        }
        if !connected.isEmpty { return Set(connected.map(\.ifindex)) }
        let defaults = (try? socket.defaultRouteInterfaces(vip.family)) ?? []
        return Set(defaults)
    }

    /// The interface that leads to a real server.
    mutating func interface(to server: IPAddress) -> UInt32? {
        route(to: server).flatMap { $0.isLocal ? nil : $0.egress }
    }
}
