import CSluiceABI
internal import Wire

extension sluice_destination {
    /// A destination in full, USED and AVAILABLE; RESOLVED if `hop` has all that the mode needs.
    init(service: ServiceKey, slot: UInt32, server: ServerSpecification, hop: NextHop?) {
        self.init()
        mode = UInt8(server.mode.rawValue)
        self.service = UInt16(slot)
        port = server.port.bigEndian
        address = server.address.words
        family = server.address.family.rawValue
        weight = server.weight
        flags = UInt8(SLUICE_DESTINATION_USED | SLUICE_DESTINATION_AVAILABLE)
        if server.mode == .SLUICE_MODE_NAT { sum = natSum(service: service, server: server) }
        guard let hop else { return }
        set(hop: hop, service: service, server: server)
    }

    /// Of the real server that the value is about; nil if the map holds what this version does not write.
    var serverKey: ServerSpecification.Key? {
        guard let address = IPAddress(words: address, family: family) else { return nil }
        return ServerSpecification.Key(address: address, port: UInt16(bigEndian: port), mode: mode)
    }

    var isAvailable: Bool { flags & UInt8(SLUICE_DESTINATION_AVAILABLE) != 0 }

    private mutating func set(hop: NextHop, service: ServiceKey, server: ServerSpecification) {
        ifindex = hop.ifindex
        smac = hop.sourceMAC.tuple
        mtu = hop.mtu
        var isComplete = hop.destinationMAC != nil
        if let destinationMAC = hop.destinationMAC { dmac = destinationMAC.tuple }
        if server.mode == .SLUICE_MODE_TUN {
            if let source = hop.source, source.family == server.address.family {
                self.source = source.words
                sum = tunnelSum(service: service, server: server, source: source)
            } else {
                isComplete = false
            }
        }
        if isComplete { flags |= UInt8(SLUICE_DESTINATION_RESOLVED) }
    }
}

/// The constant part of an outer IPv4 header: version and length 0x45, TOS 0, protocol, both addresses. An outer IPv6
/// header has no checksum.
private func tunnelSum(service: ServiceKey, server: ServerSpecification, source: IPAddress) -> UInt16 {
    guard server.address.family == .ipv4 else { return 0 }
    let ipInIP: UInt8 = 4
    let ipv6InIP: UInt8 = 41
    var sum = WordSum()
    sum.add(0x45, 0)
    sum.add(0, service.address.family == .ipv4 ? ipInIP : ipv6InIP)
    sum.add(source)
    sum.add(server.address)
    return sum.folded
}

/// What the sum under an L4 checksum gains when the VIP and the service's port become the real server's.
private func natSum(service: ServiceKey, server: ServerSpecification) -> UInt16 {
    var sum = WordSum()
    sum.subtract(service.address)
    sum.add(server.address)
    if service.port != 0, server.port != 0 {
        sum.subtract(port: service.port)
        sum.add(port: server.port)
    }
    return sum.folded
}
