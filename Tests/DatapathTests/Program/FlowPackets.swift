import Wire

/// Frames of many clients' flows, made by patching one: flow n has its own address and port.
struct FlowPackets {
    private var frame: [UInt8]
    private let address: Int
    private let flags: Int
    private let ports: Int

    init(_ family: IPAddress.Family, from mac: MACAddress = W.router) {
        let layers: [any PacketLayer] = [
            Ethernet(source: mac, destination: W.own), Bench.ip(Bench.client(family), Bench.vip(family)), W.tcp(),
        ]
        frame = Packet(layers).bytes
        let header = family == .ipv4 ? 20 : 40
        address = 14 + (family == .ipv4 ? 12 : 8 + 12)
        ports = 14 + header
        flags = ports + 13
    }

    /// Distinct for numbers below 2^28; neighbours differ in address or port.
    mutating func packet(_ number: Int, _ flags: TCP.Flags) -> [UInt8] {
        let port = 1024 + number % 8192
        let host = 0x0b00_0000 + number / 8192
        frame[address] = UInt8(truncatingIfNeeded: host >> 24)
        frame[address + 1] = UInt8(truncatingIfNeeded: host >> 16)
        frame[address + 2] = UInt8(truncatingIfNeeded: host >> 8)
        frame[address + 3] = UInt8(truncatingIfNeeded: host)
        frame[ports] = UInt8(truncatingIfNeeded: port >> 8)
        frame[ports + 1] = UInt8(truncatingIfNeeded: port)
        frame[self.flags] = flags.rawValue
        return frame
    }
}
