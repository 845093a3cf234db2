import BPF

/// What the packets of one measurement did, by the program's own counters.
struct Proof: Equatable {
    /// Packets that took the path that the case names.
    var onPath: Int
    /// Share of the packets' flows that were in the flow table; nil where the path has none.
    var resident: Double?
    /// Entries evicted, per packet.
    var evicted: Double = 0
    /// Packets forwarded without the entry that they should have got, per packet.
    var withoutState: Double = 0
    /// All that was counted, for a message.
    var counted = ""
}

/// What a figure is a figure of.
struct Labels: Hashable {
    var mode: String
    var family: Family
    var scheduler: String
    var path: String
    var flows: Int
    var services = 1
    var destinations = 1
}

/// One figure to be measured: a program, packets for it, and how to tell that they took the path that is named.
struct Case {
    let labels: Labels
    let program: Program
    let frame: Frame
    /// Which flows the packets of a round belong to.
    let flows: (_ round: Int) -> Flows
    /// Whether flows are seen once before a round is timed: the caches then hold what they can.
    let warm: Bool
    /// Makes the tables as the path needs them, before each round.
    let prepare: () throws -> Void
    /// Called before a round is timed; returns what tells, after it, what `packets` packets did.
    let observe: () throws -> (_ packets: Int) throws -> Proof
}

/// A case's time in one round.
struct Sample {
    /// Processor time per packet, wrapper included.
    let nanoseconds: Double
    let packets: Int
    let proof: Proof
}

extension Wrapper {
    /// Measures one round of a case.
    func measure(_ each: Case, round: Int, packets: Int) throws -> Sample {
        try each.prepare()
        let flows = each.flows(round)
        if each.warm { _ = try run(each.program, each.frame, flows, packets: flows.count) }
        let proof = try each.observe()
        let time = try run(each.program, each.frame, flows, packets: packets)
        return Sample(nanoseconds: Double(time) / Double(packets), packets: packets, proof: try proof(packets))
    }
}
