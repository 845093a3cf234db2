import Datapath
import Glibc
import Linux
import Netlink
import Wire

/// What `real-server check` looks at, read once.
struct RealServerView {
    var links: [Link] = []
    var addresses: [InterfaceAddress] = []
    /// Values of net/ipv4/conf/SCOPE/NAME by "SCOPE/NAME"; an absent or unreadable one counts as 0.
    var settings: [String: Int] = [:]
    /// Local addresses of sockets that accept connections; unspecified ones for all addresses of their family.
    var listeners: Set<IPAddress> = []
    /// The interface of the default route.
    var defaultInterface: String?
    /// The decapsulator of each interface that has one.
    var decapsulators: [String: Decapsulator.State] = [:]

    static let settingNames = ["arp_ignore", "arp_announce", "rp_filter"]

    static func read() throws(RealServerError) -> RealServerView {
        var view = RealServerView()
        var netlink = try fromNetlink { () throws(NetlinkError) in try NetlinkSocket() }
        view.links = try fromNetlink { () throws(NetlinkError) in try netlink.links() }
        view.addresses = try fromNetlink { () throws(NetlinkError) in try netlink.addresses() }
        view.defaultInterface = try sluicectl.defaultInterface(&netlink)
        for scope in ["all"] + view.links.map(\.name) {
            for name in settingNames {
                view.settings["\(scope)/\(name)"] = (try? Sysctl.read("net/ipv4/conf/\(scope)/\(name)")).flatMap {
                    Int($0)
                }
            }
        }
        for link in view.links {
            let state = try fromDecapsulator { () throws(DecapsulatorError) in
                try Decapsulator.attached(to: link.name, ifindex: link.index)
            }
            view.decapsulators[link.name] = state
        }
        view.listeners = listeningAddresses()
        return view
    }

    /// The value that counts: the larger of the interface's and that of `all`.
    func effective(_ name: String, on interface: String) -> Int {
        max(settings["all/\(name)"] ?? 0, settings["\(interface)/\(name)"] ?? 0)
    }

    /// Interfaces that ARP is spoken on.
    var ethernets: [Link] { links.filter { $0.isUp && !$0.isLoopback && $0.mac != nil } }

    func name(of ifindex: UInt32) -> String { links.first { $0.index == ifindex }?.name ?? "#\(ifindex)" }

    /// Local addresses of TCP sockets in the state LISTEN (0A) in /proc/net/tcp and tcp6.
    private static func listeningAddresses() -> Set<IPAddress> {
        var found: Set<IPAddress> = []
        for file in ["tcp", "tcp6"] {
            guard let text = try? TextFile.read("/proc/thread-self/net/\(file)") else { continue }
            for line in text.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ", maxSplits: 4)
                guard fields.count > 3, fields[3] == "0A", let address = address(procText: fields[1]) else { continue }
                found.insert(address)
            }
        }
        return found
    }

    /// From `0100007F:0016`: 32-bit words in hexadecimal, each in the machine's byte order.
    private static func address(procText: Substring) -> IPAddress? {
        guard let hex = procText.split(separator: ":").first, hex.count % 8 == 0 else { return nil }
        var bytes: [UInt8] = []
        var rest = hex
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            withUnsafeBytes(of: word) { bytes += $0 }
            rest = rest.dropFirst(8)
        }
        return IPAddress(bytes: bytes)
    }
}
