import CSluiceABI
import Config
import Testing
import Wire

@testable import Datapath

/// What someone who means harm, or two processors at once, could do.
@Suite struct HostileTests {
    private static let families = IPAddress.Family.allCases

    private func nat(_ family: IPAddress.Family) throws -> Bench {
        try Bench(Bench.service(family, .tcp, .rr, [Bench.server(1, .nat, family)]))
    }

    @Test func `A flow stamped ahead of this processor's clock is new, not expired`() throws {
        let tick: UInt32 = 5
        for (ahead, idle) in [(0, 0), (1, 0), (3, 0), (1023, 1), (124, 900)] as [(UInt32, UInt32)] {
            let head = sluice_head(0x5000_0001, 7, tick &+ ahead, sluice_flow_state.SLUICE_TCP_ESTABLISHED.rawValue, 0)
            #expect(sluice_age(head, tick) == idle, "\(ahead) ticks ahead")
        }
    }

    @Test(arguments: families)
    func `A VIP as source opens no flow`(_ family: IPAddress.Family) throws {
        let bench = try nat(family)
        var forged = Bench.segment(family: family)
        forged[1] = Bench.ip(Bench.vip(family), Bench.vip(family))
        try bench.expectDrop(forged, .SLUICE_DROP_SOURCE)
        #expect(try bench.forwarder.flows().isEmpty)
    }

    @Test(arguments: families)
    func `A NAT reply that does not fit on the client's link is answered`(_ family: IPAddress.Family) throws {
        let bench = try nat(family)
        #expect(try bench.verdict(Bench.segment(family: family)) == .SLUICE_FORWARDED)
        func reply(_ bytes: Int) -> [any PacketLayer] {
            [
                W.ethernet, Bench.ip(Bench.address(1, family), Bench.client(family)),
                TCP(source: 80, destination: 1234, flags: .ack), Payload([UInt8](repeating: 7, count: bytes)),
            ]
        }
        #expect(try bench.verdict(reply(1_000)) == .SLUICE_REPLIED)
        #expect(try bench.verdict(reply(1_500)) == .SLUICE_TOO_BIG_ANSWERED)
    }
}
