internal import Config
internal import Netlink
internal import VRRP
internal import Wire

extension VRRPDriver {
    /// Something else took an address away that is served here: it comes back, and the network is told. Bounded, for who
    /// does so in a loop: each event costs one request, a line every ten seconds, and an announcement in 20 ms.
    func putBack(_ member: VRRPMember) {
        guard member.router.service == .full else { return }
        for placed in member.plan.addresses where !network.has(placed) {
            guard network.link(named: placed.interface) != nil else { continue }
            let now = Self.now
            let address = placed.address.address
            var record = member.putBacks[address] ?? PutBackRecord()
            defer { member.putBacks[address] = record }
            do throws(NetlinkError) {
                // False: it is there, and the event that says so is on its way.
                guard try network.add(placed) else { continue }
            } catch {
                if let more = record.say(at: now) {
                    let text = "\(member.name): \(address) is missing and can't be put back: \(error)\(more)"
                    mailbox.post(.text(text, isWarning: true))
                }
                continue
            }
            if let more = record.say(at: now) {
                let text = "\(member.name): \(address) was removed by something else: put back\(more)"
                mailbox.post(.text(text, isWarning: true))
            }
            if record.announces(at: now) { announce([placed], count: 1, of: member) }
        }
    }
}
