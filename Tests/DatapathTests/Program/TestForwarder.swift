import BPF
import CSluiceABI
import Linux
import Plan
import Wire

@testable import Datapath

/// The forwarder with tables of its own, pinned and attached nowhere: it goes with the test that made it.
///
/// Packets arrive by interface 1, which is what a test run says unless it is told otherwise.
final class TestForwarder: @unchecked Sendable {
    let program: Program
    let maps: ForwarderMaps
    private let clock: Program
    private var total = [UInt64](repeating: 0, count: TestForwarder.verdictCount)
    private let counterBytes: UnsafeMutableRawBufferPointer

    static let allFeatures = Features(nat: true, anyPort: true, stateless: true)
    /// A clock that stands still.
    static let noTime: UInt32 = 40
    private static let verdictCount = Int(sluice_verdict.SLUICE_VERDICT_COUNT.rawValue)

    /// - Parameters:
    ///   - flows: ways of each family's table, a power of two.
    ///   - tickShift: a tick is jiffies >> tickShift.
    init(
        flows: Int = 65_536, features: Features = allFeatures, tickShift: UInt32 = noTime, timeoutTicks: UInt16 = 900,
        seed: UInt64 = 1
    ) throws {
        try? Limits.raiseMemlock()
        let settings = Self.settings(flows: flows, tickShift: tickShift, timeoutTicks: timeoutTicks, seed: seed)
        let object = try Object(ProgramImage.sluice, name: "sluice")
        try object.setMaxEntries(ofMap: "flows4", Int(settings.flow_buckets4))
        try object.setMaxEntries(ofMap: "flows6", Int(settings.flow_buckets6))
        try object.setMaxEntries(ofMap: "hops", Int(settings.hops))
        try object.setInitialValue(ofMap: ".rodata.config", Self.configuration(features, settings))
        try object.load()
        var loaded: [String: Map] = [:]
        for name in ForwarderMaps.names { loaded[name] = try object.map(name) }
        maps = try ForwarderMaps(loaded, writable: true)
        maps.settings.store(settings, at: 0, words: 0..<maps.settings.wordCount)
        program = try object.program("sluice")
        clock = try object.program("read_clock")
        counterBytes = .allocate(byteCount: maps.counters.info.transferSize(processors: try CPU.possibleCount()), alignment: 16)
    }

    deinit { counterBytes.deallocate() }

    private static func settings(flows: Int, tickShift: UInt32, timeoutTicks: UInt16, seed: UInt64) -> sluice_settings {
        var settings = sluice_settings()
        var random = ModelRandom(seed: seed)
        withUnsafeMutableBytes(of: &settings.secret) { bytes in
            for index in 0..<Int(SLUICE_SECRETS) {
                bytes.storeBytes(of: random.next() | 1, toByteOffset: index * 8, as: UInt64.self)
            }
        }
        withUnsafeMutableBytes(of: &settings.timeout) { bytes in
            for index in 0..<bytes.count / 2 { bytes.storeBytes(of: timeoutTicks, toByteOffset: index * 2, as: UInt16.self) }
        }
        settings.flow_buckets4 = UInt32(flows / Int(SLUICE_FLOW_WAYS))
        settings.flow_buckets6 = settings.flow_buckets4
        settings.hops = 65_536
        settings.tick_shift = tickShift
        return settings
    }

    private static func configuration(_ features: Features, _ settings: sluice_settings) -> sluice_config {
        var config = sluice_config()
        config.secret = settings.secret
        config.flow_mask4 = settings.flow_buckets4 - 1
        config.flow_mask6 = settings.flow_buckets6 - 1
        config.hop_mask = settings.hops - 1
        config.tick_shift = settings.tick_shift
        config.nat = features.nat ? 1 : 0
        config.any_port = features.anyPort ? 1 : 0
        config.stateless = features.stateless ? 1 : 0
        return config
    }

    // MARK: - Packets

    /// Runs one packet that arrives by interface 1; which verdict it counted, what it returned and left behind.
    func run(_ frame: [UInt8]) throws -> ModelObservation {
        let result = try program.testRun(packet: frame)
        return ModelObservation(verdict: try countedVerdict(), action: result.returnValue, frame: result.output)
    }

    /// The one verdict that was counted since the last call; nil if there was none, or several.
    private func countedVerdict() throws -> sluice_verdict? {
        var key: UInt32 = 0
        let isThere = try withUnsafeBytes(of: &key) { try maps.counters.lookup(key: $0, into: counterBytes) }
        precondition(isThere, "an array map has its entry 0")
        let words = UnsafeRawBufferPointer(counterBytes).bindMemory(to: UInt64.self)
        let stride = maps.counters.info.valueStride / 8
        var counted: sluice_verdict?
        var count: UInt64 = 0
        var index = 0
        while index < Self.verdictCount {
            var sum: UInt64 = 0
            var place = index
            while place < words.count {
                sum &+= words[place]
                place += stride
            }
            if sum != total[index] {
                count &+= sum &- total[index]
                total[index] = sum
                counted = sluice_verdict(rawValue: UInt32(index))
            }
            index += 1
        }
        return count == 1 ? counted : nil
    }

    /// The kernel's jiffies now.
    func jiffies() throws -> UInt64 { try readClock(clock) }

    /// The flow table's clock now.
    func tick() throws -> UInt32 {
        UInt32(truncatingIfNeeded: try jiffies() >> UInt64(maps.settings[0].tick_shift & 63))
    }

    var timeouts: FlowTimeouts { FlowTimeouts(maps.settings[0]) }

    /// All entries that are in use.
    func flows() throws -> [Flow] {
        var all: [Flow] = []
        maps.flows.forEach(tick: try tick(), timeouts: timeouts) { all.append($0) }
        return all
    }
}
