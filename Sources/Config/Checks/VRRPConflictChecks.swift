import Wire

/// What instances can't have in common.
enum VRRPConflictChecks {
    static func check(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        dropRepeatedIDs(&configuration, log)
        warnOfSharedAddresses(configuration, log)
        checkInterfaceNames(&configuration, log)
    }

    /// What tells virtual routers from each other; multicast and unicast have VRIDs of their own.
    private struct Identity: Hashable {
        var family: IPAddress.Family
        var id: UInt8
        var interface: String?
        var isUnicast: Bool
        /// Of unicast only: several may be on one interface.
        var source: IPAddress?
    }

    private static func dropRepeatedIDs(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        var owners: [Identity: String] = [:]
        configuration.vrrpInstances = configuration.vrrpInstances.filter { instance in
            guard let id = instance.virtualRouterID else { return false }
            let isUnicast = !instance.peers.isEmpty
            let identity = Identity(
                family: instance.family ?? .ipv4, id: id, interface: instance.interface, isUnicast: isUnicast,
                source: isUnicast ? instance.sourceAddress : nil)
            guard let owner = owners[identity] else {
                owners[identity] = instance.name
                return true
            }
            log.warn(
                instance.$virtualRouterID.origin ?? instance.location,
                "virtual_router_id \(id) is that of vrrp_instance '\(owner)' on the same interface: vrrp_instance "
                    + "'\(instance.name)' is skipped; \(VRRPChecks.refusal)",
                hint: "another virtual_router_id, 1 to 255, the same on all the routers")
            return false
        }
    }

    private static func warnOfSharedAddresses(_ configuration: Configuration, _ log: DiagnosticLog) {
        var owners: [IPAddress: String] = [:]
        for instance in configuration.vrrpInstances {
            for address in instance.addresses + instance.excludedAddresses {
                let value = address.wrappedValue.address
                if let owner = owners[value], owner != instance.name {
                    log.warn(
                        address.origin ?? instance.location, "'\(value)' is an address of vrrp_instance '\(owner)' too",
                        hint: "the one that leaves first takes it away from the other")
                } else {
                    owners[value] = instance.name
                }
            }
        }
    }

    /// The name of a VMAC is one instance's.
    private static func checkInterfaceNames(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        var owners: [String: String] = [:]
        for index in configuration.vrrpInstances.indices {
            let instance = configuration.vrrpInstances[index]
            guard let name = instance.vmac?.name ?? instance.ipvlan?.name else { continue }
            guard let owner = owners[name] else {
                owners[name] = instance.name
                continue
            }
            log.warn(
                (instance.vmac != nil ? instance.$vmac.origin : instance.$ipvlan.origin) ?? instance.location,
                "the interface '\(name)' is that of vrrp_instance '\(owner)': another name is used")
            configuration.vrrpInstances[index].vmac?.name = nil
            configuration.vrrpInstances[index].ipvlan?.name = nil
        }
    }
}
