import Wire

/// What the change from one configuration to another does to the established flows of a virtual service, or of one of
/// its real servers. What is not listed keeps its flows, whatever happens to weights, schedulers and other servers.
package struct FlowEffect: Equatable, Sendable {
    /// What happens to the flows.
    package enum Fate: String, Sendable {
        /// The virtual service is gone: the director's kernel gets the packets, and refuses them.
        case passed
        /// The real server is gone: its packets are dropped.
        case dropped
        /// The real server is gone: its flows get another one, which does not know the connections.
        case rescheduled
        /// Whether the service is stateless has changed: flows follow the ring, which may name another real server.
        case mayMove = "may_move"
    }

    /// `192.0.2.10:80 TCP`.
    package var service: String
    /// `192.0.2.11:80`; nil: all of them.
    package var realServer: String?
    /// What happens.
    package var fate: Fate

    /// `realServer` is nil for all of a service.
    package init(service: String, realServer: String? = nil, fate: Fate) {
        self.service = service
        self.realServer = realServer
        self.fate = fate
    }

    /// In the order of the old configuration.
    package static func effects(from old: Configuration, to new: Configuration) -> [FlowEffect] {
        let after = Dictionary(new.virtualServices.map { (Key($0), $0) }) { first, _ in first }
        return old.virtualServices.flatMap { service -> [FlowEffect] in
            guard let successor = after[Key(service)] else { return [FlowEffect(service: service.text, fate: .passed)] }
            if service.isStateless != successor.isStateless {
                return [FlowEffect(service: service.text, fate: .mayMove)]
            }
            let kept = Set(successor.realServers.map(Destination.init))
            let gone = service.realServers.filter { !kept.contains(Destination($0)) }
            return gone.map {
                FlowEffect(
                    service: service.text, realServer: $0.address.text(withPort: $0.port), fate: successor.fate)
            }
        }
    }

    /// What tells one virtual service from another.
    private struct Key: Hashable {
        let address: IPAddress
        let port: UInt16
        let transport: TransportProtocol

        init(_ service: VirtualService) {
            (address, port, transport) = (service.address, service.port, service.transport)
        }
    }

    /// What tells one destination of a service from another: with another mode it is another one.
    private struct Destination: Hashable {
        let address: IPAddress
        let port: UInt16
        let mode: ForwardingMode

        init(_ server: RealServer) { (address, port, mode) = (server.address, server.port, server.mode) }
    }
}

extension FlowEffect: CustomStringConvertible {
    /// In words, for people.
    package var description: String {
        let what = realServer.map { "\(service), real server \($0)" } ?? service
        switch fate {
        case .passed: return "\(what): the service is gone; the kernel gets the packets of its established flows"
        case .dropped: return "\(what): packets of its established flows are dropped"
        case .rescheduled: return "\(what): its established flows get another real server"
        case .mayMove: return "\(what): sluice_stateless changes; established flows may get another real server"
        }
    }
}

extension VirtualService {
    /// `192.0.2.10:80 TCP`.
    fileprivate var text: String {
        let name = transport == .tcp ? "TCP" : "UDP"
        return "\(address.text(withPort: port)) \(name)"
    }

    /// What happens to the flows of a real server that is taken out.
    fileprivate var fate: FlowEffect.Fate {
        switch removedServer {
        case .drop: .dropped
        case .reschedule: .rescheduled
        }
    }
}
