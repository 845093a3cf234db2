internal import Config
internal import Linux
internal import Netlink
internal import VRRP
internal import Wire

/// Hears successors announce the addresses, while somebody here is leaving: a handover ends as soon as they do.
struct VRRPListener {
    private var socket: AnnouncementSocket?
    private var buffer = [UInt8](repeating: 0, count: 128)
    /// Frames at a time, so that a flood of them doesn't keep adverts waiting.
    private static let limit = 64

    /// Negative while nobody is leaving.
    var descriptor: Int32 { socket?.descriptor ?? -1 }

    /// Hears, or no longer does. Without the socket a handover takes its full time, that is all.
    mutating func listen(_ isNeeded: Bool) {
        guard isNeeded != (socket != nil) else { return }
        socket = isNeeded ? try? AnnouncementSocket() : nil
    }

    /// Takes in what has come: interface and address of each.
    mutating func take(_ body: (UInt32, IPAddress) -> Void) {
        guard let socket else { return }
        for _ in 0..<Self.limit {
            guard let (length, ifindex) = socket.receive(into: &buffer) else { return }
            let bytes = buffer.span
            if let address = Announcement.address(in: bytes.extracting(0..<length)) { body(ifindex, address) }
        }
    }
}

extension VRRPDriver {
    /// Listens exactly while a member leaves.
    func followLeaving() {
        let isLeaving = hasMember { $0.router.state == .leaving }
        guard isLeaving != (listener.descriptor >= 0) else { return }
        listener.listen(isLeaving)
        polls.replace(listenerPlace, by: listener.descriptor)
    }

    /// A successor that announces an address of a leaving member has taken it.
    func hearAnnouncements() {
        guard listener.descriptor >= 0 else { return }
        var taken: [String] = []
        listener.take { ifindex, address in
            for member in members where member.router.state == .leaving {
                let isOurs = member.plan.addresses.contains {
                    $0.address.address == address && network.link(named: $0.interface)?.index == ifindex
                }
                if isOurs { taken.append(member.name) }
            }
        }
        for member in members where taken.contains(member.name) { deliver(.addressTaken, to: member, at: Self.now) }
    }
}
