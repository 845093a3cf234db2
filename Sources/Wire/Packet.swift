/// A packet as a list of layers, outermost first. Lengths, checksums and the numbers by which a header names the next
/// one are computed unless a layer overrides them. Every number in a layer is in host byte order.
///
///     Packet([
///         Ethernet(source: client, destination: director), VLAN(id: 5),
///         IPv4(source: a, destination: b), TCP(source: 1234, destination: 80, flags: .syn), Payload("x".utf8),
///     ]).bytes
///
/// An IP layer may follow an IP layer (a tunnel) or an ICMP layer (the packet an error quotes). Without a leading
/// `Ethernet` the bytes are those of an IP packet.
package struct Packet: Sendable {
    /// Outermost first.
    package var layers: [any PacketLayer]

    /// Outermost layer first.
    package init(_ layers: [any PacketLayer]) { self.layers = layers }

    /// The packet's bytes, ready to be sent; without a frame check sequence.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var next: (any PacketLayer)?
        for index in layers.indices.reversed() where !(layers[index] is Padding) {
            let enclosing = layers[..<index].last { $0.addresses != nil }?.addresses
            bytes = layers[index].header(before: bytes, context: LayerContext(next: next, enclosing: enclosing)) + bytes
            next = layers[index]
        }
        return layers.reduce(into: bytes) { if let padding = $1 as? Padding { $0 += padding.bytes } }
    }
}

/// One header of a packet, or its payload.
package protocol PacketLayer: Sendable {
    /// The number that Ethernet names this layer by; nil if it can't follow Ethernet.
    var etherType: UInt16? { get }
    /// The number that IP names this layer by; nil if it can't follow IP.
    var ipProtocol: UInt8? { get }
    /// The addresses that checksums of the layers inside cover; nil for all but IP.
    var addresses: (source: IPAddress, destination: IPAddress)? { get }
    /// The header's bytes in front of a payload that is already built.
    func header(before payload: [UInt8], context: LayerContext) -> [UInt8]
    /// A few words for people: addresses, ports, flags.
    var summary: String { get }
}

extension PacketLayer {
    package var etherType: UInt16? { nil }
    package var ipProtocol: UInt8? { nil }
    package var addresses: (source: IPAddress, destination: IPAddress)? { nil }
}

/// What a layer may know of its neighbours while it is built.
package struct LayerContext {
    /// The layer inside this one.
    package let next: (any PacketLayer)?
    /// The addresses of the innermost IP layer around this one.
    package let enclosing: (source: IPAddress, destination: IPAddress)?

    /// The protocol number of the layer inside; 59, "no next header" (RFC 8200 section 4.7), if IP has none for it.
    var nextProtocol: UInt8 { next?.ipProtocol ?? 59 }
    /// The EtherType of the layer inside; 0x88b5, for local experiments (IEEE 802), if it has none.
    var nextEtherType: UInt16 { next?.etherType ?? 0x88b5 }

    /// The checksum behind the pseudo header of the IP layer around, or without one if there is none.
    func checksum(of bytes: [UInt8], protocolNumber: UInt8) -> UInt16 {
        guard let enclosing else { return InternetChecksum.of(bytes) }
        let pseudo = PseudoHeader(
            source: enclosing.source, destination: enclosing.destination, protocolNumber: protocolNumber,
            length: bytes.count)
        return InternetChecksum.of(bytes, behind: pseudo)
    }
}

/// Bytes that are no header.
package struct Payload: PacketLayer, Equatable {
    /// As they are sent.
    package var bytes: [UInt8]

    /// Takes the bytes as they are sent.
    package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] { bytes }
    package var summary: String { "payload \(bytes.count)" }
}

/// Bytes at the frame's end that no header counts, as Ethernet appends to short packets.
package struct Padding: PacketLayer, Equatable {
    /// As they are sent.
    package var bytes: [UInt8]

    /// Takes the bytes as they are sent.
    package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] { [] }
    package var summary: String { "padding \(bytes.count)" }
}
