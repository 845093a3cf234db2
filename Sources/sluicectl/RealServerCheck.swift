import Datapath
import Netlink
import Wire

/// Something that `real-server check` found.
struct Finding: Equatable {
    enum Severity: String {
        /// The real server does not work, or harms others.
        case problem
        /// Worth knowing.
        case note
    }

    var severity: Severity
    /// Stable, for machines.
    var id: String
    var what: String
    var why: String
    /// A command, or what to do.
    var mend: String
}

/// Judges a real server's settings for DR and TUN. Pure: all that it knows is in the view.
struct RealServerCheck {
    let view: RealServerView
    let vips: Set<IPAddress>
    /// Where packets for the VIPs arrive, as far as that is known.
    let interface: String?
    /// The server is meant to decapsulate.
    let decap: Bool

    /// All findings, the classic one first.
    var findings: [Finding] {
        missingInterface + answeredARP + announcedVIPs + missingVIPs + vipsElsewhere + reversePath + tunnel + silence
    }

    private var vips4: [IPAddress] { vips.filter { $0.family == .ipv4 }.sorted() }
    private var loopback: UInt32? { view.links.first(where: \.isLoopback)?.index }

    private func list(_ items: some Sequence<some CustomStringConvertible>) -> String {
        items.map(\.description).joined(separator: ", ")
    }

    /// arp_ignore 0 answers for any address of the machine; 3 only spares those of scope host.
    private var answeredARP: [Finding] {
        let allHost = view.addresses.allSatisfy { !vips4.contains($0.address) || $0.scope == .host }
        let loud = view.ethernets.filter { link in
            switch view.effective("arp_ignore", on: link.name) {
            case 1, 2, 8: false
            case 3: !allHost
            default: true
            }
        }
        guard !vips4.isEmpty, !loud.isEmpty else { return [] }
        return [
            Finding(
                severity: .problem, id: "arp-ignore",
                what: "this server answers ARP requests for \(list(vips4)) on \(list(loud.map(\.name)))",
                why: "clients and routers on the link then send to this server past the director, as chance has it",
                mend: "sysctl -w net/ipv4/conf/all/arp_ignore=1")
        ]
    }

    /// One that setup was told of may have gone since.
    private var missingInterface: [Finding] {
        guard let interface, !hasInterface else { return [] }
        return [
            Finding(
                severity: .problem, id: "interface-missing", what: "there is no interface \(interface)",
                why: "setup was told that packets for the VIP arrive there",
                mend: "sluicectl real-server teardown, then setup with the interface that they arrive on")
        ]
    }

    private var hasInterface: Bool { interface.map { name in view.links.contains { $0.name == name } } ?? true }

    private var announcedVIPs: [Finding] {
        let loud = view.ethernets.filter { view.effective("arp_announce", on: $0.name) < 2 }
        guard !vips4.isEmpty, !loud.isEmpty else { return [] }
        return [
            Finding(
                severity: .problem, id: "arp-announce",
                what:
                    "ARP requests of this server may name \(list(vips4)) as their sender on \(list(loud.map(\.name)))",
                why: "who hears such a request takes this server's MAC address for the VIP's",
                mend: "sysctl -w net/ipv4/conf/all/arp_announce=2")
        ]
    }

    private var missingVIPs: [Finding] {
        vips.sorted().flatMap { vip -> [Finding] in
            let length = vip.family.bits
            let here = view.addresses.filter { $0.address == vip && $0.ifindex == loopback }
            if here.isEmpty {
                return [
                    Finding(
                        severity: .problem, id: "vip-missing", what: "lo has no address \(vip)",
                        why: "packets for the VIP are not this server's to accept: it drops them or sends them on",
                        mend: "sluicectl real-server setup --vip \(vip)")
                ]
            }
            return here.flatMap { problems(of: $0, vip, length) }
        }
    }

    private func problems(of address: InterfaceAddress, _ vip: IPAddress, _ length: Int) -> [Finding] {
        var findings: [Finding] = []
        if address.prefixLength != length {
            findings.append(
                Finding(
                    severity: .problem, id: "vip-prefix",
                    what: "lo has \(vip)/\(address.prefixLength), not /\(length)",
                    why: "on lo the whole prefix becomes this machine's own, its neighbours' addresses too",
                    mend: "ip addr del \(vip)/\(address.prefixLength) dev lo; sluicectl real-server setup --vip \(vip)")
            )
        }
        if address.isTentative || address.isDuplicate {
            findings.append(
                Finding(
                    severity: .problem, id: "vip-tentative",
                    what: "\(vip) on lo waits for, or failed, duplicate detection",
                    why: "a tentative address accepts nothing",
                    mend: "ip addr del \(vip)/\(length) dev lo; ip addr add \(vip)/\(length) dev lo nodad"))
        }
        return findings
    }

    private var vipsElsewhere: [Finding] {
        view.addresses.filter { vips.contains($0.address) && $0.ifindex != loopback }.map { address in
            let name = view.name(of: address.ifindex)
            return Finding(
                severity: .problem, id: "vip-elsewhere", what: "\(name) has the VIP \(address.address)",
                why: "on that link this server answers for the VIP whatever arp_ignore says, beside the director",
                mend: "ip addr del \(address.address)/\(address.prefixLength) dev \(name)")
        }
    }

    /// Tunnel devices are strict about what never comes back through them; so is a link that is not the way to the clients.
    private var reversePath: [Finding] {
        guard !vips4.isEmpty else { return [] }
        let tunnels = tunnelDevices.filter(\.isUp).map(\.name)
        let arrivals = tunnels + [interface].compactMap { $0 }.filter { hasInterface && !tunnels.contains($0) }
        return arrivals.filter { view.effective("rp_filter", on: $0) == 1 }.map { name in
            let isWayBack = name == view.defaultInterface
            return Finding(
                severity: isWayBack ? .note : .problem, id: "rp-filter",
                what: "\(name) drops packets of clients that it has no route to (rp_filter 1)",
                why: isWayBack
                    ? "it has the default route, so only clients with a route elsewhere are cut off"
                    : "the way to the clients leads elsewhere, so all that is for the VIP is dropped without a trace",
                mend: "sysctl -w net/ipv4/conf/\(name)/rp_filter=2")
        }
    }

    private var tunnelDevices: [Link] {
        view.links.filter { ["ipip", "sit", "ip6tnl"].contains($0.kind ?? "") }
    }

    /// The client's packets go to a VIP that nothing answers.
    private var silence: [Finding] {
        let unheard = vips.sorted().filter { vip in
            let any = IPAddress(bytes: [UInt8](repeating: 0, count: vip.bytes.count))
            let both = IPAddress(bytes: [UInt8](repeating: 0, count: 16))
            return ![vip, any, both].contains { $0.map(view.listeners.contains) ?? false }
        }
        return unheard.map { vip in
            Finding(
                severity: .note, id: "not-listening", what: "no TCP socket listens on \(vip)",
                why: "a service that is bound to the server's own address refuses connections to the VIP",
                mend: "have the service listen on \(vip), or on all addresses")
        }
    }
}

// MARK: TUN

extension RealServerCheck {
    private var setup: String {
        let list = vips.sorted().map { "--vip \($0)" }.joined(separator: " ")
        return "sluicectl real-server setup \(list) --decap" + (interface.map { " --interface \($0)" } ?? "")
    }

    private var tunnel: [Finding] {
        if !hasInterface { return [] }
        if let interface, let state = view.decapsulators[interface] { return gaps(in: state, on: interface) }
        if !tunnelDevices.filter(\.isUp).isEmpty, !decap { return [] }
        return [
            Finding(
                severity: decap ? .problem : .note, id: "no-decapsulation",
                what: "nothing takes tunnel headers off" + (interface.map { " on \($0)" } ?? ""),
                why: decap
                    ? "the server answers each packet of the director with \"protocol unreachable\""
                    : "DR does not need it; with TUN the server answers each packet with \"protocol unreachable\"",
                mend: setup)
        ]
    }

    private func gaps(in state: Decapsulator.State, on interface: String) -> [Finding] {
        var findings: [Finding] = []
        let missing = vips.subtracting(state.vips).sorted()
        if !missing.isEmpty {
            findings.append(
                Finding(
                    severity: .problem, id: "decap-vip", what: "decapsulation on \(interface) lacks \(list(missing))",
                    why: "tunnelled packets for other addresses than it has are left alone", mend: setup))
        }
        let own = Set(view.addresses.filter { view.name(of: $0.ifindex) == interface }.map(\.address))
        let unknown = own.subtracting(vips).subtracting(state.addresses).filter(\.isTunnelTarget).sorted()
        if !unknown.isEmpty {
            findings.append(
                Finding(
                    severity: .problem, id: "decap-address",
                    what: "decapsulation on \(interface) does not know this server's address \(list(unknown))",
                    why:
                        "tunnelled packets to other addresses than it has are left alone; it was set up before that one",
                    mend: setup))
        }
        return findings
    }
}
