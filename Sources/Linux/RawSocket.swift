import CShim
import Glibc
package import Wire

/// A raw IPv4 socket of one protocol that sends whole packets, headers included (IP_HDRINCL), and gets them the same
/// way. Needs CAP_NET_RAW. Nothing blocks: a queue that is full is an error (EAGAIN).
package final class RawIPv4Socket: Sendable {
    private let file: FileDescriptor

    /// In the calling thread's network namespace; `protocolNumber` is IP's, e.g. 112.
    package init(protocolNumber: Int32) throws(SystemError) {
        file = FileDescriptor(
            owning: try check("socket", "IPv4 protocol \(protocolNumber)") { cshim_raw4_open(protocolNumber) })
    }

    /// To poll for reading.
    package var descriptor: Int32 { file.rawValue }

    /// Hears the group on this interface from now on; being in it already is no error.
    package func join(_ group: IPv4Address, on ifindex: UInt32) throws(SystemError) {
        guard cshim_raw4_join(file.rawValue, group.rawValue, ifindex, true) != 0, errno != EADDRINUSE else { return }
        throw SystemError("setsockopt(IP_ADD_MEMBERSHIP)", context: "\(group) on interface #\(ifindex)")
    }

    /// Leaves the group; not being in it is no error.
    package func leave(_ group: IPv4Address, on ifindex: UInt32) {
        _ = cshim_raw4_join(file.rawValue, group.rawValue, ifindex, false)
    }

    /// Sends a whole packet by this interface; by the one that routing names if it is 0.
    package func send(_ packet: [UInt8], to destination: IPv4Address, by ifindex: UInt32) throws(SystemError) {
        let status = packet.withUnsafeBytes {
            cshim_raw4_send(file.rawValue, $0.baseAddress, $0.count, destination.rawValue, ifindex)
        }
        guard status != 0 else { return }
        throw SystemError("sendmsg", context: "\(destination) by interface #\(ifindex)")
    }

    /// Takes the next packet, into the start of the buffer: its length (cut to the buffer's) and the interface that it
    /// came by. nil if there is none.
    package func receive(into buffer: inout [UInt8]) -> (length: Int, ifindex: UInt32)? {
        var ifindex: UInt32 = 0
        let number = file.rawValue
        let length = buffer.withUnsafeMutableBytes { cshim_raw4_receive(number, $0.baseAddress, $0.count, &ifindex) }
        return length < 0 ? nil : (length, ifindex)
    }
}

/// A raw IPv6 socket of one protocol: it sends and gets messages, what surrounds them comes beside. Needs CAP_NET_RAW.
package final class RawIPv6Socket: Sendable {
    private let file: FileDescriptor

    /// What surrounds a message.
    package struct Envelope: Hashable, Sendable {
        package var source: IPv6Address
        package var destination: IPv6Address
        /// The interface that it came or goes by; 0: as routing decides.
        package var ifindex: UInt32
        /// nil if the kernel did not say.
        package var hopLimit: UInt8?

        /// From its parts.
        package init(source: IPv6Address, destination: IPv6Address, ifindex: UInt32, hopLimit: UInt8?) {
            self.source = source
            self.destination = destination
            self.ifindex = ifindex
            self.hopLimit = hopLimit
        }
    }

    /// In the calling thread's network namespace; `protocolNumber` is IP's, e.g. 112.
    package init(protocolNumber: Int32) throws(SystemError) {
        file = FileDescriptor(
            owning: try check("socket", "IPv6 protocol \(protocolNumber)") { cshim_raw6_open(protocolNumber) })
    }

    /// To poll for reading.
    package var descriptor: Int32 { file.rawValue }

    /// Hears the group on this interface from now on; being in it already is no error.
    package func join(_ group: IPv6Address, on ifindex: UInt32) throws(SystemError) {
        guard cshim_raw6_join(file.rawValue, group.high, group.low, ifindex, true) != 0, errno != EADDRINUSE
        else { return }
        throw SystemError("setsockopt(IPV6_ADD_MEMBERSHIP)", context: "\(group) on interface #\(ifindex)")
    }

    /// Leaves the group; not being in it is no error.
    package func leave(_ group: IPv6Address, on ifindex: UInt32) {
        _ = cshim_raw6_join(file.rawValue, group.high, group.low, ifindex, false)
    }

    /// Sends a message, its checksum in place; without a hop limit it is 255.
    package func send(_ message: [UInt8], in envelope: Envelope) throws(SystemError) {
        var raw = cshim_envelope6(
            source_high: envelope.source.high, source_low: envelope.source.low,
            destination_high: envelope.destination.high, destination_low: envelope.destination.low,
            ifindex: envelope.ifindex, hop_limit: Int32(envelope.hopLimit ?? 255))
        let status = message.withUnsafeBytes { cshim_raw6_send(file.rawValue, $0.baseAddress, $0.count, &raw) }
        guard status != 0 else { return }
        throw SystemError("sendmsg", context: "\(envelope.destination) by interface #\(envelope.ifindex)")
    }

    /// Takes the next message, into the start of the buffer: its length (cut to the buffer's) and what surrounded it.
    /// nil if there is none.
    package func receive(into buffer: inout [UInt8]) -> (length: Int, envelope: Envelope)? {
        var raw = cshim_envelope6()
        let number = file.rawValue
        let length = buffer.withUnsafeMutableBytes { cshim_raw6_receive(number, $0.baseAddress, $0.count, &raw) }
        guard length >= 0 else { return nil }
        let envelope = Envelope(
            source: IPv6Address(high: raw.source_high, low: raw.source_low),
            destination: IPv6Address(high: raw.destination_high, low: raw.destination_low), ifindex: raw.ifindex,
            hopLimit: UInt8(exactly: raw.hop_limit))
        return (length, envelope)
    }
}

/// A packet socket that sends Ethernet frames. Needs CAP_NET_RAW.
package final class FrameSocket: Sendable {
    private let file: FileDescriptor

    /// In the calling thread's network namespace.
    package init() throws(SystemError) {
        file = FileDescriptor(owning: try check("socket(AF_PACKET)") { cshim_packet_open() })
    }

    /// Sends a frame, its Ethernet header included, by this interface.
    package func send(_ frame: [UInt8], by ifindex: UInt32) throws(SystemError) {
        let status = frame.withUnsafeBytes { cshim_packet_send(file.rawValue, $0.baseAddress, $0.count, ifindex) }
        guard status != 0 else { return }
        throw SystemError("sendto", context: "a frame by interface #\(ifindex)")
    }
}
