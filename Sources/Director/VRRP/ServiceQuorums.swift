internal import Config
internal import VRRP
internal import Wire

/// One real server as one virtual service uses it.
struct ServerName: Hashable, Sendable {
    var service: ServiceName
    var address: IPAddress
    /// Host byte order.
    var port: UInt16

    init(_ service: ServiceName, _ server: RealServer) {
        self.service = service
        address = server.address
        port = server.port
    }
}

/// Whether the virtual services that VRRP tracks have their quorum.
struct ServiceQuorums {
    private var trackers: [ServiceName: QuorumTracker] = [:]

    /// Looks at the services that are tracked; those whose verdict is news.
    ///
    /// - Parameter out: real servers that are out of service, though configured with a weight: what health checks found.
    mutating func follow(
        _ configuration: Configuration, out: Set<ServerName>
    ) -> [(name: ServiceName, verdict: PriorityLedger.Verdict)] {
        let tracked = Self.tracked(in: configuration)
        trackers = trackers.filter { tracked.contains($0.key) }
        guard !tracked.isEmpty else { return [] }
        return configuration.virtualServices.compactMap { service in
            let name = ServiceName(service)
            guard tracked.contains(name) else { return nil }
            let weights = service.realServers.map { (server: ServerName(name, $0), weight: Int($0.weight)) }
            let limits = Self.limits(service, in: configuration, total: weights.reduce(0) { $0 + $1.weight })
            var tracker = trackers[name] ?? limits
            tracker.change(to: limits)
            let verdict = tracker.handle(weight: weights.reduce(0) { $0 + (out.contains($1.server) ? 0 : $1.weight) })
            trackers[name] = tracker
            return verdict.map { (name, $0) }
        }
    }

    private static func tracked(in configuration: Configuration) -> Set<ServiceName> {
        let lists = configuration.vrrpInstances.map(\.tracking) + configuration.vrrpSyncGroups.map(\.tracking)
        return Set(lists.flatMap { $0.services.map(\.wrappedValue.name) })
    }

    private static func limits(_ service: VirtualService, in configuration: Configuration, total: Int) -> QuorumTracker
    {
        guard configuration.virtualServers.indices.contains(service.block) else { return QuorumTracker(threshold: 1) }
        let quorum = configuration.virtualServers[service.block].effectiveQuorum(totalWeight: total)
        return QuorumTracker(threshold: quorum.threshold, hysteresis: quorum.hysteresis)
    }
}
