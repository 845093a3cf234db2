import Config
import Wire

/// An instance that has all it needs, in version 2 on eth0, with more in its body, from line 6 on.
func instance(
    _ body: String = "", name: String = "VI", id: Int = 51, interface: String = "eth0", address: String = "10.0.0.1/24"
) -> String {
    """
    vrrp_instance \(name) {
    interface \(interface)
    virtual_router_id \(id)
    virtual_ipaddress { \(address)
    }
    \(body)
    }

    """
}

/// The same with an address of IPv6.
func instance6(_ body: String = "", name: String = "VI6") -> String {
    instance(body, name: name, address: "fe80::1/64")
}

extension Reading {
    var instances: [VRRPInstance] { configuration?.vrrpInstances ?? [] }
    var instance: VRRPInstance? { instances.first }

    /// The notes but for those that a keyword has no effect yet.
    var remarks: [String] { notes.filter { !$0.contains("understood, not used") } }
}
