import Wire

/// A real server's address and port (host byte order): what makes it the same one after a reload.
package struct ServerPlace: Hashable, Sendable {
    /// Of either family.
    package var address: IPAddress
    /// Host byte order; 0 behind a service for any port.
    package var port: UInt16

    /// From its parts.
    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// A real server as configured, with all that is inherited filled in.
package struct RealServerSettings: Hashable, Sendable {
    /// Unique in its service.
    package var place: ServerPlace
    /// 0 to 2147483647.
    package var weight: UInt32
    /// `inhibit_on_failure`: down means weight 0, instead of absent.
    package var inhibitsOnFailure = false
    /// `smtp_alert`.
    package var mailsAlerts = false
    /// All must be up; without any the server is always up.
    package var checkers: [CheckerIdentity] = []

    /// From what has no default.
    package init(place: ServerPlace, weight: UInt32) {
        self.place = place
        self.weight = weight
    }
}

/// What a real server's health must know of a checker.
package struct CheckerIdentity: Hashable, Sendable {
    /// The same number before and after a reload says that the checker is the same and keeps its state. Unique within a
    /// real server.
    package var key: UInt64
    /// `alpha`.
    package var startsDown: Bool
    /// What mails call it: "TCP CHECK".
    package var label: String

    /// `label` is what mails call it.
    package init(key: UInt64, startsDown: Bool = false, label: String = "CHECK") {
        self.key = key
        self.startsDown = startsDown
        self.label = label
    }
}

/// A virtual service, or a group of them that one block declares: whatever this machine says holds for each of the
/// group.
package struct VirtualServiceSettings: Hashable, Sendable {
    /// In the order of the file; no two with the same place.
    package var servers: [RealServerSettings] = []
    /// `quorum`: so much weight must be alive, 1 or more (0 only if no server has any weight).
    package var quorum: Int64 = 1
    /// `hysteresis`: the quorum is gained at `quorum + hysteresis` and lost below `quorum - hysteresis`; less than
    /// `quorum`.
    package var hysteresis: Int64 = 0
    /// `omega`: stopping notifies as if all had failed.
    package var notifiesAtStop = false
    /// `rs_init_notifies`: servers that are up at the start are notified.
    package var notifiesAtStart = false
    /// `smtp_alert`: of the service itself.
    package var mailsAlerts = false
    /// `no_checker_emails`: a mail only when a server's state changed, not for each checker.
    package var mailsServerChangesOnly = false
    /// `sorry_server`: its weight, 1 or more; nil: there is none.
    package var sorryWeight: UInt32?
    /// `sorry_server_inhibit`: while not needed it is there with weight 0.
    package var sorryInhibits = false
    /// `sluice_slow_start`: how long a server that comes back takes to get to its weight; zero: it has it at once.
    package var slowStart = Duration.zero

    /// keepalived's defaults, without a server.
    package init() {}
}
