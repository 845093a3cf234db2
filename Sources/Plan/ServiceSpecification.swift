import CSluiceABI
import Config
import Scheduling
internal import Wire

/// A virtual service in the terms of the maps.
struct ServiceSpecification {
    let key: ServiceKey
    let scheduler: sluice_scheduler
    /// sh-fallback.
    let fallback: Bool
    /// SLUICE_SERVICE_*, the role included.
    let flags: UInt16
    /// In the order of the configuration; of several that are the same destination the first.
    let servers: [ServerSpecification]
    /// The number of real servers that a Maglev ring is sized for.
    let ringServers: Int

    init(_ desired: DesiredService) {
        let service = desired.service
        key = ServiceKey(address: service.address, port: service.port, protocolNumber: service.transport.rawValue)
        scheduler = service.effectiveScheduler.mapValue
        fallback = service.fallback
        ringServers = desired.configuredServers
        var seen = Set<ServerSpecification.Key>()
        servers = service.realServers.map { ServerSpecification($0) }.filter { seen.insert($0.key).inserted }
        var flags = desired.role.flags
        if service.hashesPort { flags |= UInt16(SLUICE_SERVICE_HASH_PORT) }
        if service.removedServer == .reschedule { flags |= UInt16(SLUICE_SERVICE_RESCHEDULE) }
        if service.effectiveScheduler.hashesSource {
            if !service.picksUpMidstream { flags |= UInt16(SLUICE_SERVICE_DROP_MIDSTREAM) }
            if service.isStateless { flags |= UInt16(SLUICE_SERVICE_STATELESS) }
        }
        self.flags = flags
    }

    var isStateless: Bool { flags & UInt16(SLUICE_SERVICE_STATELESS) != 0 }
    /// The role's part of the flags.
    var roleFlags: UInt16 { flags & ServiceRole.mask }

    /// The service's ring.
    func ring(_ candidates: [Candidate]) -> [UInt32] {
        switch scheduler {
        case .SLUICE_SCHEDULER_RR: Ring.roundRobin(candidates)
        case .SLUICE_SCHEDULER_WRR: Ring.weightedRoundRobin(candidates)
        case .SLUICE_SCHEDULER_SH: Ring.sourceHash(candidates, fallback: fallback)
        case .SLUICE_SCHEDULER_MH: Ring.maglev(candidates, servers: maglevServers)
        }
    }

    /// Rounded up to a power of two: a ring of another size moves nearly every client, so it seldom gets one.
    private var maglevServers: Int {
        var servers = 1
        while servers < ringServers { servers *= 2 }
        return servers
    }

    /// What the scheduler picks from; `indexes` are the destinations of `servers`. Only Maglev asks for identities.
    func candidates(indexes: [UInt16]) -> [Candidate] {
        zip(servers, indexes).map { server, index in
            Candidate(
                index: UInt32(index),
                identity: scheduler == .SLUICE_SCHEDULER_MH ? server.address.text(withPort: server.port) : "",
                weight: server.weight)
        }
    }
}

/// A real server in the terms of the maps.
struct ServerSpecification {
    let address: IPAddress
    /// Host byte order.
    let port: UInt16
    let weight: UInt32
    let mode: sluice_mode

    init(_ server: RealServer) {
        address = server.address
        port = server.port
        weight = server.weight
        mode = server.mode.mapValue
    }

    /// What makes it another destination of its service.
    struct Key: Hashable {
        let address: IPAddress
        let port: UInt16
        let mode: UInt8
    }

    var key: Key { Key(address: address, port: port, mode: UInt8(mode.rawValue)) }
}

extension ServiceRole {
    /// The bits of a service's flags that a role is made of.
    package static let mask = UInt16(SLUICE_SERVICE_ACTIVE | SLUICE_SERVICE_DRAIN)

    /// SLUICE_SERVICE_ACTIVE, SLUICE_SERVICE_DRAIN or neither.
    package var flags: UInt16 {
        switch self {
        case .active: UInt16(SLUICE_SERVICE_ACTIVE)
        case .draining: UInt16(SLUICE_SERVICE_DRAIN)
        case .backup: 0
        }
    }
}

extension Scheduler {
    /// One that the forwarder does not have is wrr.
    fileprivate var mapValue: sluice_scheduler {
        switch self {
        case .rr: .SLUICE_SCHEDULER_RR
        case .sh: .SLUICE_SCHEDULER_SH
        case .mh: .SLUICE_SCHEDULER_MH
        case .wrr, .lc, .wlc, .sed, .nq, .lblc, .lblcr, .dh, .fo, .ovf, .twos: .SLUICE_SCHEDULER_WRR
        }
    }
}

extension ForwardingMode {
    fileprivate var mapValue: sluice_mode {
        switch self {
        case .dr: .SLUICE_MODE_DR
        case .tun: .SLUICE_MODE_TUN
        case .nat: .SLUICE_MODE_NAT
        }
    }
}
