/// An IPv6 header (RFC 8200 section 3), 40 bytes.
package struct IPv6: PacketLayer, Equatable {
    /// The sender's address.
    package var source: IPv6Address
    /// The receiver's address.
    package var destination: IPv6Address
    /// Routers left to pass, 0...255.
    package var hopLimit: UInt8
    /// DSCP and ECN together.
    package var trafficClass: UInt8
    /// 20 bits.
    package var flowLabel: UInt32
    /// 6, unless a malformed packet is wanted.
    package var version: UInt8
    /// Bytes behind this header; nil is computed.
    package var payloadLength: UInt16?
    /// nil takes the next layer's.
    package var nextHeader: UInt8?

    /// Whatever is nil is computed when the packet is built.
    package init(
        source: IPv6Address, destination: IPv6Address, hopLimit: UInt8 = 64, trafficClass: UInt8 = 0,
        flowLabel: UInt32 = 0, version: UInt8 = 6, payloadLength: UInt16? = nil, nextHeader: UInt8? = nil
    ) {
        self.source = source
        self.destination = destination
        self.hopLimit = hopLimit
        self.trafficClass = trafficClass
        self.flowLabel = flowLabel
        self.version = version
        self.payloadLength = payloadLength
        self.nextHeader = nextHeader
    }

    package var etherType: UInt16? { EtherType.ipv6 }
    package var ipProtocol: UInt8? { IPProtocol.ipv6 }
    package var addresses: (source: IPAddress, destination: IPAddress)? { (.v6(source), .v6(destination)) }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt32(version & 0xf) << 28 | UInt32(trafficClass) << 20 | flowLabel & 0xfffff)
        bytes.append(bigEndian: payloadLength ?? UInt16(truncatingIfNeeded: payload.count))
        bytes += [nextHeader ?? context.nextProtocol, hopLimit]
        return bytes + IPAddress.v6(source).bytes + IPAddress.v6(destination).bytes
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard input.count >= 40, let first: UInt32 = input.bigEndian(at: 0),
            let length: UInt16 = input.bigEndian(at: 4),
            case .v6(let source)? = IPAddress(bytes: input.dropFirst(8).prefix(16)),
            case .v6(let destination)? = IPAddress(bytes: input.dropFirst(24).prefix(16))
        else { return nil }
        let start = input.startIndex
        let header = Self(
            source: source, destination: destination, hopLimit: input[start + 7],
            trafficClass: UInt8(first >> 20 & 0xff), flowLabel: first & 0xfffff, version: UInt8(first >> 28),
            payloadLength: length, nextHeader: input[start + 6])
        input = input.dropFirst(40)
        return header
    }

    package var summary: String {
        var text = "IPv6 \(source) > \(destination) hlim \(hopLimit)"
        if trafficClass != 0 { text += " class " + hexadecimal(trafficClass, digits: 2) }
        if flowLabel != 0 { text += " flow " + hexadecimal(flowLabel, digits: 5) }
        return text
    }
}

/// An IPv6 extension header of the common shape: next header, length, body (RFC 8200 sections 4.3, 4.4, 4.6).
package struct IPv6Extension: PacketLayer, Equatable {
    /// Which extension header; the raw value is its protocol number.
    package enum Kind: UInt8, Sendable, CaseIterable {
        case hopByHop = 0
        case routing = 43
        case destinationOptions = 60
    }

    /// Which extension header.
    package var kind: Kind
    /// What follows the first two bytes; padded with a PadN option, or zeros in a routing header, to whole eights.
    package var body: [UInt8]
    /// nil takes the next layer's.
    package var nextHeader: UInt8?
    /// Units of eight bytes beyond the first; nil is computed.
    package var lengthUnits: UInt8?

    /// Whatever is nil is computed when the packet is built.
    package init(_ kind: Kind, body: [UInt8] = [], nextHeader: UInt8? = nil, lengthUnits: UInt8? = nil) {
        self.kind = kind
        self.body = body
        self.nextHeader = nextHeader
        self.lengthUnits = lengthUnits
    }

    package var ipProtocol: UInt8? { kind.rawValue }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        let missing = (8 - (body.count + 2) % 8) % 8
        var padding = [UInt8](repeating: 0, count: missing)
        if kind != .routing, missing >= 2 { padding.replaceSubrange(0..<2, with: [1, UInt8(missing - 2)]) }
        let units = lengthUnits ?? UInt8(truncatingIfNeeded: (body.count + 2 + missing) / 8 - 1)
        return [nextHeader ?? context.nextProtocol, units] + body + padding
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>, kind: Kind) -> Self? {
        guard let head: UInt16 = input.bigEndian(at: 0), case let length = (Int(head & 0xff) + 1) * 8,
            input.count >= length
        else { return nil }
        let header = Self(
            kind, body: Array(input.prefix(length).dropFirst(2)), nextHeader: UInt8(head >> 8),
            lengthUnits: UInt8(head & 0xff))
        input = input.dropFirst(length)
        return header
    }

    package var summary: String {
        switch kind {
        case .hopByHop: "hop-by-hop \(body.count + 2)"
        case .routing: "routing \(body.count + 2)"
        case .destinationOptions: "destination-options \(body.count + 2)"
        }
    }
}

/// An IPv6 fragment header (RFC 8200 section 4.5), eight bytes.
package struct IPv6Fragment: PacketLayer, Equatable {
    /// In units of eight bytes, 0...8191.
    package var offset: UInt16
    /// The M bit.
    package var moreFragments: Bool
    /// Names the packet that fragments belong to.
    package var identification: UInt32
    /// nil takes the next layer's.
    package var nextHeader: UInt8?

    /// Whatever is nil is computed when the packet is built.
    package init(offset: UInt16 = 0, moreFragments: Bool = false, identification: UInt32 = 0, nextHeader: UInt8? = nil)
    {
        self.offset = offset
        self.moreFragments = moreFragments
        self.identification = identification
        self.nextHeader = nextHeader
    }

    package var ipProtocol: UInt8? { IPProtocol.fragment }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        var bytes: [UInt8] = [nextHeader ?? context.nextProtocol, 0]
        bytes.append(bigEndian: (offset & 0x1fff) << 3 | (moreFragments ? 1 : 0))
        bytes.append(bigEndian: identification)
        return bytes
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard let next = input.first, let place: UInt16 = input.bigEndian(at: 2),
            let identification: UInt32 = input.bigEndian(at: 4)
        else { return nil }
        input = input.dropFirst(8)
        return Self(
            offset: place >> 3, moreFragments: place & 1 != 0, identification: identification, nextHeader: next)
    }

    package var summary: String { "fragment \(offset * 8)" + (moreFragments ? "+" : "") + " id \(identification)" }
}
