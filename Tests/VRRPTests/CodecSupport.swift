import Testing
import Wire

@testable import VRRP

/// A sender and a receiver of one virtual router, and packets between them that the test may spoil.
struct Link {
    var sender: AdvertCodec
    var receiver: AdvertCodec
    var source = Rig.lower
    var destination: IPAddress

    init(_ format: AdvertFormat) {
        sender = AdvertCodec(format, digest: { MD5.hmac($0, $1) })
        receiver = AdvertCodec(format, digest: { MD5.hmac($0, $1) })
        destination = AdvertWire.group(format.family)
        if format.family == .ipv6 { source = Rig.address("fe80::1") }
    }

    static func v2(_ authentication: Authentication = .none, interval: Duration = .seconds(1)) -> Link {
        var format = AdvertFormat(Rig.settings(version: .v2, interval: interval))
        format.authentication = authentication
        return Link(format)
    }

    static func v3() -> Link { Link(AdvertFormat(Rig.settings())) }

    static func v3IPv6() -> Link {
        var settings = Rig.settings()
        settings.addresses = [Rig.address("fe80::66"), Rig.address("2001:db8::66")]
        return Link(AdvertFormat(settings))
    }

    static func all() -> [Link] {
        [
            v2(), v2(.password(Array("secret12".utf8))), v2(.header(key: Array("secret12".utf8))), v3(), v3IPv6(),
        ]
    }

    /// The next packet; over IPv6 the message.
    mutating func packet(priority: UInt8 = 100) throws -> [UInt8] {
        var buffer: [UInt8] = []
        try sender.encode(priority: priority, source: source, destination: destination, into: &buffer)
        return buffer
    }

    /// Gives bytes to the receiver.
    mutating func receive(_ packet: [UInt8], own: IPAddress? = Rig.own, hopLimit: UInt8? = 255) throws(AdvertFailure)
        -> DecodedAdvert
    {
        let envelope: AdvertEnvelope
        switch receiver.format.family {
        case .ipv4: envelope = try AdvertEnvelope(ipv4: packet.span)
        case .ipv6:
            envelope = AdvertEnvelope(
                source: source, destination: destination, hopLimit: hopLimit, length: packet.count)
        }
        return try receiver.decode(packet.span, envelope, own: own)
    }

    /// Why the receiver drops a packet; nil if it takes it.
    mutating func failure(of packet: [UInt8], own: IPAddress? = Rig.own, hopLimit: UInt8? = 255) -> AdvertFailure? {
        do throws(AdvertFailure) {
            _ = try receive(packet, own: own, hopLimit: hopLimit)
            return nil
        } catch { return error }
    }

    /// Where the VRRP message starts.
    var start: Int {
        guard sender.format.family == .ipv4 else { return 0 }
        if case .header = sender.format.authentication { return 44 }
        return 20
    }

    /// A packet with changed bytes (offsets from the message's start) and a right checksum.
    mutating func spoiled(_ changes: [Int: UInt8]) throws -> [UInt8] {
        var bytes = try packet()
        for (offset, value) in changes { bytes[start + offset] = value }
        return fixed(bytes)
    }

    /// With a right checksum of the message.
    func fixed(_ packet: [UInt8]) -> [UInt8] {
        var packet = packet
        packet[start + 6] = 0
        packet[start + 7] = 0
        let message = packet[start...]
        let pseudo = PseudoHeader(
            source: source, destination: destination, protocolNumber: 112, length: message.count)
        let sum =
            sender.format.version == .v3
            ? InternetChecksum.of(Array(message), behind: pseudo) : InternetChecksum.of(Array(message))
        packet[start + 6] = UInt8(sum >> 8)
        packet[start + 7] = UInt8(truncatingIfNeeded: sum)
        return packet
    }
}
