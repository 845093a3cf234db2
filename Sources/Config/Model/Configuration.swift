import Wire

/// What the configuration files say, checked, with defaults filled in.
package struct Configuration: Equatable, Sendable {
    /// How many virtual services there may be, groups expanded: the slots that the forwarder's table is made for.
    package static let maximumServices = 4_096
    /// How many real servers there may be, counted once for each virtual service that uses them.
    package static let maximumDestinations = 65_536

    /// What applies to the director as a whole.
    package var global: GlobalSettings
    /// `SSL`; nil: the defaults.
    package var tls: TLSSettings?
    /// `virtual_server_group`, in the order of the files.
    package var virtualServerGroups: [VirtualServerGroup] = []
    /// `virtual_server`, in the order of the files, as they are written.
    package var virtualServers: [VirtualServerBlock] = []
    /// What the virtual servers come to, groups expanded; no two with the same address, port and protocol.
    package var virtualServices: [VirtualService]

    /// What an empty file means, but for what is given.
    package init(global: GlobalSettings = GlobalSettings(), virtualServices: [VirtualService] = []) {
        self.global = global
        self.virtualServices = virtualServices
    }
}
