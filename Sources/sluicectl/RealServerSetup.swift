import Datapath
import Glibc
import Linux
import Netlink
import Wire

/// Makes this machine a real server of DR or TUN, or undoes that. Each change is first noted in the state file, then made,
/// then told.
struct RealServerSetup: ~Copyable {
    private var netlink: NetlinkSocket
    private var state: RealServerState
    private let loopback: UInt32
    /// Told one line for each change.
    private let say: (String) -> Void

    init(say: @escaping (String) -> Void) throws(RealServerError) {
        var netlink = try fromNetlink { () throws(NetlinkError) in try NetlinkSocket() }
        let loopback = try fromNetlink { () throws(NetlinkError) in try netlink.link(named: "lo").index }
        state = try RealServerState.load()
        self.netlink = netlink
        self.loopback = loopback
        self.say = say
    }

    // MARK: Setup

    /// - Parameters:
    ///   - interface: where packets for the VIPs arrive; with `decap` that of the default route if nil.
    ///   - decap: take tunnel headers off there.
    mutating func setUp(vips: Set<IPAddress>, interface: String?, decap: Bool) throws(RealServerError) {
        let arrival = try arrivalInterface(interface, decap: decap)
        if decap, let arrival, let old = state.decapInterface, old != arrival.name {
            throw .decapElsewhere(interface: old, wanted: arrival.name)
        }
        warnOfVIPsElsewhere(vips)
        // ARP first: a VIP must never be answered for, not even for a moment.
        if vips.contains(where: { $0.family == .ipv4 }) { try quietARP() }
        if let arrival { try loosenReversePath(arrival.name) }
        for vip in vips.sorted() { try add(vip) }
        if decap, let arrival { try decapsulate(on: arrival) }
    }

    private mutating func arrivalInterface(_ name: String?, decap: Bool) throws(RealServerError) -> Link? {
        if name == nil, !decap { return nil }
        let fromRoute = try name == nil ? defaultInterface(&netlink) : nil
        guard let name = name ?? fromRoute else { throw .noDefaultRoute }
        let link = try fromNetlink { () throws(NetlinkError) in try netlink.link(named: name) }
        if link.isLoopback { throw .loopback(interface: link.name) }
        return link
    }

    private mutating func warnOfVIPsElsewhere(_ vips: Set<IPAddress>) {
        guard let addresses = try? netlink.addresses() else { return }
        for address in addresses where address.ifindex != loopback && vips.contains(address.address) {
            let name = (try? netlink.link(index: address.ifindex).name) ?? "#\(address.ifindex)"
            say("warning: \(name) has the VIP \(address.address) too, and answers ARP for it there")
        }
    }

    private mutating func quietARP() throws(RealServerError) {
        for scope in ["all", "lo"] {
            let ignore = "net/ipv4/conf/\(scope)/arp_ignore"
            // 2 is as good and stricter; 3 looks at scopes only, 8 answers for nothing at all.
            if !["1", "2"].contains(try read(ignore)) { try set(ignore, "1") }
            let announce = "net/ipv4/conf/\(scope)/arp_announce"
            if try read(announce) != "2" { try set(announce, "2") }
        }
    }

    /// The kernel takes the larger of an interface's value and that of `all`; 1 drops packets whose way back leads elsewhere.
    private mutating func loosenReversePath(_ interface: String) throws(RealServerError) {
        let own = "net/ipv4/conf/\(interface)/rp_filter"
        if try max(read("net/ipv4/conf/all/rp_filter"), read(own)) == "1" { try set(own, "2") }
    }

    private mutating func add(_ vip: IPAddress) throws(RealServerError) {
        let length = vip.family.bits
        let lo = loopback
        let present = try fromNetlink { () throws(NetlinkError) in try netlink.addresses(on: lo) }
        state.vips.insert(vip)
        if present.contains(where: { $0.address == vip && $0.prefixLength == length }) { return try state.save() }
        state.added.insert(vip)
        try state.save()
        try fromNetlink { () throws(NetlinkError) -> Void in
            try netlink.add(vip, prefixLength: length, to: lo, options: AddressOptions(scope: .host))
        }
        say("lo: added \(vip)/\(length)")
    }

    private mutating func decapsulate(on link: Link) throws(RealServerError) {
        let vips = state.vips
        let addresses = try ownAddresses(&netlink, besides: vips)
        state.decapInterface = link.name
        try state.save()
        let done = try fromDecapsulator { () throws(DecapsulatorError) in
            try Decapsulator.attach(to: link.name, ifindex: link.index, addresses: addresses, vips: vips)
        }
        switch done.attachment {
        case .kept: break
        case .native: say("\(link.name): attached decapsulation (native)")
        case .generic(let refusal):
            say("\(link.name): attached decapsulation (generic, slower: the driver refused native mode: \(refusal))")
        }
        tell(done.vips, "the VIP", on: link)
        tell(done.addresses, "the outer destination", on: link)
    }

    private func tell(_ change: DecapAddressSet.Change, _ what: String, on link: Link) {
        for address in change.added.sorted() { say("\(link.name): decapsulation has \(what) \(address)") }
        for address in change.removed.sorted() { say("\(link.name): decapsulation no longer has \(what) \(address)") }
    }

    private func read(_ setting: String) throws(RealServerError) -> String {
        try fromSystem { () throws(SystemError) in try Sysctl.read(setting) }
    }

    private mutating func set(_ setting: String, _ value: String) throws(RealServerError) {
        let before = try read(setting)
        if let index = state.settings.firstIndex(where: { $0.name == setting }) {
            state.settings[index].after = value
        } else {
            state.settings.append(.init(name: setting, before: before, after: value))
        }
        try state.save()
        try fromSystem { () throws(SystemError) in try Sysctl.write(value, to: setting) }
        say("\(setting): \(before) -> \(value)")
    }
}

// MARK: Teardown

extension RealServerSetup {
    /// Undoes what setup did and nobody changed since. Goes on after a failure, and remembers what is left to do.
    mutating func tearDown() throws(RealServerError) {
        if state.isEmpty { return say("nothing to undo: no real server was set up here") }
        var failures: [RealServerError] = []
        // The VIPs before the ARP settings that keep them quiet.
        for vip in state.added.sorted() { attempt(&failures) { this throws(RealServerError) in try this.remove(vip) } }
        if state.added.isEmpty { state.vips = [] }
        for setting in state.settings where failures.isEmpty {
            attempt(&failures) { this throws(RealServerError) in try this.restore(setting) }
        }
        if let name = state.decapInterface {
            attempt(&failures) { this throws(RealServerError) in try this.detach(name) }
        }
        try state.save()
        for failure in failures { say("failed: \(failure)") }
        if !failures.isEmpty { throw .incomplete(failures: failures.count) }
    }

    private mutating func attempt(
        _ failures: inout [RealServerError], _ body: (inout RealServerSetup) throws(RealServerError) -> Void
    ) {
        do throws(RealServerError) { try body(&self) } catch { failures.append(error) }
    }

    private mutating func remove(_ vip: IPAddress) throws(RealServerError) {
        let lo = loopback
        let removed = try fromNetlink { () throws(NetlinkError) -> Bool in
            try netlink.remove(vip, prefixLength: vip.family.bits, from: lo)
        }
        state.added.remove(vip)
        if removed { say("lo: removed \(vip)/\(vip.family.bits)") }
    }

    private mutating func restore(_ setting: RealServerState.Setting) throws(RealServerError) {
        // One whose interface has gone has gone with it.
        if access("/proc/sys/\(setting.name)", F_OK) == 0 {
            let now = try read(setting.name)
            if now == setting.after {
                try fromSystem { () throws(SystemError) in try Sysctl.write(setting.before, to: setting.name) }
                say("\(setting.name): \(now) -> \(setting.before)")
            } else {
                say("\(setting.name): left at \(now), which somebody else has set")
            }
        }
        state.settings.removeAll { $0 == setting }
    }

    private mutating func detach(_ interface: String) throws(RealServerError) {
        let detached = try fromDecapsulator { () throws(DecapsulatorError) in try Decapsulator.detach(from: interface) }
        state.decapInterface = nil
        if detached { say("\(interface): detached decapsulation") }
    }
}

// MARK: What both setup and check ask

/// The interface of the preferred default route, IPv4's first; nil if there is none.
func defaultInterface(_ netlink: inout NetlinkSocket) throws(RealServerError) -> String? {
    try fromNetlink { () throws(NetlinkError) in
        for family in IPAddress.Family.allCases {
            if let index = try netlink.defaultRouteInterfaces(family).first {
                return try netlink.link(index: index).name
            }
        }
        return nil
    }
}

/// The addresses that a director may send tunnelled packets to: this machine's own without the VIPs.
func ownAddresses(
    _ netlink: inout NetlinkSocket, besides vips: Set<IPAddress>
) throws(RealServerError) -> Set<IPAddress> {
    let all = try fromNetlink { () throws(NetlinkError) in try netlink.addresses() }
    return Set(all.map(\.address)).subtracting(vips).filter(\.isTunnelTarget)
}

extension IPAddress {
    /// Neither loopback nor IPv6 link-local: a director may send tunnelled packets to it.
    var isTunnelTarget: Bool {
        switch self {
        case .v4: !isLoopback
        case .v6(let address): !isLoopback && address.high >> 54 != 0xfe80 >> 6
        }
    }

    /// 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        switch self {
        case .v4(let address): address.rawValue >> 24 == 127
        case .v6(let address): address.high == 0 && address.low == 1
        }
    }
}
