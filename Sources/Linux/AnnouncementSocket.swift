import CShim

/// Hears ARP packets and IPv6 neighbour advertisements of other machines, on all interfaces of the calling thread's network
/// namespace. Needs CAP_NET_RAW; nothing blocks.
package final class AnnouncementSocket: Sendable {
    private let file: FileDescriptor

    /// Hears from now on.
    package init() throws(SystemError) {
        file = FileDescriptor(owning: try check("socket(AF_PACKET)") { cshim_announcements_open() })
    }

    /// To poll for reading.
    package var descriptor: Int32 { file.rawValue }

    /// Takes the next frame, into the start of the buffer: its length (cut to the buffer's and to 128) and the interface
    /// that it came by. nil if there is none.
    package func receive(into buffer: inout [UInt8]) -> (length: Int, ifindex: UInt32)? {
        var ifindex: UInt32 = 0
        let number = file.rawValue
        let length = buffer.withUnsafeMutableBytes { cshim_frame_receive(number, $0.baseAddress, $0.count, &ifindex) }
        return length < 0 ? nil : (length, ifindex)
    }
}
