package import CSluiceABI

/// After how long a flow of each state is forgotten, in the forwarder's ticks.
package struct FlowTimeouts: Hashable, Sendable {
    /// By state; at most `limit` ticks.
    package var ticks: [UInt16]

    /// An age is kept modulo 1,024 ticks: beyond this it could not be told from a young one in time.
    package static let limit = 900

    package init(ticks: [UInt16]) { self.ticks = ticks }

    /// From the settings that the forwarder uses.
    package init(_ settings: sluice_settings) {
        ticks = withUnsafeBytes(of: settings.timeout) { Array($0.bindMemory(to: UInt16.self)) }
    }

    /// IPVS's defaults with the three that are configured, seconds, by state.
    package static func seconds(tcp: Int, tcpFin: Int, udp: Int) -> [sluice_flow_state: Int] {
        [
            .SLUICE_TCP_NONE: 2, .SLUICE_TCP_ESTABLISHED: tcp, .SLUICE_TCP_SYN_SENT: 120, .SLUICE_TCP_SYN_RECV: 60,
            .SLUICE_TCP_FIN_WAIT: tcpFin, .SLUICE_TCP_TIME_WAIT: 120, .SLUICE_TCP_CLOSE: 10, .SLUICE_TCP_CLOSE_WAIT: 60,
            .SLUICE_TCP_LAST_ACK: 30, .SLUICE_TCP_LISTEN: 120, .SLUICE_TCP_SYN_ACK: 120, .SLUICE_TCP_PICKED_UP: 60,
            .SLUICE_UDP_NEW: udp, .SLUICE_UDP: udp,
        ]
    }

    /// - Parameters:
    ///   - shift: a tick is jiffies >> shift.
    ///   - jiffyNanoseconds: the length of one.
    package init(seconds: [sluice_flow_state: Int], shift: UInt32, jiffyNanoseconds: UInt64) {
        let tick = Double(jiffyNanoseconds << UInt64(shift)) / 1e9
        ticks = [UInt16](repeating: UInt16.max, count: Int(sluice_flow_state.SLUICE_FLOW_STATES.rawValue))
        for (state, seconds) in seconds {
            // One tick more, since a flow is young by up to a tick: never forgotten too early.
            let count = min(Int((Double(seconds) / tick).rounded(.up)) + 1, Self.limit)
            ticks[Int(state.rawValue)] = UInt16(count)
        }
    }

    /// The shortest tick with which the longest timeout fits, at least a quarter of a second.
    package static func shift(longestSeconds: Int, jiffyNanoseconds: UInt64) -> UInt32 {
        var shift: UInt32 = 0
        while Double(jiffyNanoseconds << UInt64(shift)) / 1e9 * Double(limit - 2) < Double(longestSeconds)
            || jiffyNanoseconds << UInt64(shift) < 250_000_000
        {
            shift += 1
        }
        return shift
    }

    /// Ticks since the flow was last seen.
    package static func age(_ head: UInt64, tick: UInt32) -> UInt32 {
        sluice_age(head, tick)
    }

    /// Whether a flow's timeout has passed: a packet would not find it any more.
    package func isExpired(_ head: UInt64, tick: UInt32) -> Bool {
        Self.age(head, tick: tick) > UInt32(ticks[Int(sluice_head_state(head))])
    }

    /// What IPVS counts in ActiveConn: ESTABLISHED, SYN_SENT, SYN_RECV, SYNACK; the others are InActConn. UDP counts as inactive.
    package static func isActive(_ state: UInt32) -> Bool {
        switch sluice_flow_state(rawValue: state) {
        case .SLUICE_TCP_ESTABLISHED, .SLUICE_TCP_SYN_SENT, .SLUICE_TCP_SYN_RECV, .SLUICE_TCP_SYN_ACK,
            .SLUICE_TCP_PICKED_UP:
            true
        default: false
        }
    }
}
