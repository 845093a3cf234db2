internal import Linux
internal import VRRP
internal import Wire

/// The sockets of the virtual routers, one of each kind for all, and the buffer for what comes in.
final class VRRPSockets {
    private let plain4: RawIPv4Socket
    /// The authentication header's.
    let header4: RawIPv4Socket?
    /// nil on a kernel without IPv6.
    private let plain6: RawIPv6Socket?
    private let frames: FrameSocket
    /// Longer than any advert: 255 IPv6 addresses.
    var buffer = [UInt8](repeating: 0, count: 8_192)

    init() throws(SystemError) {
        plain4 = try RawIPv4Socket(protocolNumber: Int32(IPProtocol.vrrp))
        header4 = try? RawIPv4Socket(protocolNumber: Int32(AdvertWire.authenticationHeader))
        plain6 = try? RawIPv6Socket(protocolNumber: Int32(IPProtocol.vrrp))
        frames = try FrameSocket()
    }

    /// To poll for reading.
    var descriptors: [Int32] {
        [plain4.descriptor] + [header4?.descriptor, plain6?.descriptor].compactMap { $0 }
    }

    func receive4() -> (length: Int, ifindex: UInt32)? { plain4.receive(into: &buffer) }

    func receive6() -> (length: Int, envelope: RawIPv6Socket.Envelope)? { plain6?.receive(into: &buffer) ?? nil }

    func join(_ group: IPAddress, on ifindex: UInt32) throws(SystemError) {
        switch group {
        case .v4(let group):
            try plain4.join(group, on: ifindex)
            try header4?.join(group, on: ifindex)
        case .v6(let group): try plain6?.join(group, on: ifindex)
        }
    }

    /// An encoded advert: a packet over IPv4, a message over IPv6. Both addresses are of one family.
    func send(
        _ bytes: [UInt8], from source: IPAddress, to destination: IPAddress, by ifindex: UInt32, hopLimit: UInt8
    ) throws(SystemError) {
        switch (source, destination) {
        case (_, .v4(let destination)): try plain4.send(bytes, to: destination, by: ifindex)
        case (.v6(let source), .v6(let destination)):
            let envelope = RawIPv6Socket.Envelope(
                source: source, destination: destination, ifindex: ifindex, hopLimit: hopLimit)
            try plain6?.send(bytes, in: envelope)
        case (.v4, .v6): return
        }
    }

    func send(frame: [UInt8], by ifindex: UInt32) throws(SystemError) { try frames.send(frame, by: ifindex) }
}
