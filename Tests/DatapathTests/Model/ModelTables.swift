import CSluiceABI
import Wire

/// A virtual service as the specification speaks of it.
struct ModelService: Equatable {
    var address: IPAddress
    /// 0 is any port.
    var port: UInt16
    /// 6 or 17.
    var transport: UInt8
    /// The role bit.
    var isActive = true
    /// Role off, yet known flows are forwarded.
    var drains = false
    var scheduler = sluice_scheduler.SLUICE_SCHEDULER_RR
    /// sh-port, mh-port.
    var hashesPort = false
    /// Hash schedulers don't pick up a TCP connection mid-stream.
    var dropsMidstream = false
    /// Flows of a removed real server are scheduled again.
    var reschedules = false
    /// Destination indexes, or SLUICE_RING_NONE; empty if there is no server.
    var ring: [UInt32] = []
    /// Where it stands in the service table; also names its round-robin cursor.
    var slot: Int

    /// Whether this director forwards anything at all for it.
    var hasRole: Bool { isActive || drains }
}

/// A real server as used by one virtual service.
struct ModelDestination: Equatable {
    var index: UInt32
    var mode: sluice_mode
    var address: IPAddress
    /// NAT only; 0 leaves the packet's.
    var port: UInt16
    /// TUN only: the outer source, of the family of `address`.
    var source: IPAddress
    /// The next hop's.
    var destinationMAC: MACAddress
    /// The egress interface's.
    var sourceMAC: MACAddress
    /// Egress.
    var ifindex: UInt32
    /// Bytes of IP packet, tunnel header included.
    var mtu: Int
    var isAvailable = true
    var isResolved = true
    /// Index into the model's services.
    var service: Int

    /// Bytes that the tunnel header adds.
    var overhead: Int {
        guard mode == .SLUICE_MODE_TUN else { return 0 }
        return address.family == .ipv4 ? 20 : 40
    }
}

struct ModelInterface: Equatable {
    var ifindex: UInt32
    var mac: MACAddress
}

/// What becomes of a packet.
enum ModelAction: Equatable {
    case pass
    case drop
    /// XDP_TX: out of the interface that it came in by.
    case transmit
    case redirect(ifindex: UInt32)
}

/// The model's answer for one packet.
struct ModelResult: Equatable {
    var verdict: sluice_verdict
    var action: ModelAction
    /// What leaves, or goes to the kernel; as received if it is dropped.
    var frame: [UInt8]
}

extension ModelResult: CustomStringConvertible {
    var description: String { "\(verdict.name), \(action): \(Frame.dissect(frame))" }
}

extension sluice_verdict {
    /// The enumerator's name without its prefix.
    var name: String {
        switch self {
        case .SLUICE_PASS_NOT_IP: "PASS_NOT_IP"
        case .SLUICE_PASS_TRUNCATED: "PASS_TRUNCATED"
        case .SLUICE_PASS_OTHER_HOST: "PASS_OTHER_HOST"
        case .SLUICE_PASS_NOT_SERVICE: "PASS_NOT_SERVICE"
        case .SLUICE_PASS_BACKUP: "PASS_BACKUP"
        case .SLUICE_FORWARDED: "FORWARDED"
        case .SLUICE_REPLIED: "REPLIED"
        case .SLUICE_ICMP_FORWARDED: "ICMP_FORWARDED"
        case .SLUICE_TOO_BIG_ANSWERED: "TOO_BIG_ANSWERED"
        case .SLUICE_TTL_ANSWERED: "TTL_ANSWERED"
        case .SLUICE_DROP_MALFORMED: "DROP_MALFORMED"
        case .SLUICE_DROP_SOURCE: "DROP_SOURCE"
        case .SLUICE_DROP_FRAGMENT: "DROP_FRAGMENT"
        case .SLUICE_DROP_EXTENSIONS: "DROP_EXTENSIONS"
        case .SLUICE_DROP_NO_SERVER: "DROP_NO_SERVER"
        case .SLUICE_DROP_NO_NEIGHBOUR: "DROP_NO_NEIGHBOUR"
        case .SLUICE_DROP_NO_FLOW: "DROP_NO_FLOW"
        case .SLUICE_DROP_SERVER_REMOVED: "DROP_SERVER_REMOVED"
        case .SLUICE_DROP_TTL: "DROP_TTL"
        case .SLUICE_DROP_TOO_BIG: "DROP_TOO_BIG"
        case .SLUICE_DROP_REPLY_TAKEN: "DROP_REPLY_TAKEN"
        case .SLUICE_DROP_NO_ROUTE: "DROP_NO_ROUTE"
        case .SLUICE_DROP_HEADROOM: "DROP_HEADROOM"
        case .SLUICE_DROP_NOT_ACCEPTED: "DROP_NOT_ACCEPTED"
        case .SLUICE_VERDICT_COUNT: preconditionFailure("the count is no verdict")
        }
    }
}
