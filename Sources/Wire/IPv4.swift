/// Numbers of the layers that IP names.
package enum IPProtocol {
    /// IPv6 hop-by-hop options.
    package static let hopByHop: UInt8 = 0
    /// ICMP, over IPv4.
    package static let icmp: UInt8 = 1
    /// IPv4 in IP.
    package static let ipip: UInt8 = 4
    /// TCP.
    package static let tcp: UInt8 = 6
    /// UDP.
    package static let udp: UInt8 = 17
    /// IPv6 in IP.
    package static let ipv6: UInt8 = 41
    /// IPv6 routing header.
    package static let routing: UInt8 = 43
    /// IPv6 fragment header.
    package static let fragment: UInt8 = 44
    /// ICMPv6.
    package static let icmpv6: UInt8 = 58
    /// IPv6 destination options.
    package static let destinationOptions: UInt8 = 60
    /// VRRP.
    package static let vrrp: UInt8 = 112
}

/// An IPv4 header (RFC 791).
package struct IPv4: PacketLayer, Equatable {
    /// The sender's address.
    package var source: IPv4Address
    /// The receiver's address.
    package var destination: IPv4Address
    /// Routers left to pass, 0...255.
    package var ttl: UInt8 = 64
    /// DSCP and ECN together.
    package var tos: UInt8 = 0
    /// Names the packet that fragments belong to.
    package var identification: UInt16 = 0
    /// The DF bit.
    package var dontFragment = false
    /// The MF bit.
    package var moreFragments = false
    /// In units of eight bytes, 0...8191.
    package var fragmentOffset: UInt16 = 0
    /// Up to 40 bytes; padded with zeros to whole words.
    package var options: [UInt8] = []
    /// 4, unless a malformed packet is wanted.
    package var version: UInt8 = 4
    /// Header length in words of four bytes; nil is computed.
    package var headerWords: UInt8?
    /// Bytes of header and payload; nil is computed.
    package var totalLength: UInt16?
    /// nil takes the next layer's.
    package var protocolNumber: UInt8?
    /// Host byte order; nil is computed.
    package var checksum: UInt16?

    /// Whatever is nil is computed when the packet is built.
    package init(
        source: IPv4Address, destination: IPv4Address, ttl: UInt8 = 64, tos: UInt8 = 0, identification: UInt16 = 0,
        dontFragment: Bool = false, moreFragments: Bool = false, fragmentOffset: UInt16 = 0, options: [UInt8] = [],
        version: UInt8 = 4, headerWords: UInt8? = nil, totalLength: UInt16? = nil, protocolNumber: UInt8? = nil,
        checksum: UInt16? = nil
    ) {
        self.source = source
        self.destination = destination
        self.ttl = ttl
        self.tos = tos
        self.identification = identification
        self.dontFragment = dontFragment
        self.moreFragments = moreFragments
        self.fragmentOffset = fragmentOffset
        self.options = options
        self.version = version
        self.headerWords = headerWords
        self.totalLength = totalLength
        self.protocolNumber = protocolNumber
        self.checksum = checksum
    }

    package var etherType: UInt16? { EtherType.ipv4 }
    package var ipProtocol: UInt8? { IPProtocol.ipip }
    package var addresses: (source: IPAddress, destination: IPAddress)? { (.v4(source), .v4(destination)) }
    /// Whether this is one fragment of a larger packet.
    package var isFragment: Bool { moreFragments || fragmentOffset != 0 }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        let options = options + [UInt8](repeating: 0, count: (4 - options.count % 4) % 4)
        let words = headerWords ?? UInt8(truncatingIfNeeded: 5 + options.count / 4)
        let length = totalLength ?? UInt16(truncatingIfNeeded: 20 + options.count + payload.count)
        var bytes: [UInt8] = [version << 4 | words & 0xf, tos]
        bytes.append(bigEndian: length)
        bytes.append(bigEndian: identification)
        bytes.append(
            bigEndian: (dontFragment ? 0x4000 : 0) | (moreFragments ? 0x2000 : 0) | fragmentOffset & 0x1fff)
        bytes += [ttl, protocolNumber ?? context.nextProtocol]
        bytes.append(bigEndian: checksum ?? 0)
        bytes.append(bigEndian: source.rawValue)
        bytes.append(bigEndian: destination.rawValue)
        bytes += options
        guard checksum == nil else { return bytes }
        let sum = InternetChecksum.of(bytes)
        bytes.replaceSubrange(10..<12, with: [UInt8(sum >> 8), UInt8(sum & 0xff)])
        return bytes
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off or its length is below five words.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard let first = input.first, case let length = Int(first & 0xf) * 4, length >= 20, input.count >= length,
            let total: UInt16 = input.bigEndian(at: 2), let identification: UInt16 = input.bigEndian(at: 4),
            let fragment: UInt16 = input.bigEndian(at: 6), let checksum: UInt16 = input.bigEndian(at: 10),
            let source: UInt32 = input.bigEndian(at: 12), let destination: UInt32 = input.bigEndian(at: 16)
        else { return nil }
        let start = input.startIndex
        let header = Self(
            source: IPv4Address(rawValue: source), destination: IPv4Address(rawValue: destination),
            ttl: input[start + 8], tos: input[start + 1], identification: identification,
            dontFragment: fragment & 0x4000 != 0, moreFragments: fragment & 0x2000 != 0,
            fragmentOffset: fragment & 0x1fff, options: Array(input[start + 20..<start + length]), version: first >> 4,
            headerWords: first & 0xf, totalLength: total, protocolNumber: input[start + 9], checksum: checksum)
        input = input.dropFirst(length)
        return header
    }

    package var summary: String {
        var text = "IPv4 \(source) > \(destination) ttl \(ttl)"
        if tos != 0 { text += " tos " + hexadecimal(tos, digits: 2) }
        if identification != 0 { text += " id \(identification)" }
        if dontFragment { text += " DF" }
        if isFragment { text += " frag \(fragmentOffset * 8)" + (moreFragments ? "+" : "") }
        if !options.isEmpty { text += " options \(options.count)" }
        return text
    }
}
