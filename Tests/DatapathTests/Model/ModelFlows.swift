import CSluiceABI
import Wire

/// A packet's own 5-tuple.
struct ModelFlowKey: Hashable {
    var source: IPAddress
    var sourcePort: UInt16
    var destination: IPAddress
    var destinationPort: UInt16
    var transport: UInt8

    var reversed: Self {
        Self(
            source: destination, sourcePort: destinationPort, destination: source, destinationPort: sourcePort,
            transport: transport)
    }
}

/// A connection: one flow, or with NAT the pair of both directions, which share all but their keys.
struct ModelConnection: Equatable {
    var destination: UInt32
    var state: sluice_flow_state
    /// The tick of the last packet.
    var seen: UInt32
    /// As the client's packets have it.
    var forwardKey: ModelFlowKey
    /// As the real server's packets have it; nil without NAT.
    var replyKey: ModelFlowKey?
}

/// The flow table, without limits: both keys of a connection lead to it.
struct ModelFlows {
    private(set) var connections: [Int: ModelConnection] = [:]
    private var forward: [ModelFlowKey: Int] = [:]
    private var reply: [ModelFlowKey: Int] = [:]
    private var nextID = 0
    /// Ticks without a packet after which a flow is gone, by state; a state that is not named never goes.
    var timeouts: [sluice_flow_state: UInt32] = [:]

    /// The live connection whose client's packets have this key.
    mutating func find(_ key: ModelFlowKey, now: UInt32) -> Int? { live(forward[key], now) }

    /// The live connection whose real server's packets have this key.
    mutating func findReply(_ key: ModelFlowKey, now: UInt32) -> Int? { live(reply[key], now) }

    private mutating func live(_ id: Int?, _ now: UInt32) -> Int? {
        guard let id, let connection = connections[id] else { return nil }
        guard let timeout = timeouts[connection.state], now &- connection.seen > timeout else { return id }
        remove(id)
        return nil
    }

    mutating func remove(_ id: Int) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        if forward[connection.forwardKey] == id { forward[connection.forwardKey] = nil }
        if let key = connection.replyKey, reply[key] == id { reply[key] = nil }
    }

    mutating func insert(_ connection: ModelConnection) {
        connections[nextID] = connection
        forward[connection.forwardKey] = nextID
        if let key = connection.replyKey { reply[key] = nextID }
        nextID += 1
    }

    /// Whether a reply with this key would be taken for another destination's.
    mutating func isTaken(_ key: ModelFlowKey, for destination: UInt32, now: UInt32) -> Bool {
        for id in [find(key, now: now), findReply(key, now: now)] {
            if let id, connections[id]?.destination != destination { return true }
        }
        return false
    }

    /// Notes a packet: its time, and what it does to the state. Whether either is new.
    @discardableResult
    mutating func touch(_ id: Int, flags: TCP.Flags, row: ModelStateRow, now: UInt32) -> Bool {
        guard var connection = connections[id] else { return false }
        connection.seen = now
        connection.state = row.next(connection.state, flags)
        defer { connections[id] = connection }
        return connections[id] != connection
    }
}

/// IPVS' TCP transition rows; UDP has two states.
enum ModelStateRow {
    case input
    case output
    case inputOnly

    /// Next state for NO ES SS SR FW TW CL CW LA LI SA, by what the packet is; words as in the specification.
    private var table: [Character: String] {
        switch self {
        case .input:
            [
                "s": "SR ES ES SR SR SR SR SR SR SR SR", "f": "CL CW SS TW TW TW CL CW LA LI TW",
                "a": "ES ES SS ES FW TW CL CW CL LI ES", "r": "CL CL CL SR CL CL CL CL LA LI SR",
            ]
        case .output:
            [
                "s": "SS ES SS SR SS SS SS SS SS LI SR", "f": "TW FW SS TW FW TW CL TW LA LI TW",
                "a": "ES ES SS ES FW TW CL CW LA ES ES", "r": "CL CL SS CL CL TW CL CL CL CL CL",
            ]
        case .inputOnly:
            [
                "s": "SR ES ES SR SR SR SR SR SR SR SR", "f": "CL FW SS TW FW TW CL CW LA LI TW",
                "a": "ES ES SS ES FW TW CL CW CL LI ES", "r": "CL CL CL SR CL CL CL CL LA LI CL",
            ]
        }
    }

    private static let columns: [(String, sluice_flow_state)] = [
        ("NO", .SLUICE_TCP_NONE), ("ES", .SLUICE_TCP_ESTABLISHED), ("SS", .SLUICE_TCP_SYN_SENT),
        ("SR", .SLUICE_TCP_SYN_RECV), ("FW", .SLUICE_TCP_FIN_WAIT), ("TW", .SLUICE_TCP_TIME_WAIT),
        ("CL", .SLUICE_TCP_CLOSE), ("CW", .SLUICE_TCP_CLOSE_WAIT), ("LA", .SLUICE_TCP_LAST_ACK),
        ("LI", .SLUICE_TCP_LISTEN), ("SA", .SLUICE_TCP_SYN_ACK),
    ]

    func next(_ state: sluice_flow_state, _ flags: TCP.Flags) -> sluice_flow_state {
        switch state {
        case .SLUICE_UDP_NEW, .SLUICE_UDP: return .SLUICE_UDP
        case .SLUICE_FLOW_FREE, .SLUICE_FLOW_CLAIMED, .SLUICE_FLOW_STATES:
            preconditionFailure("no connection is in a state that marks a way of a bucket")
        case .SLUICE_TCP_PICKED_UP: return move(.SLUICE_TCP_ESTABLISHED, flags) ?? state
        case .SLUICE_TCP_NONE, .SLUICE_TCP_ESTABLISHED, .SLUICE_TCP_SYN_SENT, .SLUICE_TCP_SYN_RECV,
            .SLUICE_TCP_FIN_WAIT, .SLUICE_TCP_TIME_WAIT, .SLUICE_TCP_CLOSE, .SLUICE_TCP_CLOSE_WAIT,
            .SLUICE_TCP_LAST_ACK, .SLUICE_TCP_LISTEN, .SLUICE_TCP_SYN_ACK:
            return move(state, flags) ?? state
        }
    }

    /// nil if no flag that matters is set.
    private func move(_ state: sluice_flow_state, _ flags: TCP.Flags) -> sluice_flow_state? {
        let order: [(TCP.Flags, Character)] = [(.rst, "r"), (.syn, "s"), (.fin, "f"), (.ack, "a")]
        guard let event = order.first(where: { flags.contains($0.0) })?.1,
            let words = table[event]?.split(separator: " "),
            let column = Self.columns.firstIndex(where: { $0.1 == state })
        else { return nil }
        return Self.columns.first { $0.0 == words[column] }?.1
    }
}

extension sluice_flow_state {
    /// The other side has not proven that it is there.
    var isHalfOpen: Bool {
        switch self {
        case .SLUICE_TCP_NONE, .SLUICE_TCP_SYN_SENT, .SLUICE_TCP_SYN_RECV, .SLUICE_TCP_LISTEN, .SLUICE_TCP_SYN_ACK,
            .SLUICE_TCP_PICKED_UP, .SLUICE_UDP_NEW:
            true
        case .SLUICE_FLOW_FREE, .SLUICE_FLOW_CLAIMED, .SLUICE_FLOW_STATES, .SLUICE_TCP_ESTABLISHED,
            .SLUICE_TCP_FIN_WAIT,
            .SLUICE_TCP_TIME_WAIT, .SLUICE_TCP_CLOSE, .SLUICE_TCP_CLOSE_WAIT, .SLUICE_TCP_LAST_ACK, .SLUICE_UDP:
            false
        }
    }
}
