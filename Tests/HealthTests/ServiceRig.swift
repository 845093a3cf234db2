import Testing
import Wire

@testable import Health

/// A virtual service under test, with the forwarder's table that its actions make.
struct ServiceRig {
    var service: VirtualServiceHealth
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// What the actions so far have put into the table.
    var table: [VirtualServiceHealth.Destination: UInt32] = [:]

    typealias Action = VirtualServiceHealth.Action

    static let name = ServiceName.address(place("192.0.2.1", 80), protocolName: "tcp")

    static func place(_ text: String, _ port: UInt16) -> ServerPlace {
        guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
        return ServerPlace(address: address, port: port)
    }

    /// The server with this index.
    static func server(_ index: Int) -> ServerPlace { place("198.51.100.\(index + 1)", 8080) }

    static func settings(
        weights: [UInt32], checkers: Int = 1, alpha: Bool = false,
        _ change: (inout VirtualServiceSettings) -> Void = { _ in }
    ) -> VirtualServiceSettings {
        var settings = VirtualServiceSettings()
        settings.servers = weights.enumerated().map { index, weight in
            var server = RealServerSettings(place: server(index), weight: weight)
            server.checkers = (0..<UInt64(checkers)).map {
                CheckerIdentity(key: $0, startsDown: alpha, label: "TCP CHECK")
            }
            return server
        }
        change(&settings)
        return settings
    }

    init(_ settings: VirtualServiceSettings) { service = VirtualServiceHealth(settings) }

    /// Started.
    static func started(_ settings: VirtualServiceSettings) -> ServiceRig {
        var rig = ServiceRig(settings)
        rig.handle(.start)
        return rig
    }

    @discardableResult mutating func handle(_ event: VirtualServiceHealth.Event) -> [Action] {
        var actions: [Action] = []
        service.handle(event, at: now, into: &actions)
        for action in actions {
            switch action {
            case .place(let destination, let weight): table[destination] = weight
            case .remove(let destination):
                #expect(table.removeValue(forKey: destination) != nil, "only what is there is removed")
            case .notify, .mail, .log: break
            }
        }
        return actions
    }

    @discardableResult mutating func fail(_ server: Int, checker: Int = 0) -> [Action] {
        handle(.verdict(server: server, checker: checker, .down(.refused)))
    }

    @discardableResult mutating func pass(_ server: Int, checker: Int = 0) -> [Action] {
        handle(.verdict(server: server, checker: checker, .up))
    }

    /// The weight in the table, by index.
    func weight(_ server: Int) -> UInt32? { table[.server(Self.server(server))] }

    var sorryWeight: UInt32? { table[.sorryServer] }
}

extension [ServiceRig.Action] {
    /// The lines for the FIFO.
    var lines: [String] {
        compactMap {
            guard case .notify(let notice) = $0 else { return nil }
            return String(notice.fifoLine(service: ServiceRig.name).dropLast())
        }
    }

    var mails: [MailAlert] {
        compactMap {
            guard case .mail(let mail) = $0 else { return nil }
            return mail
        }
    }

    /// Where the table changes and scripts run, in order, in short.
    var story: [String] {
        compactMap {
            switch $0 {
            case .place(.sorryServer, let weight): "sorry \(weight)"
            case .place(.server(let place), let weight): "\(place.address) \(weight)"
            case .remove(.sorryServer): "sorry gone"
            case .remove(.server(let place)): "\(place.address) gone"
            case .notify(let notice):
                String(notice.fifoLine(service: ServiceRig.name).split(separator: " ").first ?? "")
                    + (notice.isUp ? " up" : " down")
            case .mail, .log: nil
            }
        }
    }
}
