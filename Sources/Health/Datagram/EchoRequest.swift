import Wire

/// PING_CHECK: an ICMP echo (RFC 792, RFC 4443 section 4) through an ICMP datagram socket, or a raw one.
package struct EchoRequest: Hashable, Sendable {
    /// Of the server: says which ICMP it is.
    package let family: IPAddress.Family
    /// Host byte order. The kernel puts its own into what a datagram socket sends: then it is not compared.
    package let identifier: UInt16
    /// Host byte order; another one for each run, so that a late answer is known.
    package let sequence: UInt16

    /// From its parts.
    package init(family: IPAddress.Family, identifier: UInt16, sequence: UInt16) {
        self.family = family
        self.identifier = identifier
        self.sequence = sequence
    }

    /// What follows the header.
    private static let payload = [UInt8](repeating: 0x53, count: 56)

    /// The message, 64 bytes, from the type on. The checksum is right for IPv4; the kernel computes that of ICMPv6.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = [family == .ipv4 ? 8 : 128, 0, 0, 0]
        bytes.append(bigEndian: identifier)
        bytes.append(bigEndian: sequence)
        bytes += Self.payload
        guard family == .ipv4 else { return bytes }
        let checksum = InternetChecksum.of(bytes)
        bytes[2] = UInt8(checksum >> 8)
        bytes[3] = UInt8(checksum & 0xff)
        return bytes
    }

    /// What a message from the server means, from the type on; nil if it answers something else, and the wait goes on.
    package func judge(_ message: some RandomAccessCollection<UInt8>, comparesIdentifier: Bool) -> CheckOutcome? {
        let header = Array(message.prefix(8))
        guard header.count == 8, header[0] == (family == .ipv4 ? 0 : 129), header[1] == 0 else { return nil }
        guard UInt16(header[6]) << 8 | UInt16(header[7]) == sequence else { return nil }
        if comparesIdentifier { guard UInt16(header[4]) << 8 | UInt16(header[5]) == identifier else { return nil } }
        guard message.dropFirst(8).elementsEqual(Self.payload) else { return nil }
        return .passed()
    }
}
