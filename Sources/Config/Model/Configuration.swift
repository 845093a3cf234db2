import Wire

/// What the configuration files say, checked, with defaults filled in.
package struct Configuration: Equatable, Sendable {
    /// How many virtual services there may be, groups expanded: the slots that the forwarder's table is made for.
    package static let maximumServices = 4_096
    /// How many real servers there may be, counted once for each virtual service that uses them.
    package static let maximumDestinations = 65_536

    /// What applies to the director as a whole.
    package var global: GlobalSettings
    /// `net_namespace`: where the director works; nil: where it is started. A reload does not change it.
    @Setting package var netNamespace: String? = nil
    /// `instance`: what this director is called among others on the machine; nil: nothing. A reload does not change it.
    @Setting package var instance: String? = nil
    /// `child_wait_time`, in seconds: how long a stop may take.
    @Setting package var childWaitTime = 5
    /// `interface_up_down_delays`, in the order of the files.
    package var interfaceUpDownDelays: [Setting<InterfaceDelays>] = []
    /// `static_routes`, in the order of the files.
    package var staticRoutes: [Setting<RouteSpecification>] = []
    /// `static_rules`, in the order of the files.
    package var staticRules: [Setting<RuleSpecification>] = []
    /// `bfd_instance`, in the order of the files; no two with the same name, or that could not be told apart.
    package var bfdInstances: [BFDInstance] = []
    /// `SSL`; nil: the defaults.
    package var tls: TLSSettings?
    /// `virtual_server_group`, in the order of the files.
    package var virtualServerGroups: [VirtualServerGroup] = []
    /// `virtual_server`, in the order of the files, as they are written.
    package var virtualServers: [VirtualServerBlock] = []
    /// `vrrp_instance`, in the order of the files.
    package var vrrpInstances: [VRRPInstance] = []
    /// `vrrp_sync_group`, in the order of the files.
    package var vrrpSyncGroups: [VRRPSyncGroup] = []
    /// `vrrp_script`, in the order of the files.
    package var vrrpScripts: [VRRPScript] = []
    /// `vrrp_track_process`, in the order of the files.
    package var trackProcesses: [TrackProcess] = []
    /// `track_file` and `vrrp_track_file`, in the order of the files.
    package var trackFiles: [TrackFile] = []
    /// `track_group`, in the order of the files.
    package var trackGroups: [TrackGroup] = []
    /// `garp_group`, in the order of the files.
    package var garpGroups: [GARPGroup] = []
    /// `static_ipaddress`: added at the start, and not moved.
    package var staticAddresses: [Setting<VirtualAddress>] = []
    /// What the virtual servers come to, groups expanded; no two with the same address, port and protocol.
    package var virtualServices: [VirtualService]

    /// What an empty file means, but for what is given.
    package init(global: GlobalSettings = GlobalSettings(), virtualServices: [VirtualService] = []) {
        self.global = global
        self.virtualServices = virtualServices
    }
}
