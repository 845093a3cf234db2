internal import BPF
package import CSluiceABI
internal import Plan
package import Wire

/// A virtual service as the maps have it.
package struct ListedService: Sendable {
    package var address: IPAddress
    /// Host byte order; 0 is any port.
    package var port: UInt16
    /// 6 TCP, 17 UDP.
    package var transport: UInt8
    package var scheduler: sluice_scheduler
    /// SLUICE_SERVICE_... bits.
    package var flags: UInt16
    /// In the order of their indexes.
    package var destinations: [ListedDestination]
}

/// A real server of a service, with what it counted.
package struct ListedDestination: Sendable {
    package var index: UInt16
    package var address: IPAddress
    /// Host byte order; 0 is the packet's.
    package var port: UInt16
    package var mode: sluice_mode
    package var weight: UInt32
    /// In the configuration; false: removed, and kept for its flows.
    package var isAvailable: Bool
    /// The next hop's MAC address is known.
    package var isResolved: Bool
    /// Live flows from clients, as IPVS divides them.
    package var active: Int
    package var inactive: Int
    package var counters: DestinationCounters
}

/// An instance's maps, read-only, for tools: works while the controller is down.
package struct ForwarderView {
    package let maps: ForwarderMaps
    private let clock: Program

    /// - Throws: `InstanceError.notRunning` if nothing is pinned; `BPFError`.
    package init(_ instance: Instance) throws {
        guard let folder = try instance.currentMaps() else {
            throw InstanceError.notRunning(name: instance.name, others: Instance.pinnedNames())
        }
        maps = try ForwarderMaps(pinnedIn: folder, writable: false)
        clock = try Program(pinned: "\(folder)/clock")
    }

    /// The flow table's clock now.
    package func tick() throws -> UInt32 {
        UInt32(truncatingIfNeeded: try readClock(clock) >> UInt64(maps.settings[0].tick_shift))
    }

    /// How long a tick is, nanoseconds.
    package func tickNanoseconds(jiffyNanoseconds: UInt64) -> UInt64 {
        jiffyNanoseconds << UInt64(maps.settings[0].tick_shift)
    }

    package var timeouts: FlowTimeouts { FlowTimeouts(maps.settings[0]) }

    /// All flows that have not expired.
    package func flows() throws -> [Flow] {
        var flows: [Flow] = []
        maps.flows.forEach(tick: try tick(), timeouts: timeouts) { if !$0.isExpired { flows.append($0) } }
        return flows
    }

    /// All services, sorted by protocol, address and port as ipvsadm does.
    package func services() throws -> [ListedService] {
        let sweep = maps.flows.sweep(tick: try tick(), timeouts: timeouts, removing: false)
        let snapshot = maps.snapshot()
        var listed: [UInt32: ListedService] = [:]
        for (slot, service) in snapshot.services
        where service.kind == UInt8(sluice_slot_kind.SLUICE_SLOT_SERVICE.rawValue) {
            listed[slot] = ListedService(service)
        }
        for (index, destination) in snapshot.destinations.sorted(by: { $0.key < $1.key }) {
            let counters = try maps.destinationCounters(index)
            guard let one = ListedDestination(index, destination, sweep, counters) else { continue }
            listed[UInt32(destination.service)]?.destinations.append(one)
        }
        return listed.values.sorted { ($0.transport, $0.address, $0.port) < ($1.transport, $1.address, $1.port) }
    }

    /// The destination at an index, and its service, for listing flows.
    package func destination(_ index: UInt16) -> (service: ListedService, destination: ListedDestination)? {
        let value = maps.destinations[Int(index)]
        guard let service = ListedService(maps.services[Int(value.service)]),
            let destination = ListedDestination(index, value, FlowTable.Sweep(), DestinationCounters())
        else { return nil }
        return (service, destination)
    }
}

extension ListedService {
    /// nil if the slot has no family that this version knows.
    init?(_ service: sluice_service) {
        guard let address = IPAddress(words: service.address, family: service.family),
            let scheduler = sluice_scheduler(rawValue: UInt32(service.scheduler))
        else { return nil }
        self.init(
            address: address, port: UInt16(bigEndian: service.port), transport: service.protocol, scheduler: scheduler,
            flags: service.flags, destinations: [])
    }
}

extension ListedDestination {
    init?(_ index: UInt16, _ value: sluice_destination, _ sweep: FlowTable.Sweep, _ counters: DestinationCounters) {
        guard let address = IPAddress(words: value.address, family: value.family),
            let mode = sluice_mode(rawValue: UInt32(value.mode))
        else { return nil }
        self.init(
            index: index, address: address, port: UInt16(bigEndian: value.port), mode: mode, weight: value.weight,
            isAvailable: value.flags & UInt8(SLUICE_DESTINATION_AVAILABLE) != 0,
            isResolved: value.flags & UInt8(SLUICE_DESTINATION_RESOLVED) != 0, active: sweep.active[index] ?? 0,
            inactive: sweep.inactive[index] ?? 0, counters: counters)
    }
}
