import BPF
import CBenchABI
import Linux

/// A problem of the benchmark itself: its figures would be wrong.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Which flows a measurement's packets belong to: numbers from `first` on.
struct Flows: Hashable {
    /// A power of two: how many.
    let count: Int
    var first = 0
    /// A power of two: over how many virtual services they are spread.
    var services = 1
    /// In another order than measured: a table that gives its memory out in turn (L1's) would else be read like a stream.
    var isFilling = false
}

/// The wrapper program: each of its runs restores the frame, gives it its flow, and calls the program under test.
final class Wrapper {
    private let program: Program
    private let underTest: Map
    private let state: Map
    private var installed: Program?

    init() throws(BPFError) {
        let object = try Object(base64: wrapperObjectBase64, name: "wrapper")
        try object.setAutoload(ofProgram: "lookup", false)
        try object.setAutoload(ofProgram: "fill", false)
        try object.load()
        program = try object.program("wrapper")
        underTest = try object.map("under_test")
        state = try object.map("bench_state")
        empty = try object.program("empty")
    }

    /// The program that does nothing, for E0.
    let empty: Program

    /// An object of the same file whose `lookup` and `fill` share this wrapper's state.
    func lookupObject() throws(BPFError) -> Object {
        let object = try Object(base64: wrapperObjectBase64, name: "wrapper")
        try object.setAutoload(ofProgram: "wrapper", false)
        try object.setAutoload(ofProgram: "empty", false)
        try object.reuse(state, asMap: "bench_state")
        return object
    }

    /// Runs the program under test on `packets` packets, and returns the calling thread's processor time, in nanoseconds.
    ///
    /// - Throws: `BenchError` unless each of the packets got to the program.
    func run(_ underTestProgram: Program, _ frame: Frame, _ flows: Flows, packets: Int) throws -> UInt64 {
        try install(underTestProgram)
        try state.update(UInt32(0), Self.state(frame, flows))
        let start = SystemClock.threadCPUNanoseconds
        _ = try program.testRun(packet: frame.bytes, repeat: packets)
        let time = SystemClock.threadCPUNanoseconds - start
        let after = try counts()
        guard after.runs == packets, after.failed == 0 else {
            throw BenchError(
                "\(underTestProgram.name): of \(packets) packets \(after.runs) were made, and \(after.failed) were lost"
            )
        }
        return time
    }

    /// A change of the call's target waits for all processors: only made where there is one.
    private func install(_ program: Program) throws(BPFError) {
        if installed === program { return }
        try underTest.update(UInt32(0), program.descriptor)
        installed = program
    }

    /// What the wrapper counted since the last run began.
    func counts() throws -> (runs: Int, failed: Int, misses: Int) {
        guard let now = try state.lookup(UInt32(0), as: bench_state.self) else {
            throw BenchError("the wrapper's state is gone")
        }
        return (Int(now.runs), Int(now.failed), Int(now.misses))
    }

    private static func state(_ frame: Frame, _ flows: Flows) -> bench_state {
        precondition(flows.count.nonzeroBitCount == 1 && flows.services.nonzeroBitCount == 1, "powers of two")
        precondition(flows.first + flows.count <= 1 << BENCH_FLOW_BITS, "flow numbers are scattered over so many bits")
        var state = bench_state()
        withUnsafeMutableBytes(of: &state.template) { $0.copyBytes(from: frame.bytes.prefix(Int(BENCH_TEMPLATE))) }
        state.length = UInt32(frame.bytes.count)
        state.multiplier = flows.isFilling ? 22_695_477 : 1_664_525
        state.flow_mask = UInt32(flows.count - 1)
        state.flow_first = UInt32(flows.first)
        state.address = Network.clients
        state.address_at = UInt32(frame.addressAt)
        state.port_at = UInt32(frame.portAt)
        state.vip = frame.other
        state.vip_mask = UInt32(flows.services - 1)
        state.vip_at = UInt32(frame.otherAt)
        return state
    }
}
