import BPF
import CSluiceABI
import Linux
import Plan
import Wire

@testable import Datapath

/// The forwarder with tables of its own, empty at first.
///
/// Packets arrive by interface 1, which is what a test run says unless it is told otherwise.
final class TestForwarder: @unchecked Sendable {
    private let engine: Engine
    var program: Program { engine.program }
    var maps: ForwarderMaps { engine.maps }
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
        let make = Engine.Make(flows: flows, features: features, tickShift: tickShift, seed: seed)
        engine = try Engine.take(make, timeoutTicks: timeoutTicks)
        let counters = engine.maps.counters
        counterBytes = .allocate(
            byteCount: counters.info.transferSize(processors: try CPU.possibleCount()), alignment: 16)
    }

    deinit {
        counterBytes.deallocate()
        Engine.giveBack(engine)
    }

    // MARK: - Packets

    /// Runs one packet that arrives by interface 1; which verdict it counted, what it returned and left behind.
    func run(_ frame: [UInt8]) throws -> ModelObservation {
        let result = try program.testRun(packet: frame)
        return ModelObservation(verdict: try countedVerdict(), action: result.returnValue, frame: result.output)
    }

    /// Runs one packet and returns what the program did, an `enum xdp_action`. The next `run` can't tell its verdict from this one's.
    func action(_ frame: [UInt8]) throws -> UInt32 { try program.testRun(packet: frame).returnValue }

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
    func jiffies() throws -> UInt64 { try readClock(engine.clock) }

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
