import Wire

extension VRRPInstanceCheck {
    /// How many addresses adverts carry: a byte counts them, and they share a packet of 1,500 bytes.
    private var mostAddresses: Int {
        switch instance.family {
        case .ipv4, nil: 255
        case .ipv6: 89
        }
    }

    mutating func completeAddresses() {
        dropWithoutInterface()
        let count = instance.addresses.count
        if count > mostAddresses {
            let kept = mostAddresses
            log.warn(
                place(instance.addresses[kept]),
                "\(name) has \(count) addresses: those after the first \(kept) are in no advert",
                hint: "write them into 'virtual_ipaddress_excluded'")
            instance.excludedAddresses += instance.addresses[kept...]
            instance.addresses.removeSubrange(kept...)
        }
        if count == 0, !instance.allowsNoAddresses {
            log.warn(instance.location, "\(name) has no 'virtual_ipaddress'", hint: "at least one address")
        }
        if instance.family == .ipv6, !isUnicast, let first = instance.addresses.first,
            !first.wrappedValue.address.isLinkLocal
        {
            let text = "the first IPv6 address of an instance should be link-local"
            isStrict ? log.warn(place(first), text, hint: "fe80::...") : log.note(place(first), text)
        }
        warnOfRepeated()
    }

    /// An address without `dev` goes to the instance's interface, if there is one.
    private mutating func dropWithoutInterface() {
        guard instance.interface == nil else { return }
        func keep(_ address: Setting<VirtualAddress>) -> Bool {
            if address.wrappedValue.interface != nil { return true }
            log.warn(
                place(address), "\(name) has no interface for '\(address.wrappedValue.address)': ignored",
                hint: "'dev INTERFACE' after the address")
            return false
        }
        instance.addresses = instance.addresses.filter(keep)
        instance.excludedAddresses = instance.excludedAddresses.filter(keep)
    }

    private func warnOfRepeated() {
        var seen: Set<VirtualAddress> = []
        for address in instance.addresses + instance.excludedAddresses
        where !seen.insert(address.wrappedValue).inserted {
            log.warn(place(address), "\(name) has '\(address.wrappedValue.address)' twice")
        }
    }

    mutating func completeTransport() {
        completeUnicast()
        completeVMAC()
        if instance.tracksSourceAddress, instance.sourceAddress == nil {
            log.warn(place(instance.$tracksSourceAddress), "'track_src_ip' has no address to track: ignored")
            instance.tracksSourceAddress = false
        }
        if instance.vrf != nil, !isUnicast || instance.interface != nil {
            log.warn(place(instance.$vrf), "'vrf' is for unicast without 'interface': ignored")
            instance.vrf = nil
        }
        if let interface = instance.interface {
            instance.tracking.interfaces = instance.tracking.interfaces.filter { tracked in
                guard tracked.wrappedValue.name == interface else { return true }
                log.warn(
                    place(tracked), "'\(interface)' is the instance's own interface, which it tracks anyway: ignored")
                return false
            }
        }
    }

    private mutating func completeUnicast() {
        if isUnicast {
            if isStrict {
                log.warn(
                    place(instance.peers[0]),
                    "strict mode has no unicast; newer versions of keepalived don't start with it",
                    hint: "remove 'unicast_peer', or strict mode")
            }
            if instance.multicastGroup != nil {
                log.warn(place(instance.$multicastGroup), "'mcast_dst_ip' has no meaning with unicast: ignored")
                instance.multicastGroup = nil
            }
            return
        }
        if instance.unicastTTL != nil {
            log.warn(place(instance.$unicastTTL), "'unicast_ttl' has no meaning without peers: ignored")
            instance.unicastTTL = nil
        }
        guard instance.mentionsUnicast else { return }
        if instance.faultsWithoutPeers {
            log.warn(instance.location, "\(name) has no 'unicast_peer': it stays in FAULT")
        } else {
            log.warn(
                instance.location, "\(name) says something about unicast but has no 'unicast_peer': it uses multicast",
                hint: "list the peers, or write 'mcast_src_ip'")
        }
    }

    private mutating func completeVMAC() {
        let isVirtual = instance.vmac != nil || instance.ipvlan != nil
        if isVirtual, isUnicast, instance.interface == nil {
            log.warn(instance.location, "\(name) has no interface to put a VMAC on: ignored")
            instance.vmac = nil
            instance.ipvlan = nil
        } else if isVirtual, isUnicast, !instance.transmitsOnBase {
            log.warn(
                place(instance.$vmac), "unicast with a VMAC sends from the interface itself",
                hint: "add 'vmac_xmit_base'")
            instance.transmitsOnBase = true
        }
        if instance.transmitsOnBase, instance.vmac == nil, instance.ipvlan == nil {
            log.warn(place(instance.$transmitsOnBase), "'vmac_xmit_base' has no meaning without 'use_vmac': ignored")
            instance.transmitsOnBase = false
        }
        if isVirtual, instance.promotesSecondaries {
            log.warn(place(instance.$promotesSecondaries), "a VMAC promotes secondary addresses anyway: ignored")
            instance.promotesSecondaries = false
        }
        if instance.ipvlan != nil, instance.ipvlan?.address == nil, instance.family != .ipv6 {
            log.warn(
                place(instance.$ipvlan),
                "'use_ipvlan' with IPv4 has no address to send from: the instance stays in FAULT",
                hint: "use_ipvlan ADDRESS")
        }
    }

    /// Takes back what RFC 3768 and RFC 9568 do not have.
    mutating func completeStrictMode() {
        guard isStrict else { return }
        if instance.accepts == true, !isOwner, instance.version == 2 {
            log.warn(place(instance.$accepts), "version 2 has no accept mode in strict mode: ignored")
            instance.accepts = false
        }
        reset(\.$isSilentToLowerPriority, to: true, "lower_prio_no_advert")
        reset(\.$answersHigherPriority, to: false, "higher_prio_send_advert")
        resetCount(\.announcements.$lowerPriorityBurst, "garp_lower_prio_repeat")
        resetCount(\.announcements.$lowerPriorityDelaySeconds, "garp_lower_prio_delay")
        if let count = instance.downTimerAdverts, count != 3 {
            log.warn(
                place(instance.$downTimerAdverts),
                "strict mode takes over after 3 adverts: 'down_timer_adverts' is ignored")
            instance.downTimerAdverts = 3
        }
        if instance.vmac != nil, instance.transmitsOnBase {
            log.warn(place(instance.$transmitsOnBase), "strict mode sends from the VMAC: 'vmac_xmit_base' is ignored")
            instance.transmitsOnBase = false
        }
        if instance.vmac?.hardwareAddress != nil {
            log.warn(place(instance.$vmac), "strict mode has no VMAC of one's own: the one of the RFC is used")
            instance.vmac?.hardwareAddress = nil
        }
    }

    private mutating func reset(
        _ path: WritableKeyPath<VRRPInstance, Setting<Bool?>>, to value: Bool, _ keyword: String
    ) {
        if let written = instance[keyPath: path].wrappedValue, written != value {
            log.warn(place(instance[keyPath: path]), "'\(keyword)' is \(value) in strict mode: ignored")
            instance[keyPath: path].wrappedValue = value
        }
    }

    private mutating func resetCount(_ path: WritableKeyPath<VRRPInstance, Setting<Int?>>, _ keyword: String) {
        if let written = instance[keyPath: path].wrappedValue, written != 0 {
            log.warn(place(instance[keyPath: path]), "'\(keyword)' is 0 in strict mode: ignored")
            instance[keyPath: path].wrappedValue = 0
        }
    }
}
