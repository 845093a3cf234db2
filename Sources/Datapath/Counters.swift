package import BPF
package import CSluiceABI

/// The forwarder's counters at one moment, of one processor or summed.
package struct Counters: Hashable, Sendable {
    /// Packets by verdict; each packet counts one.
    package var verdicts: [UInt64]
    package var events: [UInt64]

    package subscript(_ verdict: sluice_verdict) -> UInt64 { verdicts[Int(verdict.rawValue)] }
    package subscript(_ event: sluice_event) -> UInt64 { events[Int(event.rawValue)] }

    /// All packets that the program saw.
    package var packets: UInt64 { verdicts.reduce(0, &+) }

    init(_ value: sluice_counters) {
        verdicts = withUnsafeBytes(of: value.verdict) { Array($0.bindMemory(to: UInt64.self)) }
        events = withUnsafeBytes(of: value.event) { Array($0.bindMemory(to: UInt64.self)) }
    }

    package init(sum: [Counters]) {
        verdicts = [UInt64](repeating: 0, count: Int(sluice_verdict.SLUICE_VERDICT_COUNT.rawValue))
        events = [UInt64](repeating: 0, count: Int(sluice_event.SLUICE_EVENT_COUNT.rawValue))
        for each in sum {
            for index in verdicts.indices { verdicts[index] &+= each.verdicts[index] }
            for index in events.indices { events[index] &+= each.events[index] }
        }
    }
}

/// What a destination counted.
package struct DestinationCounters: Hashable, Sendable {
    package var connections: UInt64 = 0
    /// Packets and bytes (of IP packets) from clients, and back to them (NAT).
    package var packetsIn: UInt64 = 0
    package var bytesIn: UInt64 = 0
    package var packetsOut: UInt64 = 0
    package var bytesOut: UInt64 = 0

    /// All zero.
    package init() {}

    init(_ value: sluice_destination_counters) {
        connections = value.connections
        packetsIn = value.packets_in
        bytesIn = value.bytes_in
        packetsOut = value.packets_out
        bytesOut = value.bytes_out
    }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.connections &+= right.connections
        sum.packetsIn &+= right.packetsIn
        sum.bytesIn &+= right.bytesIn
        sum.packetsOut &+= right.packetsOut
        sum.bytesOut &+= right.bytesOut
        return sum
    }
}

extension ForwarderMaps {
    /// The counters of each possible processor.
    package func countersPerCPU() throws(BPFError) -> [Counters] {
        let values: [sluice_counters] = try counters.lookupPerCPU(UInt32(0)) ?? []
        return values.map { Counters($0) }
    }

    /// The counters, summed over processors.
    package func countersNow() throws(BPFError) -> Counters { Counters(sum: try countersPerCPU()) }

    /// One destination's counters on each processor.
    package func destinationCountersPerCPU(_ index: UInt16) throws(BPFError) -> [DestinationCounters] {
        let values: [sluice_destination_counters] = try destinationCounters.lookupPerCPU(UInt32(index)) ?? []
        return values.map(DestinationCounters.init)
    }

    /// One destination's counters, summed over processors.
    package func destinationCounters(_ index: UInt16) throws(BPFError) -> DestinationCounters {
        try destinationCountersPerCPU(index).reduce(DestinationCounters(), +)
    }

    /// For an index that gets another destination. A failure leaves the old figures: not worth failing an edit.
    func zeroCounters(of index: UInt16) {
        guard let values: [sluice_destination_counters] = try? destinationCounters.lookupPerCPU(UInt32(index)) else {
            return
        }
        try? destinationCounters.updatePerCPU(UInt32(index), values.map { _ in sluice_destination_counters() })
    }
}
