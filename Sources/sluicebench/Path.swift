import CSluiceABI
import Config

/// A packet's way through the forwarder, as the report names it.
enum Path: String {
    /// Of an established flow, from the client.
    case hit
    /// Of an established flow, back from a real server behind NAT.
    case reply
    /// A SYN of a connection that is not known; the table has room.
    case new
    /// The same in a table that has none: an older half-open flow is evicted.
    case newTableFull = "new-table-full"
    /// To a stateless service.
    case stateless
    /// To an address that is no virtual service's.
    case pass

    private var direction: Frame.Direction {
        switch self {
        case .hit, .new, .newTableFull, .stateless: .toService
        case .reply: .toClient
        case .pass: .toStranger
        }
    }

    private var segment: Frame.Segment {
        switch self {
        case .hit, .reply, .stateless, .pass: .data
        case .new, .newTableFull: .syn
        }
    }

    /// A case whose packets take this path through the subject.
    func makeCase(_ labels: Labels, subject: Subject, wrapper: Wrapper) -> Case {
        let isNew = self == .new || self == .newTableFull
        return Case(
            labels: labels, program: subject.program, frame: Frame(labels.family, segment, direction),
            flows: { round in
                // New flows in a full table must not be those of an earlier round.
                let first = self == .newTableFull ? round * labels.flows : 0
                return Flows(count: labels.flows, first: first, services: labels.services)
            },
            warm: !isNew && labels.flows <= cachedFlows,
            prepare: { if self == .new { subject.clear() } },
            observe: {
                let before = try subject.tally()
                return { packets in
                    let tally = try subject.tally().since(before)
                    guard tally.packets == packets else {
                        throw BenchError(
                            "\(labels): \(packets) packets went in, \(tally.packets) verdicts were counted")
                    }
                    var proof = proof(tally, packets: packets, isNAT: subject.setup.mode == .nat)
                    proof.counted = tally.summary
                    return proof
                }
            })
    }

    private func proof(_ tally: Tally, packets: Int, isNAT: Bool) -> Proof {
        let entries = isNAT ? 2 : 1
        let inserted = tally[.SLUICE_FLOW_INSERTED] / entries
        let share: (Int) -> Double = { Double($0) / Double(packets) }
        switch self {
        case .hit:
            // A flow that was not in the table: picked up by hash schedulers, dropped by others.
            let absent = max(tally[.SLUICE_FLOW_PICKED_UP], inserted) + tally[.SLUICE_DROP_NO_FLOW]
            return Proof(
                onPath: max(0, tally[.SLUICE_FORWARDED] - inserted), resident: 1 - share(absent))
        case .reply:
            return Proof(
                onPath: tally[.SLUICE_REPLIED] - tally[.SLUICE_HOP_LOOKED_UP],
                resident: 1 - share(tally[.SLUICE_PASS_NOT_SERVICE]))
        case .new:
            return Proof(
                onPath: min(tally[.SLUICE_FORWARDED], inserted), evicted: share(tally[.SLUICE_FLOW_EVICTED]),
                withoutState: share(tally[.SLUICE_FLOW_NO_ROOM] + tally[.SLUICE_FLOW_LOCK_BUSY]))
        case .newTableFull:
            return Proof(
                onPath: min(tally[.SLUICE_FORWARDED], inserted, tally[.SLUICE_FLOW_EVICTED]),
                evicted: share(tally[.SLUICE_FLOW_EVICTED]),
                withoutState: share(tally[.SLUICE_FLOW_NO_ROOM] + tally[.SLUICE_FLOW_LOCK_BUSY]))
        case .stateless:
            return Proof(onPath: tally[.SLUICE_FORWARDED] - tally[.SLUICE_FLOW_INSERTED])
        case .pass: return Proof(onPath: tally[.SLUICE_PASS_NOT_SERVICE])
        }
    }
}
