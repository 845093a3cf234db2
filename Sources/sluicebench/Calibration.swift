import BPF

/// The units of the figures, measured like all else: E0, a program that does nothing, and L1, a parse and one look-up in an
/// LRU hash with a 40-byte key that holds as many flows as are asked for.
struct Calibration {
    let empty: [Family: Case]
    /// By number of flows.
    let lookup: [Int: Case]

    init(_ wrapper: Wrapper, flows: [Int]) throws {
        empty = Dictionary(uniqueKeysWithValues: Family.allCases.map { ($0, Self.empty(wrapper, $0)) })
        lookup = Dictionary(uniqueKeysWithValues: try flows.map { ($0, try Self.lookup(wrapper, flows: $0)) })
    }

    private static func empty(_ wrapper: Wrapper, _ family: Family) -> Case {
        Case(
            labels: Labels(mode: "-", family: family, scheduler: "-", path: "E0", flows: 1), program: wrapper.empty,
            frame: Frame(family, .data), flows: { _ in Flows(count: 1) }, warm: false, prepare: {},
            observe: { { Proof(onPath: $0) } })
    }

    private static func lookup(_ wrapper: Wrapper, flows: Int) throws -> Case {
        let object = try wrapper.lookupObject()
        // Twice as large as need be: an LRU hash evicts before it is full.
        try object.setMaxEntries(ofMap: "lookup_flows", max(flows * 2, 1024))
        try object.load()
        let frame = Frame(.ipv4, .data)
        _ = try wrapper.run(object.program("fill"), frame, Flows(count: flows, isFilling: true), packets: flows)
        return Case(
            labels: Labels(mode: "-", family: .ipv4, scheduler: "-", path: "L1", flows: flows),
            program: try object.program("lookup"), frame: frame, flows: { _ in Flows(count: flows) },
            warm: flows <= cachedFlows, prepare: {},
            observe: {
                { packets in
                    let found = packets - (try wrapper.counts().misses)
                    return Proof(onPath: found, resident: Double(found) / Double(packets))
                }
            })
    }
}

/// Up to so many flows the tables' lines fit the caches, and a measurement starts with them warm.
let cachedFlows = 1 << 17
