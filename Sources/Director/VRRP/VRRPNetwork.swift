internal import Config
internal import Netlink
internal import VRRP
internal import Wire

/// Links and addresses as the VRRP driver sees and changes them, by netlink sockets of its own.
struct VRRPNetwork: ~Copyable {
    private var socket: NetlinkSocket
    private var monitor: NetlinkMonitor
    private var links: [UInt32: Netlink.Link] = [:]
    private var addresses: [InterfaceAddress] = []

    /// lo's, in every network namespace.
    static let loopback: UInt32 = 1

    init() throws(NetlinkError) {
        // The monitor first: nothing is missed between it and the tables.
        let monitor = try NetlinkMonitor(.linksAndAddresses)
        var socket = try NetlinkSocket()
        let links = try socket.links()
        addresses = try socket.addresses()
        self.links = Dictionary(links.map { ($0.index, $0) }, uniquingKeysWith: { $1 })
        self.monitor = monitor
        self.socket = socket
    }

    /// To poll for reading.
    var descriptor: Int32 { monitor.descriptor }

    private mutating func readAll() throws(NetlinkError) {
        let links = try socket.links()
        addresses = try socket.addresses()
        self.links = Dictionary(links.map { ($0.index, $0) }, uniquingKeysWith: { $1 })
    }

    /// Takes in what has changed; whether anything has.
    mutating func takeEvents() -> Bool {
        let events = monitor.drain()
        for event in events {
            switch event {
            case .link(let link): links[link.index] = link
            case .linkRemoved(let link):
                links[link.index] = nil
                addresses.removeAll { $0.ifindex == link.index }
            case .address(let address):
                if let place = addresses.firstIndex(where: { Self.isSame($0, address) }) {
                    addresses[place] = address
                } else {
                    addresses.append(address)
                }
            case .addressRemoved(let address): addresses.removeAll { Self.isSame($0, address) }
            case .overrun: try? readAll()
            case .routes, .routeLost, .ruleLost, .neighbour, .neighbourRemoved: break
            }
        }
        return !events.isEmpty
    }

    private static func isSame(_ one: InterfaceAddress, _ other: InterfaceAddress) -> Bool {
        one.ifindex == other.ifindex && one.address == other.address && one.prefixLength == other.prefixLength
    }

    func link(named name: String) -> Netlink.Link? { links.values.first { $0.name == name } }

    func name(of ifindex: UInt32) -> String? { links[ifindex]?.name }

    /// What adverts are sent from: as configured, or the interface's first address of the family that is no VIP; over
    /// IPv6 a link-local one.
    func source(for plan: VRRPPlan.Instance, ifindex: UInt32, vips: [IPAddress: String]) -> IPAddress? {
        if let source = plan.source {
            guard plan.tracksSource else { return source }
            return addresses.contains { $0.address == source } ? source : nil
        }
        return addresses.first { address in
            guard address.ifindex == ifindex, address.address.family == plan.family, vips[address.address] == nil
            else { return false }
            switch plan.family {
            case .ipv4: return true
            case .ipv6: return address.scope == .link && !address.isTentative && !address.isDuplicate
            }
        }?.address
    }

    /// The interface below has the prefix already: a second route to it, by the link above, would only lead astray.
    private func isCovered(_ address: VirtualAddress, below link: Netlink.Link) -> Bool {
        guard link.kind == "macvlan" || link.kind == "ipvlan", let lower = link.lower else { return false }
        return addresses.contains {
            $0.ifindex == lower
                && Prefix($0.address, length: $0.prefixLength)?.contains(address.address) ?? false
        }
    }

    /// Switches an interface on or off.
    mutating func setLink(_ ifindex: UInt32, up: Bool) throws(NetlinkError) {
        try socket.setLink(ifindex, up: up)
        links[ifindex]?.isUp = up
    }

    // MARK: Addresses

    /// Whether it is where it belongs.
    func has(_ placed: VRRPPlan.PlacedAddress) -> Bool {
        guard let ifindex = link(named: placed.interface)?.index else { return false }
        return addresses.contains {
            $0.ifindex == ifindex && $0.address == placed.address.address
                && $0.prefixLength == placed.address.prefixLength
        }
    }

    /// Makes it present on its interface; false if it was.
    @discardableResult
    mutating func add(_ placed: VRRPPlan.PlacedAddress) throws(NetlinkError) -> Bool {
        guard let link = link(named: placed.interface) else { throw .noSuchInterface(placed.interface) }
        let address = placed.address
        var options = AddressOptions(address)
        if isCovered(address, below: link) { options.hasNoPrefixRoute = true }
        return try socket.add(address.address, prefixLength: address.prefixLength, to: link.index, options: options)
    }

    /// Takes it away from its interface, if that is there.
    mutating func remove(_ placed: VRRPPlan.PlacedAddress) throws(NetlinkError) {
        guard let link = link(named: placed.interface) else { return }
        try socket.remove(
            placed.address.address, peer: placed.address.peer, prefixLength: placed.address.prefixLength,
            from: link.index)
    }

    /// On lo, where nobody on the network is told of it.
    mutating func addToLoopback(_ address: IPAddress) throws(NetlinkError) {
        try socket.add(
            address, prefixLength: address.family.bits, to: Self.loopback, options: AddressOptions(scope: .host))
    }

    mutating func removeFromLoopback(_ address: IPAddress) throws(NetlinkError) {
        try socket.remove(address, prefixLength: address.family.bits, from: Self.loopback)
    }
}
