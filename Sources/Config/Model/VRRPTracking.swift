import Wire

/// How much a tracker that fails changes a priority.
package struct TrackWeight: Hashable, Sendable {
    /// Added to the priority: a positive one while all is well, a negative one while it fails. 0: a failure is a FAULT.
    /// Of a file: what its value is multiplied by.
    package var value: Int
    /// The other way round.
    package var isReversed = false

    /// The value is not checked here.
    package init(value: Int, isReversed: Bool = false) {
        self.value = value
        self.isReversed = isReversed
    }
}

/// Something that an instance or a sync group tracks.
package struct Tracked: Hashable, Sendable {
    /// The script, process, file, BFD session or interface.
    package var name: String
    /// What it counts here; nil: as it says itself, and for an interface 0.
    package var weight: TrackWeight?
}

/// A virtual service whose quorum is tracked.
package struct TrackedService: Hashable, Sendable {
    /// Which.
    package var name: ServiceName
    /// What it counts; without one, a service without its quorum is a FAULT.
    package var weight: TrackWeight?
}

/// What names a virtual service; no two are alike in this.
package struct ServiceName: Hashable, Sendable, CustomStringConvertible {
    /// The VIP.
    package var address: IPAddress
    /// Host byte order; 0 is any port.
    package var port: UInt16
    /// What it is reached by.
    package var transport: TransportProtocol

    /// From its parts.
    package init(address: IPAddress, port: UInt16, transport: TransportProtocol) {
        self.address = address
        self.port = port
        self.transport = transport
    }

    /// Of a service.
    package init(_ service: VirtualService) {
        self.init(address: service.address, port: service.port, transport: service.transport)
    }

    /// As in listings: `TCP 192.0.2.10:80`.
    package var description: String {
        let word =
            switch transport {
            case .tcp: "TCP"
            case .udp: "UDP"
            }
        return "\(word) \(address.text(withPort: port))"
    }
}

/// All that an instance or a sync group tracks; no name twice in a list once it is checked, and none that is not defined.
package struct Tracking: Equatable, Sendable {
    /// `track_interface`: without weight, one that is down makes FAULT.
    package var interfaces: [Setting<Tracked>] = []
    /// `track_script`.
    package var scripts: [Setting<Tracked>] = []
    /// `track_process`.
    package var processes: [Setting<Tracked>] = []
    /// `track_file`.
    package var files: [Setting<Tracked>] = []
    /// `track_bfd`.
    package var sessions: [Setting<Tracked>] = []
    /// `sluice_track_service`.
    package var services: [Setting<TrackedService>] = []

    /// Nothing is tracked.
    package init() {}
}

/// Whom an instance or a sync group tells of its transitions.
package struct Notifications: Equatable, Sendable {
    /// `notify_master`.
    @Setting package var master: Script? = nil
    /// `notify_backup`.
    @Setting package var backup: Script? = nil
    /// `notify_fault`.
    @Setting package var fault: Script? = nil
    /// `notify_stop`.
    @Setting package var stop: Script? = nil
    /// `notify_deleted`: when a reload takes the instance away; instances only.
    @Setting package var deleted: Script? = nil
    /// `notify_deleted` without a script: say DELETED where it would be FAULT; instances only.
    @Setting package var saysDeleted = false
    /// `notify`: after the others, with INSTANCE or GROUP, name, state and priority appended.
    @Setting package var any: Script? = nil
    /// `notify_master_rx_lower_pri`: an advert of lower priority came while active; instances only.
    @Setting package var lowerPriority: Script? = nil
    /// `smtp_alert`; nil: `smtp_alert_vrrp`, then `smtp_alert`, then no.
    @Setting package var mails: Bool? = nil
    /// `notify_priority_changes`; nil: the sync group's, then `vrrp_notify_priority_changes`.
    @Setting package var priorityChanges: Bool? = nil

    /// Nobody is told.
    package init() {}

    /// Every script, with the keyword that names it.
    package var scripts: [(keyword: String, script: Setting<Script?>)] {
        [
            ("notify_master", $master), ("notify_backup", $backup), ("notify_fault", $fault), ("notify_stop", $stop),
            ("notify_deleted", $deleted), ("notify", $any), ("notify_master_rx_lower_pri", $lowerPriority),
        ].filter { $0.1.wrappedValue != nil }
    }
}

/// How many objects that can be tracked came before something in the file: keepalived knows no others there. Says nothing
/// about the meaning, so all are equal.
struct DefinedBefore: Equatable, Sendable {
    /// False until the block has ended.
    var isSet = false
    var scripts = 0
    var processes = 0
    var files = 0
    var sessions = 0

    static func == (left: Self, right: Self) -> Bool { true }
}

/// A `vrrp_script` block: a check that instances track.
package struct VRRPScript: Equatable, Sendable, Located {
    /// Its name, and where the block begins.
    @Setting package var name: String
    /// `script`: the program and its arguments. Never empty in a configuration that was checked.
    @Setting package var command: [String] = []
    /// `interval`, in whole seconds, 1...4,294: from one start to the next.
    @Setting package var intervalSeconds = 1
    /// `timeout`, in whole seconds, 1...4,294: a longer run counts as failed; nil: the interval.
    @Setting package var timeoutSeconds: Int? = nil
    /// `weight`, -253...253.
    @Setting package var weight = TrackWeight(value: 0)
    /// `rise`: how many successes make it good, at least 1.
    @Setting package var rise = 1
    /// `fall`: how many failures make it bad, at least 1.
    @Setting package var fall = 1
    /// `user`; nil: `script_user`.
    @Setting package var user: UserAndGroup? = nil
    /// `init_fail`: it counts as failed until it has run.
    @Setting package var startsFailed = false

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `vrrp_script` line.
    package var location: SourceLocation { $name.place }
}

/// A `vrrp_track_process` block: how many processes of a name there are.
package struct TrackProcess: Equatable, Sendable, Located {
    /// How the parameters are compared.
    package enum ParameterMatch: String, Sendable, CaseIterable {
        case exact
        /// The last one given may go on.
        case initial
        /// The process may have more of them.
        case partial
    }

    /// Its name, and where the block begins.
    @Setting package var name: String
    /// `process`: the program's name, then its parameters. Never empty in a configuration that was checked.
    @Setting package var command: [String] = []
    /// `param_match`; nil: exact if there are parameters, else not compared.
    @Setting package var match: ParameterMatch? = nil
    /// `full_command`: the command line is compared, not the name that the kernel keeps, which has 15 bytes.
    @Setting package var comparesCommandLine = false
    /// `weight`, -254...254.
    @Setting package var weight = TrackWeight(value: 0)
    /// `quorum`: it is good with at least so many, 1...65,535; 0 only with `maximum` 0.
    @Setting package var quorum = 1
    /// `quorum_max`: and with no more than so many, 0...65,535; nil: any number.
    @Setting package var maximum: Int? = nil
    /// `fork_delay`, `delay`: seconds until a rise of the number counts, up to 3,600.
    @Setting package var forkDelaySeconds = 0.0
    /// `terminate_delay`, `delay`: seconds until a fall of the number counts, up to 3,600.
    @Setting package var terminateDelaySeconds = 0.0

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `vrrp_track_process` line.
    package var location: SourceLocation { $name.place }
}

/// A `track_file` block: a number in a file.
package struct TrackFile: Equatable, Sendable, Located {
    /// What `init_file` writes at the start.
    package struct Initial: Hashable, Sendable {
        /// -2,147,483,648...2,147,483,647; beyond -254...254 is of no use.
        package var value = 0
        /// A file that exists is written over too.
        package var overwrites = false
    }

    /// Its name, and where the block begins.
    @Setting package var name: String
    /// `file`. Never nil in a configuration that was checked.
    @Setting package var path: String? = nil
    /// `weight`, -254...254: what the number is multiplied by; with 0 any number but 0 is a FAULT.
    @Setting package var weight = TrackWeight(value: 1)
    /// `init_file`; nil: the file is left alone.
    @Setting package var initial: Initial? = nil

    init(_ name: String, at location: SourceLocation) { _name = Setting(name, from: location) }

    /// The `track_file` line.
    package var location: SourceLocation { $name.place }
}
