import BPF
import CSluiceABI
import Linux
import Plan
import Synchronization

@testable import Datapath

/// A loaded program with maps of its own, pinned and attached nowhere. To load and verify one takes a quarter of a second,
/// so a test gives its engine back, and one that wants the like gets it emptied.
final class Engine: Sendable {
    /// What can't be changed once it is loaded.
    struct Make: Hashable, Sendable {
        /// Ways of each family's table, a power of two.
        var flows: Int
        var features: Features
        /// A tick is jiffies >> tickShift.
        var tickShift: UInt32
        /// Where the secrets come from.
        var seed: UInt64
    }

    let make: Make
    let program: Program
    let clock: Program
    let maps: ForwarderMaps
    private let cursors: MapArray<UInt64>
    private let hops: MapArray<sluice_hop>

    private static let idle = Mutex<[Make: [Engine]]>([:])
    private static let hopCount: UInt32 = 65_536

    static func take(_ make: Make, timeoutTicks: UInt16) throws -> Engine {
        let engine = try idle.withLock { $0[make]?.popLast() } ?? Engine(make)
        try engine.reset(timeoutTicks: timeoutTicks)
        return engine
    }

    static func giveBack(_ engine: Engine) {
        if engine.make.flows > 65_536 { return }
        idle.withLock { $0[engine.make, default: []].append(engine) }
    }

    private init(_ make: Make) throws {
        self.make = make
        try? Limits.raiseMemlock()
        let settings = Self.settings(make, timeoutTicks: 0)
        let object = try Object(ProgramImage.sluice, name: "sluice")
        try object.setMaxEntries(ofMap: "flows4", Int(settings.flow_buckets4))
        try object.setMaxEntries(ofMap: "flows6", Int(settings.flow_buckets6))
        try object.setMaxEntries(ofMap: "hops", Int(settings.hops))
        try object.setInitialValue(ofMap: ".rodata.config", sluice_config(make.features, settings, limited: false))
        try object.load()
        var loaded: [String: Map] = [:]
        for name in ForwarderMaps.names { loaded[name] = try object.map(name) }
        maps = try ForwarderMaps(loaded, writable: true)
        cursors = try MapArray(object.map("cursors"), writable: true)
        hops = try MapArray(object.map("hops"), writable: true)
        program = try object.program("sluice")
        clock = try object.program("read_clock")
    }

    /// Empties every map. Rings stay: no service names one.
    private func reset(timeoutTicks: UInt16) throws {
        for memory in [
            maps.services.memory, maps.destinations.memory, maps.interfaces.memory, cursors.memory, hops.memory,
            try maps.all["flows4"]!.mapMemory(writable: true), try maps.all["flows6"]!.mapMemory(writable: true),
        ] {
            memory.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        }
        let processors = try CPU.possibleCount()
        let zero = [sluice_counters](repeating: sluice_counters(), count: processors)
        try maps.counters.updatePerCPU(UInt32(0), zero)
        let settings = Self.settings(make, timeoutTicks: timeoutTicks)
        maps.settings.store(settings, at: 0, words: 0..<maps.settings.wordCount)
    }

    private static func settings(_ make: Make, timeoutTicks: UInt16) -> sluice_settings {
        var settings = sluice_settings()
        var random = ModelRandom(seed: make.seed)
        withUnsafeMutableBytes(of: &settings.secret) { bytes in
            for index in 0..<Int(SLUICE_SECRETS) {
                bytes.storeBytes(of: random.next() | 1, toByteOffset: index * 8, as: UInt64.self)
            }
        }
        withUnsafeMutableBytes(of: &settings.timeout) { bytes in
            for offset in stride(from: 0, to: bytes.count, by: 2) {
                bytes.storeBytes(of: timeoutTicks, toByteOffset: offset, as: UInt16.self)
            }
        }
        settings.flow_buckets4 = UInt32(make.flows / Int(SLUICE_FLOW_WAYS))
        settings.flow_buckets6 = settings.flow_buckets4
        settings.hops = hopCount
        settings.tick_shift = make.tickShift
        return settings
    }
}
