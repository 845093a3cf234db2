package import BPF
package import CSluiceABI
internal import Linux

/// The forwarder's maps, open and in memory. With `writable` false, as a tool sees them while a controller may be at work.
package struct ForwarderMaps: Sendable {
    package let services: MapArray<sluice_service>
    package let destinations: MapArray<sluice_destination>
    package let interfaces: MapArray<sluice_interface>
    package let settings: MapArray<sluice_settings>
    package let rings: RingMemory
    package let flows: FlowTable
    package let counters: Map
    package let destinationCounters: Map
    let all: [String: Map]

    /// The names of the maps that outlive a program and are pinned; `rodata` and scratch space are each program's own.
    package static let names = [
        "services", "destinations", "rings", "cursors", "interfaces", "settings", "flows4", "flows6", "locks", "hops",
        "counters", "destination_counters",
    ]

    package init(_ maps: [String: Map], writable: Bool) throws(BPFError) {
        func map(_ name: String) throws(BPFError) -> Map {
            guard let map = maps[name] else { throw BPFError("open map", name, errno: 2) }
            return map
        }
        all = maps
        services = try MapArray(map("services"), writable: writable)
        destinations = try MapArray(map("destinations"), writable: writable)
        interfaces = try MapArray(map("interfaces"), writable: writable)
        settings = try MapArray(map("settings"), writable: writable)
        rings = try RingMemory(map("rings"), writable: writable)
        counters = try map("counters")
        destinationCounters = try map("destination_counters")
        flows = try FlowTable(ipv4: map("flows4"), ipv6: map("flows6"), writable: writable)
    }

    /// Opens what is pinned in a folder. (The kernel maps only what is opened for writing into memory, if only to be read.)
    package init(pinnedIn folder: String, writable: Bool) throws(BPFError) {
        var maps: [String: Map] = [:]
        for name in Self.names { maps[name] = try Map(pinned: "\(folder)/\(name)") }
        try self.init(maps, writable: writable)
    }

    func pin(in folder: String) throws(BPFError) {
        for (name, map) in all { try map.pin("\(folder)/\(name)") }
    }
}

/// The arena of rings in memory: entry i at 4 * i, chunk after chunk.
package struct RingMemory: Sendable {
    private let memory: MappedMemory
    package static let count = Int(SLUICE_RING_CHUNK) * Int(SLUICE_RING_CHUNKS)

    init(_ map: Map, writable: Bool) throws(BPFError) {
        guard map.info.valueSize * map.info.maxEntries == Self.count * 4 else {
            throw BPFError("map memory", "map \(map.info.name)", errno: 22, remedy: "its size is another version's")
        }
        memory = try map.mapMemory(writable: writable)
    }

    /// The entries of a region.
    package func entries(_ ring: sluice_ring) -> [UInt32] {
        let base = Int(ring.base)
        precondition(base + Int(ring.size) <= Self.count, "a ring ends inside the arena")
        return (base..<base + Int(ring.size)).map { memory.load32(at: $0 * 4) }
    }

    /// Writes a region that no service names.
    package func write(base: UInt32, _ entries: [UInt32]) {
        for (index, entry) in entries.enumerated() { memory.store32(entry, at: (Int(base) + index) * 4) }
    }

    /// Whether a region holds exactly these entries.
    package func holds(_ ring: sluice_ring, _ entries: [UInt32]) -> Bool {
        guard Int(ring.size) == entries.count else { return false }
        return entries.enumerated().allSatisfy { memory.load32(at: (Int(ring.base) + $0.offset) * 4) == $0.element }
    }
}
