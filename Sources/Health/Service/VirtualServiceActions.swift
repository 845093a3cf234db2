import Wire

extension VirtualServiceHealth {
    /// What happens. Servers and checkers are counted from 0 in the order of the settings; an index that is not there
    /// (an event from before a reload) is ignored.
    package enum Event: Hashable, Sendable {
        /// Begin. Checkers' verdicts and weights that came before it are where the servers start from.
        case start
        /// A checker's verdict (`Checker.Action.verdict`).
        case verdict(server: Int, checker: Int, Checker.Verdict)
        /// A checker's opinion of the weight (`Checker.Action.weight`).
        case weight(server: Int, checker: Int, CheckWeight)
        /// `nextDeadline` has come.
        case timer
        /// A reload. Servers are the same by place, checkers by key: they keep state, weight and slow start.
        case configure(VirtualServiceSettings)
        /// The director stops, or the service was removed by a reload; nothing more comes from this machine.
        case stop(StopReason)
    }

    /// Why a service ends.
    package enum StopReason: Hashable, Sendable {
        case shutdown
        case removed
    }

    /// Where packets may be sent.
    package enum Destination: Hashable, Sendable {
        case server(ServerPlace)
        case sorryServer
    }

    /// What to do, in the order given.
    package enum Action: Hashable, Sendable {
        /// The destination is there and has this weight: add it, or change it. With weight 0 it gets no new flows and
        /// keeps those that it has.
        case place(Destination, weight: UInt32)
        /// The destination is gone, and its flows are treated as those of a removed server.
        case remove(Destination)
        /// Run the script for it, if there is one, and write `Notice.fifoLine`; at shutdown wait for the script, at
        /// most a second.
        case notify(Notice)
        /// Send it.
        case mail(MailAlert)
        /// Something to write down.
        case log(LogEntry)
    }

    /// What is written down.
    package enum LogEntry: Hashable, Sendable {
        /// Up or down.
        case server(ServerPlace, isUp: Bool)
        /// The weight that would be used while it is up.
        case weight(ServerPlace, from: UInt32, to: UInt32)
        /// Gained or lost, with the figures.
        case quorum(QuorumFigures)
    }
}

/// What scripts and FIFOs are told: `notify_up`, `notify_down`, `quorum_up`, `quorum_down`, `RS` and `VS` lines.
package struct Notice: Hashable, Sendable {
    /// Of whom.
    package enum Subject: Hashable, Sendable {
        case server(ServerPlace)
        case service
    }

    /// Of whom.
    package var subject: Subject
    /// What it is now.
    package var isUp: Bool
    /// The director is stopping (`omega`).
    package var isStopping = false

    /// The line for the FIFOs, with its newline, as keepalived writes it: `VS [192.0.2.1]:tcp:80 UP`,
    /// `RS [198.51.100.1]:tcp:80 [192.0.2.1]:tcp:80 DOWN`.
    package func fifoLine(service: ServiceName) -> String {
        switch subject {
        case .server(let place): "RS \(service.words(for: place)) \(service.words) \(stateWord(isUp))\n"
        case .service: "VS \(service.words) \(stateWord(isUp))\n"
        }
    }
}

/// A virtual service's name in notifications.
package enum ServiceName: Hashable, Sendable {
    /// `protocolName` in small letters; port in host byte order.
    case address(ServerPlace, protocolName: String)
    /// A virtual_server_group.
    case group(String, protocolName: String)
    /// Packets that netfilter marked.
    case firewallMark(UInt32)

    /// As keepalived writes it.
    package var words: String {
        switch self {
        case .address(let place, let protocolName): place.words(protocolName)
        case .group(let name, _): "[\(name)]:0"
        case .firewallMark(let mark): "FWM \(mark)"
        }
    }

    /// A real server of it, as keepalived writes it.
    package func words(for place: ServerPlace) -> String {
        switch self {
        case .address(_, let name), .group(_, let name): place.words(name)
        case .firewallMark: place.words("none")
        }
    }
}

extension ServerPlace {
    fileprivate func words(_ protocolName: String) -> String { "[\(address)]:\(protocolName):\(port)" }
}

/// UP or DOWN.
func stateWord(_ isUp: Bool) -> String { isUp ? "UP" : "DOWN" }

/// How a service stands against its quorum.
package struct QuorumFigures: Hashable, Sendable {
    /// Whether there is a quorum now.
    package var isUp: Bool
    /// At the start, or after a reload.
    package var isInitial: Bool
    /// As configured.
    package var quorum: Int64
    /// As configured.
    package var hysteresis: Int64
    /// The weight that is alive.
    package var weight: Int64

    /// What the weight is compared with: gained at `quorum + hysteresis`, lost below `quorum - hysteresis`.
    package var threshold: Int64 { isUp ? quorum &+ hysteresis : quorum &- hysteresis }

    /// "Gained quorum 2+1=3 <= 4".
    package var words: String {
        let event = isInitial ? "Starting with quorum \(isUp ? "up" : "down")" : "\(isUp ? "Gained" : "Lost") quorum"
        return "\(event) \(quorum)\(isUp ? "+" : "-")\(hysteresis)=\(threshold) \(isUp ? "<=" : ">") \(weight)"
    }
}
