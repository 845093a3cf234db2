import Glibc
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
    /// Those that next hops were asked for since `beginNeeds`.
    private var needed: Set<Gateway> = []
    /// What was read may not be so any more: `refresh` reads it again.
    private var isStale = true
    private var isSocketSpoilt = false
    /// Some neighbour could not be asked for: to be tried again.
    private(set) var hasFailed = false
    /// Names of the interfaces that VRRP has put on top of others: packets come in and leave by those.
    var virtualLinks: Set<String> = []

    /// A neighbour's name: its address means something on one link only.
    struct Gateway: Hashable {
        let address: IPAddress
        let ifindex: UInt32
    }

    /// Takes an open socket; call `refresh` first.
    init(_ socket: consuming NetlinkSocket) { self.socket = socket }

    /// Something failed: has the next `refresh` read everything, by a new socket, since answers to an exchange that was
    /// broken off may still come on the old one.
    mutating func distrust() {
        isStale = true
        isSocketSpoilt = true
    }

    /// Reads everything again if events said so; on an error all stays as it was.
    mutating func refresh() throws(NetlinkError) {
        if isSocketSpoilt {
            socket = try NetlinkSocket()
            isSocketSpoilt = false
        }
        if isStale { try readAll() }
    }

    /// Reads links, addresses and neighbours, and forgets routes, which are looked up when needed.
    private mutating func readAll() throws(NetlinkError) {
        let links = try socket.links()
        let addresses = try socket.addresses()
        let neighbours = try socket.neighbours()
        self.links = Dictionary(links.map { ($0.index, $0) }, uniquingKeysWith: { $1 })
        self.addresses = addresses
        self.neighbours = Dictionary(neighbours.map { (Gateway($0), $0) }, uniquingKeysWith: { $1 })
        // The kernel forgets what it was asked for together with the entry, as when a link goes down: ask again.
        watched.formIntersection(self.neighbours.keys)
        routes = [:]
        isStale = false
    }

    /// Takes in what has changed; whether it may matter. What needs reading is read by `refresh`.
    mutating func take(_ events: [NetlinkEvent]) -> Bool {
        var matters = false
        for event in events {
            switch event {
            case .neighbour(let neighbour):
                matters = note(neighbour) || matters
            case .neighbourRemoved(let neighbour):
                matters = forget(Gateway(neighbour)) || matters
            case .routes(let family):
                routes = routes.filter { $0.key.family != family }
                matters = true
            case .routeLost, .ruleLost: break
            case .link(let link) where links[link.index] == link: break
            case .address(let address) where addresses.contains(address): break
            case .link, .linkRemoved, .address, .addressRemoved, .overrun:
                isStale = true
                matters = true
            }
        }
        return matters
    }

    private mutating func forget(_ gateway: Gateway) -> Bool {
        neighbours[gateway] = nil
        watched.remove(gateway)
        return needed.contains(gateway)
    }

    /// Whether the MAC address of a neighbour that matters is another than before.
    private mutating func note(_ neighbour: Neighbour) -> Bool {
        let gateway = Gateway(neighbour)
        let before = neighbours.updateValue(neighbour, forKey: gateway)
        return before?.usableMAC != neighbour.usableMAC && needed.contains(gateway)
    }

    // MARK: needs

    /// Next hops that are asked for from now on are those that are needed.
    mutating func beginNeeds() {
        needed = []
        hasFailed = false
    }

    /// Lets the kernel forget the neighbours that have not been needed since `beginNeeds`.
    mutating func releaseUnneeded() {
        for gateway in watched.subtracting(needed) {
            watched.remove(gateway)
            do {
                try socket.release(gateway.address, on: gateway.ifindex)
            } catch {
                // It goes with its interface at the latest.
                distrust()
            }
        }
    }

    /// The interface of this name, if it is there.
    func link(named name: String) -> Link? { links.values.first { $0.name == name } }

    func link(_ ifindex: UInt32) -> Link? { links[ifindex] }

    var allLinks: [Link] { Array(links.values) }

    // MARK: routes

    /// nil if there is none. What may go better the next time is an error.
    private mutating func route(to address: IPAddress) throws(NetlinkError) -> Route? {
        if let known = routes[address] { return known }
        var found: Route?
        do {
            found = try socket.route(to: address)
        } catch .noRoute, .ipv6Disabled {
        } catch .failed(_, let errno, _) where [EAFNOSUPPORT, EOPNOTSUPP].contains(errno) {
            // The kernel was built or started without the family.
        }
        routes[address] = .some(found)
        return found
    }

    /// The way to a real server. Its neighbour is asked for where it is not known; the answer comes as an event.
    ///
    /// - Parameter vips: never a tunnel's outer source: they move between directors.
    mutating func nextHop(to server: IPAddress, vips: Set<IPAddress>) throws(NetlinkError) -> NextHop? {
        guard let route = try route(to: server), !route.isLocal, let link = links[physical(route.egress)],
            let mac = link.mac
        else { return nil }
        let gateway = Gateway(address: route.gateway ?? server, ifindex: link.index)
        needed.insert(gateway)
        watch(gateway)
        return NextHop(
            ifindex: link.index, sourceMAC: mac, destinationMAC: neighbours[gateway]?.usableMAC,
            mtu: UInt16(clamping: route.mtu ?? link.mtu), source: source(of: route, towards: server, vips: vips))
    }

    private mutating func watch(_ gateway: Gateway) {
        guard !watched.contains(gateway) else { return }
        do {
            try socket.resolve(gateway.address, on: gateway.ifindex)
            watched.insert(gateway)
        } catch {
            hasFailed = true
            distrust()
        }
    }

    /// The address that packets to a server come from: the kernel's choice, unless that is a VIP.
    private func source(of route: Route, towards server: IPAddress, vips: Set<IPAddress>) -> IPAddress? {
        if let preferred = route.preferredSource, !vips.contains(preferred) { return preferred }
        return addresses.first {
            $0.ifindex == route.egress && $0.scope == .global && $0.address.family == server.family
                && !vips.contains($0.address)
        }?.address
    }

    /// The interfaces by which packets for a VIP arrive: the one that holds the address, or else the one whose connected
    /// prefix covers it, or else those of the default routes.
    mutating func interfaces(for vip: IPAddress) throws(NetlinkError) -> Set<UInt32> {
        let holders = addresses.filter { $0.address == vip && links[$0.ifindex]?.isLoopback == false }.map(\.ifindex)
        if !holders.isEmpty { return Set(holders.map { physical($0) }) }
        let connected = addresses.filter { address in
            guard links[address.ifindex]?.isLoopback == false else { return false }
            return Prefix(address.address, length: address.prefixLength)?.contains(vip) ?? false
        }
        if !connected.isEmpty { return Set(connected.map { physical($0.ifindex) }) }
        do {
            return Set(try socket.defaultRouteInterfaces(vip.family))
        } catch .failed(_, let errno, _) where [EAFNOSUPPORT, EOPNOTSUPP].contains(errno) {
            return []
        }
    }

    /// The interface that leads to a real server.
    mutating func interface(to server: IPAddress) throws(NetlinkError) -> UInt32? {
        try route(to: server).flatMap { $0.isLocal ? nil : physical($0.egress) }
    }
}

extension Surroundings.Gateway {
    init(_ neighbour: Neighbour) { self.init(address: neighbour.address, ifindex: neighbour.ifindex) }
}
