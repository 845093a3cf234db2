/// An Ethernet frame taken apart. Never fails: what can't be read is a payload, and `problem` says why.
///
/// Every field of a parsed layer is filled with what was read, so `Packet(frame.layers).bytes` are the frame's bytes
/// again.
package struct Frame: Sendable {
    /// What was read, outermost first, the payload and padding last.
    package private(set) var layers: [any PacketLayer] = []
    /// What could not be read; nil if every header was whole.
    package private(set) var problem: Problem?
    /// Whether each checksum that can be verified is right. Those of fragments, of cut-off packets and the UDP checksum
    /// zero can't be.
    package var checksumsAreValid: Bool { wrongChecksums.isEmpty }
    /// The headers whose checksum is wrong, as `summary` writes them.
    package private(set) var wrongChecksums: [String] = []

    /// Beyond so many layers a tunnel's inside is left as payload: nesting is recursion here.
    private static let mostLayers = 32

    /// Why the rest of a frame could not be read.
    package enum Problem: Equatable, Sendable {
        /// The frame ends inside this header, or the header's own length is too small.
        case cutOff(String)
        /// An IP header claims more bytes than are there.
        case lengthBeyondEnd(claimed: Int, available: Int)
    }

    /// Reads a frame that begins with an Ethernet header.
    package static func dissect(_ bytes: some Sequence<UInt8>) -> Frame {
        let bytes = Array(bytes)
        var frame = Frame()
        var input = bytes[...]
        if let ethernet = Ethernet.parse(&input), let type = ethernet.type {
            frame.layers.append(ethernet)
            frame.readLinkPayload(&input, type: type)
        } else {
            frame.problem = .cutOff("Ethernet")
        }
        frame.finish(input)
        return frame
    }

    /// Reads bytes that begin with an IP header of either version.
    package static func dissectIP(_ bytes: some Sequence<UInt8>) -> Frame {
        let bytes = Array(bytes)
        var frame = Frame()
        var input = bytes[...]
        let type = (bytes.first ?? 0) >> 4 == 6 ? EtherType.ipv6 : EtherType.ipv4
        frame.readLinkPayload(&input, type: type)
        frame.finish(input)
        return frame
    }

    /// Takes what is left as payload.
    private mutating func finish(_ rest: ArraySlice<UInt8>) {
        if !rest.isEmpty { layers.append(Payload(rest)) }
    }

    private mutating func readLinkPayload(_ input: inout ArraySlice<UInt8>, type: UInt16) {
        var type = type
        while type == EtherType.vlan || type == EtherType.serviceVLAN {
            guard let tag = VLAN.parse(&input, tag: type), let next = tag.type else {
                problem = .cutOff("VLAN")
                return
            }
            layers.append(tag)
            type = next
        }
        guard type == EtherType.ipv4 || type == EtherType.ipv6 else { return }
        let version: IPAddress.Family = type == EtherType.ipv4 ? .ipv4 : .ipv6
        let padding = readIP(&input, version: version, isQuoted: false)
        finish(input)
        input = []
        if !padding.isEmpty { layers.append(Padding(padding)) }
    }
}

// MARK: - IP

extension Frame {
    /// Where in an IP packet its upper layer begins, and what a checksum there covers.
    private struct Upper {
        var source: IPAddress
        var destination: IPAddress
        var protocolNumber: UInt8
        /// All of the IP packet's payload is there.
        var isComplete: Bool
        var isFragment = false
        /// The packet is quoted by an ICMP error, so it may be cut off.
        var isQuoted: Bool
    }

    /// Reads an IP packet from the front, narrows `input` to what of it was not understood; returns what lies behind
    /// the packet.
    private mutating func readIP(
        _ input: inout ArraySlice<UInt8>, version: IPAddress.Family, isQuoted: Bool
    ) -> ArraySlice<UInt8> {
        let packet = input
        let upper: Upper?
        let claimed: Int
        switch version {
        case .ipv4: (upper, claimed) = readIPv4(&input, isQuoted: isQuoted)
        case .ipv6: (upper, claimed) = readIPv6(&input, isQuoted: isQuoted)
        }
        guard var upper else {
            if !isQuoted { problem = .cutOff(version == .ipv4 ? "IPv4" : "IPv6") }
            return []
        }
        if claimed > packet.count, !isQuoted {
            problem = .lengthBeyondEnd(claimed: claimed, available: packet.count)
        }
        let end = min(packet.endIndex, max(input.startIndex, packet.startIndex + claimed))
        upper.isComplete = claimed <= packet.count
        input = input.prefix(upTo: end)
        readExtensions(&input, &upper)
        if !upper.isFragment { readUpper(&input, upper) }
        return packet.suffix(from: end)
    }

    private mutating func readIPv4(_ input: inout ArraySlice<UInt8>, isQuoted: Bool) -> (Upper?, claimed: Int) {
        let start = input
        guard let header = IPv4.parse(&input), let next = header.protocolNumber, let claimed = header.totalLength else {
            return (nil, 0)
        }
        layers.append(header)
        if InternetChecksum.of(start.prefix(upTo: input.startIndex)) != 0 { wrongChecksums.append(header.summary) }
        let upper = Upper(
            source: .v4(header.source), destination: .v4(header.destination), protocolNumber: next, isComplete: true,
            isFragment: header.isFragment, isQuoted: isQuoted)
        return (upper, Int(claimed))
    }

    private mutating func readIPv6(_ input: inout ArraySlice<UInt8>, isQuoted: Bool) -> (Upper?, claimed: Int) {
        guard let header = IPv6.parse(&input), let next = header.nextHeader, let length = header.payloadLength else {
            return (nil, 0)
        }
        layers.append(header)
        let upper = Upper(
            source: .v6(header.source), destination: .v6(header.destination), protocolNumber: next, isComplete: true,
            isQuoted: isQuoted)
        return (upper, 40 + Int(length))
    }

    private mutating func readExtensions(_ input: inout ArraySlice<UInt8>, _ upper: inout Upper) {
        guard upper.source.family == .ipv6 else { return }
        while true {
            if let kind = IPv6Extension.Kind(rawValue: upper.protocolNumber) {
                guard let header = IPv6Extension.parse(&input, kind: kind), let next = header.nextHeader else {
                    if !upper.isQuoted { problem = .cutOff("IPv6 extension header") }
                    upper.protocolNumber = 59
                    return
                }
                layers.append(header)
                upper.protocolNumber = next
            } else if upper.protocolNumber == IPProtocol.fragment {
                guard let header = IPv6Fragment.parse(&input), let next = header.nextHeader else {
                    if !upper.isQuoted { problem = .cutOff("IPv6 fragment header") }
                    upper.protocolNumber = 59
                    return
                }
                layers.append(header)
                upper.protocolNumber = next
                upper.isFragment = upper.isFragment || header.offset != 0 || header.moreFragments
            } else {
                return
            }
        }
    }
}

// MARK: - Upper layers

extension Frame {
    private mutating func readUpper(_ input: inout ArraySlice<UInt8>, _ upper: Upper) {
        let whole = input
        let isIPv6 = upper.source.family == .ipv6
        switch upper.protocolNumber {
        case IPProtocol.tcp:
            take(TCP.parse(&input), "TCP", whole, upper, &input)
        case IPProtocol.udp:
            let header = UDP.parse(&input)
            let length = max(8, Int(header?.length ?? 0))
            take(header, "UDP", whole.prefix(length), upper, &input, hasChecksum: header?.checksum != 0)
        case IPProtocol.icmp where !isIPv6:
            let header = ICMPv4.parse(&input)
            take(header, "ICMP", whole, upper, &input, hasPseudoHeader: false)
            if header?.isError == true { readQuoted(&input, .ipv4) }
        case IPProtocol.icmpv6 where isIPv6:
            let header = ICMPv6.parse(&input)
            take(header, "ICMPv6", whole, upper, &input)
            if header?.isError == true { readQuoted(&input, .ipv6) }
        case IPProtocol.ipip: readTunnelled(&input, .ipv4, isQuoted: upper.isQuoted)
        case IPProtocol.ipv6: readTunnelled(&input, .ipv6, isQuoted: upper.isQuoted)
        default: break
        }
    }

    private mutating func take(
        _ header: (some PacketLayer)?, _ name: String, _ whole: ArraySlice<UInt8>, _ upper: Upper,
        _ input: inout ArraySlice<UInt8>, hasChecksum: Bool = true, hasPseudoHeader: Bool = true
    ) {
        guard let header else {
            if !upper.isQuoted {
                problem = problem ?? .cutOff(name)
            } else if name == "TCP" || name == "UDP" {
                let ports = QuotedPorts.parse(&input, protocolNumber: upper.protocolNumber)
                if let ports { layers.append(ports) }
            }
            return
        }
        layers.append(header)
        guard hasChecksum, upper.isComplete else { return }
        let pseudo = PseudoHeader(
            source: upper.source, destination: upper.destination, protocolNumber: upper.protocolNumber,
            length: whole.count)
        let sum = hasPseudoHeader ? InternetChecksum.of(whole, behind: pseudo) : InternetChecksum.of(whole)
        if sum != 0 { wrongChecksums.append(header.summary) }
    }

    private mutating func readTunnelled(
        _ input: inout ArraySlice<UInt8>, _ version: IPAddress.Family, isQuoted: Bool
    ) {
        guard layers.count < Self.mostLayers else { return }
        let behind = readIP(&input, version: version, isQuoted: isQuoted)
        finish(input)
        input = behind
    }

    private mutating func readQuoted(_ input: inout ArraySlice<UInt8>, _ version: IPAddress.Family) {
        readTunnelled(&input, version, isQuoted: true)
    }
}
