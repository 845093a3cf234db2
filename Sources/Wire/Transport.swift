/// A TCP header (RFC 9293 section 3.1).
package struct TCP: PacketLayer, Equatable {
    /// The control bits, in the header's own order.
    package struct Flags: OptionSet, Hashable, Sendable {
        /// The header's byte 13.
        package let rawValue: UInt8
        /// From the header's byte 13.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// No more data from the sender.
        package static let fin = Self(rawValue: 0x01)
        /// Synchronise sequence numbers.
        package static let syn = Self(rawValue: 0x02)
        /// Reset.
        package static let rst = Self(rawValue: 0x04)
        /// Push.
        package static let psh = Self(rawValue: 0x08)
        /// The acknowledgment number counts.
        package static let ack = Self(rawValue: 0x10)
        /// The urgent pointer counts.
        package static let urg = Self(rawValue: 0x20)
        /// ECN echo (RFC 3168).
        package static let ece = Self(rawValue: 0x40)
        /// Congestion window reduced (RFC 3168).
        package static let cwr = Self(rawValue: 0x80)
    }

    /// Source port.
    package var source: UInt16
    /// Destination port.
    package var destination: UInt16
    /// Control bits.
    package var flags: Flags
    /// Sequence number.
    package var sequence: UInt32
    /// Acknowledgment number.
    package var acknowledgment: UInt32
    /// Receive window, unscaled.
    package var window: UInt16
    /// Urgent pointer.
    package var urgent: UInt16
    /// Up to 40 bytes; padded with zeros to whole words.
    package var options: [UInt8]
    /// Header length in words of four bytes; nil is computed.
    package var dataOffset: UInt8?
    /// Host byte order; nil is computed.
    package var checksum: UInt16?

    /// Whatever is nil is computed when the packet is built.
    package init(
        source: UInt16, destination: UInt16, flags: Flags = .syn, sequence: UInt32 = 0, acknowledgment: UInt32 = 0,
        window: UInt16 = 65535, urgent: UInt16 = 0, options: [UInt8] = [], dataOffset: UInt8? = nil,
        checksum: UInt16? = nil
    ) {
        self.source = source
        self.destination = destination
        self.flags = flags
        self.sequence = sequence
        self.acknowledgment = acknowledgment
        self.window = window
        self.urgent = urgent
        self.options = options
        self.dataOffset = dataOffset
        self.checksum = checksum
    }

    package var ipProtocol: UInt8? { IPProtocol.tcp }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        let options = options + [UInt8](repeating: 0, count: (4 - options.count % 4) % 4)
        var bytes: [UInt8] = []
        bytes.append(bigEndian: source)
        bytes.append(bigEndian: destination)
        bytes.append(bigEndian: sequence)
        bytes.append(bigEndian: acknowledgment)
        bytes += [(dataOffset ?? UInt8(truncatingIfNeeded: 5 + options.count / 4)) << 4, flags.rawValue]
        bytes.append(bigEndian: window)
        bytes.append(bigEndian: checksum ?? 0)
        bytes.append(bigEndian: urgent)
        bytes += options
        guard checksum == nil else { return bytes }
        let sum = context.checksum(of: bytes + payload, protocolNumber: IPProtocol.tcp)
        bytes.replaceSubrange(16..<18, with: [UInt8(sum >> 8), UInt8(sum & 0xff)])
        return bytes
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off or its length is below five words.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard input.count >= 20, case let start = input.startIndex, case let length = Int(input[start + 12] >> 4) * 4,
            length >= 20, input.count >= length, let source: UInt16 = input.bigEndian(at: 0),
            let destination: UInt16 = input.bigEndian(at: 2), let sequence: UInt32 = input.bigEndian(at: 4),
            let acknowledgment: UInt32 = input.bigEndian(at: 8), let window: UInt16 = input.bigEndian(at: 14),
            let checksum: UInt16 = input.bigEndian(at: 16), let urgent: UInt16 = input.bigEndian(at: 18)
        else { return nil }
        let header = Self(
            source: source, destination: destination, flags: Flags(rawValue: input[start + 13]), sequence: sequence,
            acknowledgment: acknowledgment, window: window, urgent: urgent,
            options: Array(input[start + 20..<start + length]), dataOffset: input[start + 12] >> 4, checksum: checksum)
        input = input.dropFirst(length)
        return header
    }

    package var summary: String {
        var text = "TCP \(source) > \(destination) [\(flags)] seq \(sequence)"
        if flags.contains(.ack) { text += " ack \(acknowledgment)" }
        return text + " win \(window)" + (options.isEmpty ? "" : " options \(options.count)")
    }
}

extension TCP.Flags: CustomStringConvertible {
    /// One letter a flag as tcpdump writes them, a dot for ACK; `none` without any.
    package var description: String {
        let letters: [(Self, String)] = [
            (.fin, "F"), (.syn, "S"), (.rst, "R"), (.psh, "P"), (.urg, "U"), (.ece, "E"), (.cwr, "W"), (.ack, "."),
        ]
        return isEmpty ? "none" : letters.filter { contains($0.0) }.map(\.1).joined()
    }
}

/// A UDP header (RFC 768), eight bytes.
package struct UDP: PacketLayer, Equatable {
    /// Source port.
    package var source: UInt16
    /// Destination port.
    package var destination: UInt16
    /// Bytes of header and payload; nil is computed.
    package var length: UInt16?
    /// Host byte order; nil is computed, 0 is "no checksum".
    package var checksum: UInt16?

    /// Whatever is nil is computed when the packet is built.
    package init(source: UInt16, destination: UInt16, length: UInt16? = nil, checksum: UInt16? = nil) {
        self.source = source
        self.destination = destination
        self.length = length
        self.checksum = checksum
    }

    package var ipProtocol: UInt8? { IPProtocol.udp }

    package func header(before payload: [UInt8], context: LayerContext) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: source)
        bytes.append(bigEndian: destination)
        bytes.append(bigEndian: length ?? UInt16(truncatingIfNeeded: 8 + payload.count))
        bytes.append(bigEndian: checksum ?? 0)
        guard checksum == nil else { return bytes }
        let sum = context.checksum(of: bytes + payload, protocolNumber: IPProtocol.udp)
        // A computed zero is sent as its other form, since zero means "none".
        let stored = sum == 0 ? 0xffff : sum
        bytes.replaceSubrange(6..<8, with: [UInt8(stored >> 8), UInt8(stored & 0xff)])
        return bytes
    }

    /// Takes a header off the front; nil, with nothing taken, if it is cut off.
    static func parse(_ input: inout ArraySlice<UInt8>) -> Self? {
        guard let source: UInt16 = input.bigEndian(at: 0), let destination: UInt16 = input.bigEndian(at: 2),
            let length: UInt16 = input.bigEndian(at: 4), let checksum: UInt16 = input.bigEndian(at: 6)
        else { return nil }
        input = input.dropFirst(8)
        return Self(source: source, destination: destination, length: length, checksum: checksum)
    }

    package var summary: String { "UDP \(source) > \(destination)" }
}
