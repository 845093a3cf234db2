/// An ICMP header (RFC 792), eight bytes; what an error quotes follows as further layers or as a payload.
package struct ICMPv4: PacketLayer, Equatable {
    /// The message type, as the RFC numbers it.
    package var type: UInt8
    /// What the type leaves open.
    package var code: UInt8
    /// The second word: identifier and sequence, next-hop MTU, gateway; host byte order.
    package var rest: UInt32
    /// Host byte order; nil is computed.
    package var checksum: UInt16?

    /// The checksum is computed unless it is given.
    package init(type: UInt8, code: UInt8 = 0, rest: UInt32 = 0, checksum: UInt16? = nil) {
        self.type = type
        self.code = code
        self.rest = rest
        self.checksum = checksum
    }

    package var ipProtocol: UInt8? { IPProtocol.icmp }
    /// Whether it quotes a packet: unreachable, source quench, redirect, time exceeded, parameter problem.
    package var isError: Bool { [3, 4, 5, 11, 12].contains(type) }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        icmpHeader(type: type, code: code, rest: rest, checksum: checksum) { InternetChecksum.of($0 + payload) }
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard let fields = parseICMP(&input) else { return nil }
        return Self(type: fields.type, code: fields.code, rest: fields.rest, checksum: fields.checksum)
    }

    package var summary: String { "ICMP type \(type) code \(code)" + (rest == 0 ? "" : " rest \(rest)") }
}

/// An ICMPv6 header (RFC 4443 section 2.1), eight bytes with the word behind its checksum.
package struct ICMPv6: PacketLayer, Equatable {
    /// The message type, as the RFC numbers it.
    package var type: UInt8
    /// What the type leaves open.
    package var code: UInt8
    /// The second word: MTU, pointer, identifier and sequence; host byte order.
    package var rest: UInt32
    /// Host byte order; nil is computed.
    package var checksum: UInt16?

    /// The checksum is computed unless it is given.
    package init(type: UInt8, code: UInt8 = 0, rest: UInt32 = 0, checksum: UInt16? = nil) {
        self.type = type
        self.code = code
        self.rest = rest
        self.checksum = checksum
    }

    package var ipProtocol: UInt8? { IPProtocol.icmpv6 }
    /// Whether it quotes a packet: types below 128 do.
    package var isError: Bool { type < 128 }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        icmpHeader(type: type, code: code, rest: rest, checksum: checksum) {
            context.checksum(of: $0 + payload, protocolNumber: IPProtocol.icmpv6)
        }
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard let fields = parseICMP(&input) else { return nil }
        return Self(type: fields.type, code: fields.code, rest: fields.rest, checksum: fields.checksum)
    }

    package var summary: String { "ICMPv6 type \(type) code \(code)" + (rest == 0 ? "" : " rest \(rest)") }
}

private func icmpHeader(
    type: UInt8, code: UInt8, rest: UInt32, checksum: UInt16?, sum: ([UInt8]) -> UInt16
) -> [UInt8] {
    func bytes(with checksum: UInt16) -> [UInt8] {
        var bytes = [type, code]
        bytes.append(bigEndian: checksum)
        bytes.append(bigEndian: rest)
        return bytes
    }
    return bytes(with: checksum ?? sum(bytes(with: 0)))
}

private func parseICMP(
    _ input: inout ArraySlice<UInt8>
) -> (type: UInt8, code: UInt8, checksum: UInt16, rest: UInt32)? {
    guard let head: UInt16 = input.bigEndian(at: 0), let checksum: UInt16 = input.bigEndian(at: 2),
        let rest: UInt32 = input.bigEndian(at: 4)
    else { return nil }
    input = input.dropFirst(8)
    return (UInt8(head >> 8), UInt8(head & 0xff), checksum, rest)
}

/// The ports and what little else an ICMP error quotes of a TCP or UDP header that it cuts off.
package struct QuotedPorts: PacketLayer, Equatable {
    /// 6 or 17.
    package var protocolNumber: UInt8
    /// Source port, host byte order.
    package var source: UInt16
    /// Destination port, host byte order.
    package var destination: UInt16
    /// What follows the ports.
    package var rest: [UInt8]

    /// `rest` is what the quote holds behind the ports, possibly nothing.
    package init(protocolNumber: UInt8, source: UInt16, destination: UInt16, rest: [UInt8]) {
        self.protocolNumber = protocolNumber
        self.source = source
        self.destination = destination
        self.rest = rest
    }

    package var ipProtocol: UInt8? { protocolNumber }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: source)
        bytes.append(bigEndian: destination)
        return bytes + rest
    }

    /// Takes all that is left; nil, with nothing taken, if the ports are cut off.
    static func parse(_ input: inout ArraySlice<UInt8>, protocolNumber: UInt8) -> Self? {
        guard let source: UInt16 = input.bigEndian(at: 0), let destination: UInt16 = input.bigEndian(at: 2) else {
            return nil
        }
        defer { input = input.suffix(0) }
        return Self(
            protocolNumber: protocolNumber, source: source, destination: destination, rest: Array(input.dropFirst(4)))
    }

    package var summary: String {
        "\(protocolNumber == IPProtocol.tcp ? "TCP" : "UDP") \(source) > \(destination) (first \(rest.count + 4) bytes)"
    }
}
