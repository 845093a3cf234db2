import CSluiceABI
import Datapath
import Wire

/// The words that listings use: ipvsadm's where it has one.
enum Names {
    static func transport(_ number: UInt8) -> String { number == 17 ? "UDP" : "TCP" }

    static func scheduler(_ scheduler: sluice_scheduler) -> String {
        switch scheduler {
        case .SLUICE_SCHEDULER_RR: "rr"
        case .SLUICE_SCHEDULER_WRR: "wrr"
        case .SLUICE_SCHEDULER_SH: "sh"
        case .SLUICE_SCHEDULER_MH: "mh"
        }
    }

    /// ipvsadm's name of a forwarding mode.
    static func forward(_ mode: sluice_mode) -> String {
        switch mode {
        case .SLUICE_MODE_DR: "Route"
        case .SLUICE_MODE_TUN: "Tunnel"
        case .SLUICE_MODE_NAT: "Masq"
        }
    }

    static func mode(_ mode: sluice_mode) -> String {
        switch mode {
        case .SLUICE_MODE_DR: "dr"
        case .SLUICE_MODE_TUN: "tun"
        case .SLUICE_MODE_NAT: "nat"
        }
    }

    static func state(_ state: sluice_flow_state) -> String {
        switch state {
        case .SLUICE_FLOW_FREE, .SLUICE_FLOW_CLAIMED, .SLUICE_FLOW_STATES: "-"
        case .SLUICE_TCP_NONE: "NONE"
        case .SLUICE_TCP_ESTABLISHED: "ESTABLISHED"
        case .SLUICE_TCP_SYN_SENT: "SYN_SENT"
        case .SLUICE_TCP_SYN_RECV: "SYN_RECV"
        case .SLUICE_TCP_FIN_WAIT: "FIN_WAIT"
        case .SLUICE_TCP_TIME_WAIT: "TIME_WAIT"
        case .SLUICE_TCP_CLOSE: "CLOSE"
        case .SLUICE_TCP_CLOSE_WAIT: "CLOSE_WAIT"
        case .SLUICE_TCP_LAST_ACK: "LAST_ACK"
        case .SLUICE_TCP_LISTEN: "LISTEN"
        case .SLUICE_TCP_SYN_ACK: "SYNACK"
        case .SLUICE_TCP_PICKED_UP: "PICKED_UP"
        case .SLUICE_UDP_NEW: "UDP_NEW"
        case .SLUICE_UDP: "UDP"
        }
    }

    /// What stands behind a service's scheduler in listings.
    static func flags(_ service: ListedService) -> [String] {
        var words: [String] = []
        if service.flags & UInt16(SLUICE_SERVICE_HASH_PORT) != 0 {
            words.append(scheduler(service.scheduler) + "-port")
        }
        if service.flags & UInt16(SLUICE_SERVICE_STATELESS) != 0 { words.append("stateless") }
        if service.flags & UInt16(SLUICE_SERVICE_DRAIN) != 0 { words.append("draining") }
        if service.flags & UInt16(SLUICE_SERVICE_ACTIVE | SLUICE_SERVICE_DRAIN) == 0 { words.append("backup") }
        return words
    }

    /// One line for each verdict, in the order of the header: a key for machines and words for people.
    static func verdict(_ verdict: sluice_verdict) -> (key: String, words: String)? {
        switch verdict {
        case .SLUICE_PASS_NOT_IP: ("pass_not_ip", "to the kernel: not IP")
        case .SLUICE_PASS_TRUNCATED: ("pass_truncated", "to the kernel: cut off")
        case .SLUICE_PASS_OTHER_HOST: ("pass_other_host", "to the kernel: another host's MAC address")
        case .SLUICE_PASS_NOT_SERVICE: ("pass_not_service", "to the kernel: no virtual service")
        case .SLUICE_PASS_BACKUP: ("pass_backup", "to the kernel: role is off")
        case .SLUICE_FORWARDED: ("forwarded", "forwarded to a real server")
        case .SLUICE_REPLIED: ("replied", "sent back to a client (NAT)")
        case .SLUICE_ICMP_FORWARDED: ("icmp_forwarded", "ICMP errors forwarded")
        case .SLUICE_TOO_BIG_ANSWERED: ("too_big_answered", "answered: packet too big")
        case .SLUICE_TTL_ANSWERED: ("ttl_answered", "answered: time exceeded")
        case .SLUICE_DROP_MALFORMED: ("drop_malformed", "dropped: malformed")
        case .SLUICE_DROP_SOURCE: ("drop_source", "dropped: impossible source address")
        case .SLUICE_DROP_FRAGMENT: ("drop_fragment", "dropped: fragment")
        case .SLUICE_DROP_EXTENSIONS: ("drop_extensions", "dropped: too many extension headers")
        case .SLUICE_DROP_NO_SERVER: ("drop_no_server", "dropped: no real server")
        case .SLUICE_DROP_NO_NEIGHBOUR: ("drop_no_neighbour", "dropped: next hop not resolved")
        case .SLUICE_DROP_NO_FLOW: ("drop_no_flow", "dropped: no flow, and it opens none")
        case .SLUICE_DROP_SERVER_REMOVED: ("drop_server_removed", "dropped: real server removed")
        case .SLUICE_DROP_TTL: ("drop_ttl", "dropped: TTL used up")
        case .SLUICE_DROP_TOO_BIG: ("drop_too_big", "dropped: too big")
        case .SLUICE_DROP_REPLY_TAKEN: ("drop_reply_taken", "dropped: NAT reply address taken")
        case .SLUICE_DROP_NO_ROUTE: ("drop_no_route", "dropped: no way back to the client")
        case .SLUICE_DROP_HEADROOM: ("drop_headroom", "dropped: no room for a tunnel header")
        case .SLUICE_DROP_NOT_ACCEPTED: ("drop_not_accepted", "dropped: for a VIP itself, which is not accepted")
        case .SLUICE_VERDICT_COUNT: nil
        }
    }

    static func event(_ event: sluice_event) -> (key: String, words: String)? {
        switch event {
        case .SLUICE_FLOW_INSERTED: ("flow_inserted", "flow entries made")
        case .SLUICE_FLOW_EVICTED: ("flow_evicted", "flow entries evicted")
        case .SLUICE_FLOW_NO_ROOM: ("flow_no_room", "flows without an entry: no room")
        case .SLUICE_FLOW_LOCK_BUSY: ("flow_lock_busy", "flows without an entry: lock busy")
        case .SLUICE_FLOW_PICKED_UP: ("flow_picked_up", "connections picked up mid-stream")
        case .SLUICE_FLOW_RESCHEDULED: ("flow_rescheduled", "flows rescheduled")
        case .SLUICE_HOP_LOOKED_UP: ("hop_looked_up", "NAT replies routed by the kernel's table")
        case .SLUICE_EVENT_COUNT: nil
        }
    }
}

/// Columns of text, as printf's %-Ns and %Ns have them: longer text pushes the rest on.
extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func right(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
