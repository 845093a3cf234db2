import CSluiceABI

/// Why a desired state does not fit into the maps. Nothing is changed then.
package enum PlanError: Error, Equatable {
    /// More virtual services than SLUICE_MAX_SERVICES.
    case tooManyServices(count: Int)
    /// No index is left for a real server of this virtual service.
    case tooManyDestinations(service: String, retired: Int)
    /// No region of the arena is long enough for this virtual service's ring.
    case ringArenaExhausted(service: String, entries: Int, free: Int)
    /// All slots in reach of the key's home are taken. With other secrets the key has another home.
    case noServiceSlot(key: String)
    /// More interfaces than SLUICE_MAX_INTERFACES.
    case tooManyInterfaces(count: Int)
    /// All slots in reach of the interface's home are taken.
    case noInterfaceSlot(ifindex: UInt32)
}

extension PlanError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooManyServices(let count):
            "\(count) virtual services configured, and the service table takes \(SLUICE_MAX_SERVICES): "
                + "remove some, or replace those that differ only in the port by one for any port (port 0)"
        case .tooManyDestinations(let service, let retired):
            "\(service): no destination left for its real servers, the table takes \(SLUICE_MAX_DESTINATIONS) in all "
                + "and \(retired) are removed ones that wait for their flows to end: "
                + "remove real servers, or wait for the next sweep of the flow table"
        case .ringArenaExhausted(let service, let entries, let free):
            "\(service): its ring needs \(entries) entries in a row, and of the ring arena's "
                + "\(RingArena.capacity) entries \(free) are free: use a scheduler with smaller rings "
                + "(sh 256, rr one for each real server), smaller weights for wrr, or fewer services"
        case .noServiceSlot(let key):
            "\(key): the \(SLUICE_SERVICE_PROBES) slots of the service table that may hold it are taken: "
                + "start with empty maps, which draws new hash keys, or remove virtual services or NAT real servers"
        case .tooManyInterfaces(let count):
            "\(count) interfaces in use, and the interface table takes \(SLUICE_MAX_INTERFACES): attach to fewer"
        case .noInterfaceSlot(let ifindex):
            "interface \(ifindex): the \(SLUICE_INTERFACE_PROBES) slots of the interface table that may hold it "
                + "are taken: attach to fewer interfaces"
        }
    }
}
