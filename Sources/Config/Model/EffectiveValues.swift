import Wire

// What the blocks come to with keepalived's defaults; what is inherited has been looked up.

extension VirtualServerBlock {
    /// The timeout of persistence where the keyword has no value, in seconds.
    package static let defaultPersistenceSeconds = 360

    /// For how long a client keeps its real server, in seconds; nil: it does not.
    ///
    /// A granularity makes a service persistent, and so does a port of 0.
    package func effectivePersistenceSeconds(port: UInt16) -> Int? {
        persistenceTimeout
            ?? (persistenceGranularity != nil || port == 0 ? Self.defaultPersistenceSeconds : nil)
    }

    /// The weight of a real server.
    package func weight(of server: RealServerBlock) -> UInt32 { server.weight ?? weight }

    /// Whether a real server that fails keeps its flows and gets weight 0, instead of being taken out.
    package func inhibitsOnFailure(_ server: RealServerBlock) -> Bool {
        server.inhibitsOnFailure ?? inhibitsOnFailure
    }

    /// The Host header of a URL; nil: the address that is checked.
    package func virtualHost(of url: URLCheck, in check: HTTPCheck, of server: RealServerBlock) -> String? {
        url.virtualHost ?? check.virtualHost ?? server.virtualHost ?? virtualHost
    }

    /// The quorum, at most the weight of all real servers together, and the hysteresis, less than the quorum.
    package func effectiveQuorum(totalWeight: Int) -> Quorum {
        let threshold = min(quorum, totalWeight)
        return Quorum(threshold: threshold, hysteresis: min(hysteresis, max(threshold - 1, 0)))
    }
}

/// How much weight must be alive.
package struct Quorum: Equatable, Sendable {
    /// At least this much; 0 if no real server has any weight.
    package var threshold: Int
    /// It is gained at `threshold + hysteresis`, and lost below `threshold - hysteresis`.
    package var hysteresis: Int

    /// `hysteresis` is less than `threshold`, or both are 0.
    package init(threshold: Int, hysteresis: Int) {
        self.threshold = threshold
        self.hysteresis = hysteresis
    }
}

extension VirtualServerBlock {
    /// What serves in place of the real servers of `service`, one of this block's, while the quorum is lost; nil if
    /// there is none that can.
    package func effectiveSorryServer(of service: VirtualService) -> RealServer? {
        guard let place = sorryServer, case .mode(let mode) = sorryForwarding ?? forwarding ?? .mode(.nat),
            mode == .tun || place.address.family == service.address.family
        else { return nil }
        let port = mayTranslatePort(service.port) ? place.port ?? service.port : service.port
        return RealServer(
            address: place.address, port: port, weight: 1, mode: mode, location: $sorryServer.origin ?? location)
    }

    /// Whether the sorry server may have another port than the service.
    func mayTranslatePort(_ port: UInt16) -> Bool {
        sorryForwarding ?? forwarding ?? .mode(.nat) == .mode(.nat) && port != 0
    }

    /// Whether the sorry server is reached by a tunnel of any type.
    var isSorryServerTunnelled: Bool {
        switch sorryForwarding ?? forwarding {
        case .tunnel, .mode(.tun): true
        case .mode(.dr), .mode(.nat), nil: false
        }
    }

    /// The family of the address that it stands for; nil for a group or a mark.
    var addressFamily: IPFamily? {
        switch target {
        case .address(let address, _): address.ipFamily
        case .group, .firewallMark: nil
        }
    }
}

extension IPAddress {
    /// In the words of `ip_family`.
    var ipFamily: IPFamily {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }
}
