/// Why Sluice understands a keyword but never acts on it.
enum UnusedReason: Sendable, CaseIterable {
    case snmp, dbus, ipvs, netfilter, process, scheduling, buffers, obsolete, dump, linkbeat, ipsets, copies, includes,
        regexStack

    /// The reason, as the end of "understood, not used by Sluice: ".
    var text: String {
        switch self {
        case .snmp: "it has no SNMP agent"
        case .dbus: "it has no D-Bus interface"
        case .ipvs: "it forwards by XDP, not by IPVS"
        case .netfilter: "it sets no netfilter rules"
        case .process: "it is one process, and the service manager's business"
        case .scheduling: "its priorities and affinities are the service manager's business"
        case .buffers: "it sizes its netlink buffers itself"
        case .obsolete: "it is obsolete"
        case .dump: "sluicectl shows the state"
        case .linkbeat: "the kernel reports links by netlink"
        case .ipsets: "it uses no ipsets"
        case .copies: "it reads its configuration once, and keeps no copy of it"
        case .includes: "it always reports an include that finds nothing"
        case .regexStack: "its regular expressions need no stack of their own"
        }
    }
}
