internal import Config
internal import Netlink
internal import Wire

/// Which interfaces the program belongs on.
struct AttachmentPlan {
    /// Interfaces that are there.
    var present: Set<UInt32> = []
    /// Names in `sluice_interfaces` that are not there yet.
    var missing: [String] = []

    /// As configured, or else those that lead to VIPs and (NAT) to real servers.
    init(_ configuration: Configuration, _ surroundings: inout Surroundings) throws(NetlinkError) {
        if let names = configuration.global.interfaces {
            for name in names {
                if let link = surroundings.link(named: name) {
                    present.insert(link.index)
                } else {
                    missing.append(name)
                }
            }
            return
        }
        for service in configuration.virtualServices {
            present.formUnion(try surroundings.interfaces(for: service.address))
            for server in service.realServers where server.mode == .nat {
                if let interface = try surroundings.interface(to: server.address) { present.insert(interface) }
            }
        }
    }
}
