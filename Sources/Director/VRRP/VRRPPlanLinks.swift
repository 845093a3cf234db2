internal import Config
internal import Netlink
internal import VRRP
internal import Wire

extension VRRPPlan {
    /// An interface to be made on top of another one.
    struct VirtualLink: Hashable, Sendable {
        var name: String
        /// The interface below.
        var base: String
        var kind: VirtualLinkKind
        /// What of its families it carries.
        var hasIPv4: Bool
        var hasIPv6: Bool
        /// An ipvlan's own address, which adverts come from.
        var address: IPAddress?
        var prefixLength: Int?

        /// Its own MAC address; nil: that of the interface below.
        var mac: MACAddress? {
            guard case .macvlan(let mac) = kind else { return nil }
            return mac
        }
    }

    /// All virtual links, in the order of the instances.
    var links: [VirtualLink] { instances.flatMap(\.links) }

    /// Says which virtual links there are, and which addresses go to them.
    mutating func placeLinks(_ configuration: Configuration) {
        var names: Set<String> = []
        let written = Dictionary(configuration.vrrpInstances.map { ($0.name, $0) }) { first, _ in first }
        for index in instances.indices {
            guard let instance = written[instances[index].name] else { continue }
            instances[index].placeLinks(instance, configuration.global.vrrp, &names)
        }
    }
}

extension VRRPPlan.Instance {
    /// All its virtual links.
    var links: [VRRPPlan.VirtualLink] { (link.map { [$0] } ?? []) + addressLinks }

    fileprivate mutating func placeLinks(
        _ instance: VRRPInstance, _ global: GlobalVRRPSettings, _ names: inout Set<String>
    ) {
        let written = (instance.addresses + instance.excludedAddresses).map(\.wrappedValue)
        link = ownLink(instance, global, &names)
        transmitsOnBase = instance.transmitsOnBase
        for (index, address) in written.enumerated() where index < addresses.count {
            let base = addresses[index].interface
            let family = address.address.family
            let isOnBase = base == instance.interface
            let isOther = !isOnBase || family != self.family
            let wantsLink = address.usesVMAC || instance.usesVMACForAddresses && isOther
            if let link, isOnBase, !isOther || !wantsLink {
                addresses[index].interface = link.name
                if family == .ipv6 { self.link?.hasIPv6 = true } else { self.link?.hasIPv4 = true }
            } else if wantsLink {
                addresses[index].interface = addressLink(
                    on: base, family, prefix: global.vmacAddrPrefix ?? global.vmacPrefix, &names)
            }
        }
        // A successor's first advert has moved the virtual MAC at the switch: an answer by the one that leaves would take
        // it back.
        if link?.mac != nil { settings.handover.takeoverTime = .zero }
    }

    private func ownLink(
        _ instance: VRRPInstance, _ global: GlobalVRRPSettings, _ names: inout Set<String>
    ) -> VRRPPlan.VirtualLink? {
        guard let base = instance.interface else { return nil }
        if let vmac = instance.vmac {
            let name = vmac.name ?? freeName(global.vmacPrefix, family, names)
            names.insert(name)
            return VRRPPlan.VirtualLink(
                name: name, base: base, kind: .macvlan(virtualMAC(family, vmac.hardwareAddress)),
                hasIPv4: family == .ipv4, hasIPv6: family == .ipv6)
        }
        guard let ipvlan = instance.ipvlan else { return nil }
        let name = ipvlan.name ?? freeName(global.vmacPrefix, family, names)
        names.insert(name)
        let visibility: IPVLANVisibility =
            switch ipvlan.mode {
            case .bridge: .bridge
            case .private: .private
            case .vepa: .vepa
            }
        return VRRPPlan.VirtualLink(
            name: name, base: base, kind: .ipvlan(visibility), hasIPv4: family == .ipv4, hasIPv6: family == .ipv6,
            address: ipvlan.address, prefixLength: ipvlan.prefixLength)
    }

    /// The virtual link for addresses of one family on another interface: its name.
    private mutating func addressLink(
        on base: String, _ family: IPAddress.Family, prefix: String, _ names: inout Set<String>
    ) -> String {
        if let known = addressLinks.first(where: { $0.base == base && $0.hasIPv6 == (family == .ipv6) }) {
            return known.name
        }
        let name = freeName(prefix, family, names)
        names.insert(name)
        addressLinks.append(
            VRRPPlan.VirtualLink(
                name: name, base: base, kind: .macvlan(virtualMAC(family, nil)), hasIPv4: family == .ipv4,
                hasIPv6: family == .ipv6))
        return name
    }

    /// RFC 9568 section 7.3, unless another one is configured; of five bytes the VRID is the sixth.
    private func virtualMAC(_ family: IPAddress.Family, _ configured: [UInt8]?) -> MACAddress {
        let given = configured ?? [0x00, 0x00, 0x5e, 0x00, family == .ipv4 ? 0x01 : 0x02]
        let bytes = Array((given + [settings.routerID]).prefix(6))
        guard let mac = MACAddress(bytes: bytes) else { preconditionFailure("a configured MAC has five bytes or six") }
        return mac
    }

    /// `PREFIX.VRID`, over IPv6 `PREFIX6.VRID`; with a number behind it if another one has that name.
    private func freeName(_ prefix: String, _ family: IPAddress.Family, _ names: Set<String>) -> String {
        let start = family == .ipv4 ? prefix : "\(prefix)6"
        var number = 0
        while true {
            let ending = ".\(settings.routerID)" + (number == 0 ? "" : ".\(number)")
            let name = String(decoding: start.utf8.prefix(15 - ending.utf8.count), as: UTF8.self) + ending
            if !names.contains(name) { return name }
            number += 1
        }
    }
}
