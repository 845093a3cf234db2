internal import BPF
package import CSluiceABI
internal import Linux
package import Wire

/// One entry of the flow table.
package struct Flow: Hashable, Sendable {
    package var source: IPAddress
    package var destination: IPAddress
    /// Host byte order.
    package var sourcePort: UInt16
    package var destinationPort: UInt16
    package var state: sluice_flow_state
    /// Index of the destination.
    package var index: UInt16
    /// NAT: from the real server to the client.
    package var isReply: Bool
    /// Ticks since a packet was last seen.
    package var idleTicks: UInt32
    /// Whether its timeout has passed, so that a packet would not find it any more.
    package var isExpired: Bool

    /// 6 TCP, 17 UDP.
    package var transport: UInt8 { state.rawValue >= sluice_flow_state.SLUICE_UDP_NEW.rawValue ? 17 : 6 }
}

/// The flow tables of both families in memory: a walk is a sequential read, a million flows without a system call.
package struct FlowTable: Sendable {
    private let ipv4: MapArray<sluice_flow_bucket4>
    private let ipv6: MapArray<sluice_flow_bucket6>

    init(ipv4: Map, ipv6: Map, writable: Bool) throws(BPFError) {
        self.ipv4 = try MapArray(ipv4, writable: writable)
        self.ipv6 = try MapArray(ipv6, writable: writable)
    }

    /// How many flows each family's table holds at most.
    package var capacity: (ipv4: Int, ipv6: Int) {
        (ipv4.count * Int(SLUICE_FLOW_WAYS), ipv6.count * Int(SLUICE_FLOW_WAYS))
    }

    /// What a sweep found.
    package struct Sweep: Sendable {
        /// The destinations that live flows name.
        package var referenced: Set<UInt16> = []
        /// Live entries, by destination index: those whose state IPVS counts as active, and the others.
        package var active: [UInt16: Int] = [:]
        package var inactive: [UInt16: Int] = [:]
        /// Entries that had expired.
        package var expired = 0
    }

    /// Walks both tables once. With `removing`, expired entries are freed; needs a writable table.
    ///
    /// - Parameter tick: the forwarder's clock, see `Forwarder.tick`.
    package func sweep(tick: UInt32, timeouts: FlowTimeouts, removing: Bool) -> Sweep {
        var sweep = Sweep()
        var active = [Int](repeating: 0, count: 65_536)
        var inactive = active
        forEachHead { memory, offset, head, _, _ in
            let state = sluice_head_state(head)
            guard state != sluice_flow_state.SLUICE_FLOW_CLAIMED.rawValue else { return }
            if timeouts.isExpired(head, tick: tick) {
                sweep.expired += 1
                if removing { _ = memory.compareExchange64(at: offset, expected: head, desired: 0) }
            } else if sluice_head_reply(head) == 0 {
                if FlowTimeouts.isActive(state) {
                    active[Int(sluice_head_destination(head))] += 1
                } else {
                    inactive[Int(sluice_head_destination(head))] += 1
                }
            } else {
                sweep.referenced.insert(UInt16(sluice_head_destination(head)))
            }
        }
        for index in 0..<65_536 where active[index] + inactive[index] > 0 {
            sweep.referenced.insert(UInt16(index))
            sweep.active[UInt16(index)] = active[index]
            sweep.inactive[UInt16(index)] = inactive[index]
        }
        return sweep
    }

    /// Calls `body` for each entry that is in use, in no particular order.
    package func forEach(tick: UInt32, timeouts: FlowTimeouts, _ body: (Flow) -> Void) {
        forEachHead { memory, _, head, addresses, family in
            guard let state = sluice_flow_state(rawValue: sluice_head_state(head)), state != .SLUICE_FLOW_CLAIMED else {
                return
            }
            let size = family == .ipv4 ? 4 : 16
            let bytes = memory.bytes[addresses..<addresses + 2 * size]
            guard let source = IPAddress(bytes: bytes.prefix(size)),
                let destination = IPAddress(bytes: bytes.suffix(size))
            else { return }
            let ports = sluice_head_ports(head)
            body(
                Flow(
                    source: source, destination: destination,
                    sourcePort: UInt16(bigEndian: UInt16(truncatingIfNeeded: ports)),
                    destinationPort: UInt16(bigEndian: UInt16(ports >> 16)), state: state,
                    index: UInt16(sluice_head_destination(head)), isReply: sluice_head_reply(head) != 0,
                    idleTicks: FlowTimeouts.age(head, tick: tick), isExpired: timeouts.isExpired(head, tick: tick)))
        }
    }

    /// `body` gets the memory, the head's offset in it, the head, the offset of its addresses, and the family.
    private func forEachHead(_ body: (MappedMemory, Int, UInt64, Int, IPAddress.Family) -> Void) {
        for bucket in 0..<ipv4.count {
            for way in 0..<Int(SLUICE_FLOW_WAYS) {
                let offset = ipv4.offset(bucket, word: way)
                let head = ipv4.memory.load64(at: offset)
                if head != 0 { body(ipv4.memory, offset, head, ipv4.offset(bucket, word: 4 + way), .ipv4) }
            }
        }
        for bucket in 0..<ipv6.count {
            for way in 0..<Int(SLUICE_FLOW_WAYS) {
                let offset = ipv6.offset(bucket, word: way)
                let head = ipv6.memory.load64(at: offset)
                if head != 0 { body(ipv6.memory, offset, head, ipv6.offset(bucket, word: 4 + 4 * way), .ipv6) }
            }
        }
    }
}
