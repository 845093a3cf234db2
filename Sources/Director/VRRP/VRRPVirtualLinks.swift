internal import Config
internal import Linux
internal import Logging
internal import Netlink
internal import Plan
internal import Wire

/// The virtual links of VRRP: made, taken over and removed on the director's thread, since the kernel may take tens of
/// milliseconds to remove one.
///
/// The driver switches them on and off. While its instance is a backup a link is down: then the switch learns its MAC address
/// from nobody but the active director, not even by a multicast report, and this kernel hears the adverts on the
/// interface below. Where keepalived filters what its backups' links send, there is nothing to filter.
struct VirtualLinks {
    private var made: [String: VRRPPlan.VirtualLink] = [:]
    /// Settings of the interfaces below that were changed, and what they were, by interface.
    private var changed: [String: [String: String]] = [:]

    /// Makes those that are missing and whose interface below is there. A link that was left by an earlier run is taken
    /// over as it is, with its addresses.
    ///
    /// - Returns: what went wrong.
    mutating func provide(_ links: [VRRPPlan.VirtualLink]) -> [String] {
        guard !links.isEmpty else { return [] }
        var problems: [String] = []
        do throws(NetlinkError) {
            var socket = try NetlinkSocket()
            let present = Dictionary(try socket.links().map { ($0.name, $0) }) { first, _ in first }
            for link in links {
                guard let base = present[link.base] else { continue }
                do throws(NetlinkError) {
                    try provide(link, on: base, present[link.name], &socket)
                } catch {
                    problems.append("\(link.name) on \(link.base): \(error)")
                }
            }
        } catch {
            problems.append("virtual links: \(error)")
        }
        return problems
    }

    private mutating func provide(
        _ link: VRRPPlan.VirtualLink, on base: Link, _ old: Link?, _ socket: inout NetlinkSocket
    ) throws(NetlinkError) {
        if let old {
            if old.kind == link.kind.name, old.lower == base.index, link.mac == nil || old.mac == link.mac {
                if made.updateValue(link, forKey: link.name) == nil { configure(link) }
                return
            }
            guard old.kind == link.kind.name else {
                throw .failed(
                    operation: "adding the \(link.kind.name)", errno: 17,
                    reason: "there is an interface of this name: give another with use_vmac or use_ipvlan NAME")
            }
            try socket.removeLink(old.index)
        }
        try socket.add(link.kind, named: link.name, on: base.index)
        made[link.name] = link
        configure(link)
        if let address = link.address {
            let ifindex = try socket.link(named: link.name).index
            try socket.add(address, prefixLength: link.prefixLength ?? address.family.bits, to: ifindex)
        }
    }

    /// Each address is answered for by the interface that has it, and by no other; what comes for a VIP is taken though the
    /// way back leads over the interface below; no address is made up.
    private mutating func configure(_ link: VRRPPlan.VirtualLink) {
        let own = "net/ipv4/conf/\(link.name)"
        // The higher one of this and `all` counts: strict filtering there is made loose here.
        let isStrict = (try? Sysctl.read("net/ipv4/conf/all/rp_filter")) == "1"
        for (name, value) in [
            ("arp_ignore", "1"), ("accept_local", "1"), ("rp_filter", isStrict ? "2" : "0"),
            ("promote_secondaries", "1"),
        ] { try? Sysctl.write(value, to: "\(own)/\(name)") }
        let own6 = "net/ipv6/conf/\(link.name)"
        for (name, value) in [
            ("addr_gen_mode", "1"), ("accept_ra", "0"), ("disable_ipv6", link.hasIPv6 ? "0" : "1"),
        ] { try? Sysctl.write(value, to: "\(own6)/\(name)") }
        if link.hasIPv4 { configure(below: link.base) }
    }

    /// The interface below neither answers for a VIP nor asks in its name: either would tell its own MAC address.
    private mutating func configure(below name: String) {
        for (setting, value) in [("arp_ignore", "1"), ("arp_announce", "2")] {
            let path = "net/ipv4/conf/\(name)/\(setting)"
            guard let old = try? Sysctl.read(path), old == "0", (try? Sysctl.write(value, to: path)) != nil else {
                continue
            }
            changed[name, default: [:]][path] = old
        }
    }

    /// Removes all but those of these names.
    mutating func removeAll(except kept: Set<String>) -> [String] {
        let removed = made.values.filter { !kept.contains($0.name) }
        guard !removed.isEmpty else { return [] }
        var problems: [String] = []
        do throws(NetlinkError) {
            var socket = try NetlinkSocket()
            for link in removed {
                made[link.name] = nil
                guard let there = try? socket.link(named: link.name), there.kind == link.kind.name else { continue }
                do throws(NetlinkError) {
                    try socket.removeLink(there.index)
                } catch {
                    problems.append("\(link.name): \(error)")
                }
            }
        } catch {
            problems.append("virtual links: \(error)")
        }
        for (base, settings) in changed where !made.values.contains(where: { $0.base == base && $0.hasIPv4 }) {
            changed[base] = nil
            for (path, old) in settings { try? Sysctl.write(old, to: path) }
        }
        return problems
    }
}

extension Director {
    /// Makes the virtual links that the plan wants, as far as the interfaces below are there.
    func provideVirtualLinks() {
        guard let vrrp, !vrrp.hasStopped else { return }
        surroundings.virtualLinks = Set(vrrp.plan.links.map(\.name))
        for problem in vrrp.links.provide(vrrp.plan.links) { complainOnce("VRRP: \(problem)") }
    }

    /// Removes those that no instance has any more.
    func removeVirtualLinks(except kept: Set<String>) {
        guard let vrrp else { return }
        for problem in vrrp.links.removeAll(except: kept) { log.error("VRRP: \(problem)") }
    }

    /// For the program: which virtual MACs there are, on the interfaces by which their frames come in.
    var virtualMACs: [VirtualMAC] {
        guard let vrrp else { return [] }
        return vrrp.plan.instances.flatMap { instance in
            instance.links.flatMap { link -> [VirtualMAC] in
                guard let mac = link.mac else { return [] }
                return surroundings.ways(into: link.base).map {
                    VirtualMAC(VirtualMAC.Place(ifindex: $0, mac: mac), role: role(ofInstance: instance.name))
                }
            }
        }
    }

    /// For the program: which VIPs are not accepted.
    var unacceptedVIPs: [UnacceptedVIP] {
        guard let vrrp else { return [] }
        return vrrp.plan.instances.filter { !$0.accepts }.flatMap { instance in
            instance.addresses.map { UnacceptedVIP($0.address.address, role: role(ofInstance: instance.name)) }
        }
    }

    private func role(ofInstance name: String) -> ServiceRole {
        guard role == .active else { return role }
        return vrrp?.roles[name] ?? .backup
    }

    /// Interfaces that VRRP needs the program on: those below virtual MACs that have a service's VIP, and, for VIPs that are
    /// not accepted, all by which packets from outside come in.
    func addVRRPInterfaces(to plan: inout AttachmentPlan) {
        guard let vrrp, configuration.global.interfaces == nil else { return }
        let services = Set(configuration.virtualServices.map(\.address))
        for instance in vrrp.plan.instances
        where instance.addresses.contains(where: { services.contains($0.address.address) }) {
            for link in instance.links {
                if let base = surroundings.link(named: link.base) { plan.present.insert(base.index) }
            }
        }
        if vrrp.plan.instances.contains(where: { !$0.accepts && !$0.addresses.isEmpty }) {
            plan.present.formUnion(surroundings.outerInterfaces)
        }
    }
}

extension Surroundings {
    /// The interface that frames for this one come in by: below a virtual link of ours, else itself.
    func physical(_ ifindex: UInt32) -> UInt32 {
        guard let link = link(ifindex), virtualLinks.contains(link.name), let lower = link.lower else { return ifindex }
        return lower
    }

    /// An interface, and where it is a VLAN those below it.
    func ways(into name: String) -> [UInt32] {
        var ways: [UInt32] = []
        var next = link(named: name)
        while let link = next, ways.count < 8 {
            ways.append(link.index)
            next = link.kind == "vlan" ? link.lower.flatMap { self.link($0) } : nil
        }
        return ways
    }

    /// Ethernet interfaces that lie on no other: hardware, veth, and bridges and bonds instead of their ports.
    var outerInterfaces: [UInt32] {
        allLinks.filter { link in
            let isOuter = link.kind.map { ["veth", "bridge", "bond"].contains($0) } ?? true
            return isOuter && link.mac != nil && !link.isLoopback && link.master == nil
        }.map(\.index)
    }
}
