/// How the XDP program is attached.
package enum XDPMode: String, Sendable, CaseIterable {
    /// In the driver, or not at all.
    case native
    /// In the kernel's generic hook, after the socket buffer is made.
    case generic
    /// Native; where the driver can't, generic with a warning.
    case auto
}

/// `global_defs`: what applies to the director as a whole, our own keywords, prefixed `sluice_`, first.
package struct GlobalSettings: Equatable, Sendable {
    /// `sluice_xdp_mode native|generic|auto`.
    @Setting package var xdpMode: XDPMode = .auto
    /// `sluice_flow_table N`: how many flows the table holds; a power of two, within `flowTableSizes`.
    @Setting package var flowTableSize = 1_048_576
    /// `sluice_interfaces NAME...`: attach to these alone; nil means to those that the routes lead to.
    @Setting package var interfaces: [String]? = nil
    /// `sluice_drain SECONDS`: how long known flows are still forwarded at a stop; 0 to 3,600.
    @Setting package var drainSeconds = 5.0
    /// `sluice_timeouts TCP TCPFIN UDP`, or keepalived's `lvs_timeouts`.
    @Setting package var timeouts = Timeouts()

    /// `router_id NAME`: what the director is called in mails; nil: the host's name.
    @Setting package var routerID: String? = nil
    /// `umask`: of the files and pipes that are made, 0 to 0o777.
    @Setting package var umask: UInt32 = 0o022
    /// `random_seed`: makes `${_RANDOM}` repeatable, 0 to 4,294,967,295; nil: it is not.
    @Setting package var randomSeed: UInt32? = nil
    /// `iproute_etc_dir`: where the names of routing tables are looked up first; nil: /etc/iproute2.
    @Setting package var iprouteEtcDir: String? = nil
    /// `iproute_usr_dir`: where they are looked up next; nil: /usr/share/iproute2.
    @Setting package var iprouteUsrDir: String? = nil
    /// `lvs_sync_daemon`: that flows are copied to the other directors, and how; nil: they are not.
    @Setting package var lvsSyncDaemon: SyncDaemon? = nil
    /// `rs_init_notifies`: notify scripts also run when a real server is first found up or down.
    @Setting package var rsInitNotifies = false
    /// `checker_log_all_failures`: each failed check is logged, not only the one that counts.
    @Setting package var checkerLogAllFailures = false

    /// What the VRRP instances have in common, and their defaults.
    package var vrrp = GlobalVRRPSettings()
    /// Mails about what changes.
    package var mail = MailSettings()
    /// As whom scripts run, and those that run at the start and at the end.
    package var scripts = GlobalScriptSettings()
    /// Pipes that say what changes.
    package var fifos = FIFOSettings()
    /// When and how the configuration is read again.
    package var reload = ReloadSettings()

    /// The sizes that `sluice_flow_table` takes.
    package static let flowTableSizes = 4_096...67_108_864
    /// What `sluice_drain` takes, in seconds.
    package static let drainRangeSeconds = 0.0...3_600.0

    /// The defaults.
    package init() {}
}

/// After how long an idle flow is forgotten, in whole seconds, each within `rangeSeconds`.
package struct Timeouts: Equatable, Sendable {
    /// An established TCP connection.
    package var tcpSeconds = 900
    /// A TCP connection of which a FIN was seen.
    package var tcpFinSeconds = 120
    /// A UDP flow.
    package var udpSeconds = 300

    /// What each of them may be.
    package static let rangeSeconds = 1...7_200

    /// The defaults, those of IPVS.
    package init() {}

    /// Each within `rangeSeconds`; it is not checked here.
    package init(tcpSeconds: Int, tcpFinSeconds: Int, udpSeconds: Int) {
        self.tcpSeconds = tcpSeconds
        self.tcpFinSeconds = tcpFinSeconds
        self.udpSeconds = udpSeconds
    }
}
