/// How the XDP program is attached.
package enum XDPMode: String, Sendable, CaseIterable {
    /// In the driver, or not at all.
    case native
    /// In the kernel's generic hook, after the socket buffer is made.
    case generic
    /// Native; where the driver can't, generic with a warning.
    case auto
}

/// What applies to the director as a whole: our own keywords in `global_defs`, all prefixed `sluice_`.
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
