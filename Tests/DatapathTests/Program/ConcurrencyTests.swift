import CSluiceABI
import Config
import Foundation
import Linux
import Plan
import Synchronization
import Testing
import Wire

@testable import Datapath

/// Two processors at once.
@Suite struct ConcurrencyTests {
    private static let flows = 20_000

    /// Runs `body` once on a thread of its own on each of two processors (on a machine of one, both there), and returns
    /// what they returned.
    private func onTwoProcessors(_ body: @escaping @Sendable (_ thread: Int) throws -> Int) throws -> [Int] {
        let results = Results()
        let done = DispatchSemaphore(value: 0)
        for index in 0..<2 {
            Thread.detachNewThread {
                try? CPU.pinThread(to: index)
                let result = Result { try body(index) }
                results.byThread.withLock { $0[index] = result }
                done.signal()
            }
        }
        for _ in 0..<2 { done.wait() }
        return try (0..<2).map { index in try results.byThread.withLock { $0[index]! }.get() }
    }

    private final class Results: Sendable {
        let byThread = Mutex<[Int: Result<Int, any Error>]>([:])
    }

    @Test(arguments: [IPAddress.Family.ipv4, .ipv6], [ForwardingMode.dr, .nat])
    func theSameFlowsOnBothProcessorsAreInsertedOnce(_ family: IPAddress.Family, _ mode: ForwardingMode) throws {
        let servers = (1...3).map { Bench.server($0, mode, family) }
        let bench = try Bench([DesiredService(Bench.service(family, .tcp, .rr, servers))], flows: 262_144)
        let forwarder = bench.forwarder
        let forwarded = try onTwoProcessors { _ in
            var packets = FlowPackets(family)
            var forwarded = 0
            for number in 0..<Self.flows {
                for flags in [TCP.Flags.syn, .ack] where try forwarder.action(packets.packet(number, flags)) == 4 {
                    forwarded += 1
                }
            }
            return forwarded
        }
        let flows = try forwarder.flows()
        let keys = Set(
            flows.map { [$0.source.bytes + $0.destination.bytes, $0.sourcePort.bytes, $0.destinationPort.bytes] })
        let expected = mode == .nat ? 2 * Self.flows : Self.flows
        #expect(keys.count == flows.count, "no key is there twice")
        let counters = try forwarder.maps.countersNow()
        let busy = Int(counters[.SLUICE_FLOW_LOCK_BUSY])
        #expect(flows.count <= expected && flows.count >= expected - 2 * busy, "\(busy) found a bucket locked")
        #expect(counters.packets == UInt64(4 * Self.flows), "packets in = sum of verdicts")
        #expect(counters[.SLUICE_FORWARDED] == UInt64(forwarded.reduce(0, +)))
        let counted = try (1...3).map { try bench.counters($0, family) }
        #expect(counted.reduce(0) { $0 + $1.packetsIn } == counters[.SLUICE_FORWARDED])
    }

    @Test(arguments: [IPAddress.Family.ipv4, .ipv6])
    func aCrowdedTableStaysWholeUnderInsertsEvictionsAndRemovals(_ family: IPAddress.Family) throws {
        let bench = try Bench(
            [DesiredService(Bench.service(family, .tcp, .rr, [Bench.server(1, .nat, family)]))], flows: 1024)
        let forwarder = bench.forwarder
        let total = 40_000
        _ = try onTwoProcessors { thread in
            var packets = FlowPackets(family)
            var random = ModelRandom(seed: UInt64(thread))
            for _ in 0..<total {
                let flags = random.of([.syn, .syn, .ack, .fin, .rst] as [TCP.Flags])
                guard try forwarder.action(packets.packet(random.below(2000), flags)) != 0 else { return -1 }
            }
            return 0
        }
        let flows = try forwarder.flows()
        let keys = Set(
            flows.map { [$0.source.bytes + $0.destination.bytes, $0.sourcePort.bytes, $0.destinationPort.bytes] })
        #expect(keys.count == flows.count)
        #expect(!flows.contains { $0.state == .SLUICE_FLOW_CLAIMED }, "no way is left claimed")
        #expect(try forwarder.maps.countersNow().packets == UInt64(2 * total))
        // Every lock was given back: a new connection finds one.
        let busy = try bench.event(.SLUICE_FLOW_LOCK_BUSY)
        var packets = FlowPackets(family)
        for number in 50_000..<52_000 { _ = try forwarder.action(packets.packet(number, .syn)) }
        #expect(try bench.event(.SLUICE_FLOW_LOCK_BUSY) == busy)
    }
}
