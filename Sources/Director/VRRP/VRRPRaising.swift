internal import Netlink

/// Virtual links, as the driver uses them: see `VirtualLinks`.
extension VRRPDriver {
    /// Switches an instance's virtual links on: its virtual MAC is in use from now on.
    func raise(_ member: VRRPMember) {
        guard !member.isRaised else { return }
        member.isRaised = true
        setLinks(of: member, up: true)
    }

    /// Switches them off: nothing is sent from, or taken for, the virtual MAC any more.
    func lower(_ member: VRRPMember) {
        member.isRaised = false
        setLinks(of: member, up: false)
    }

    private func setLinks(of member: VRRPMember, up: Bool) {
        for link in member.plan.links {
            guard let there = network.link(named: link.name), there.isUp != up else { continue }
            do throws(NetlinkError) {
                try network.setLink(there.index, up: up)
            } catch {
                mailbox.post(.text("\(member.name): \(link.name): \(error)", isWarning: true))
            }
        }
    }

    /// Takes note of a virtual link that has come or gone; one that came while the instance serves is switched on.
    func followLinks(_ member: VRRPMember) {
        guard !member.plan.links.isEmpty else { return }
        let ifindex = member.plan.link.flatMap { network.link(named: $0.name)?.index } ?? 0
        if ifindex != member.virtualIfindex {
            member.virtualIfindex = ifindex
            rebuildPlaces()
        }
        if member.isRaised { setLinks(of: member, up: true) }
    }

    /// Whether the virtual links of its own are there, as far as it has any.
    func hasLinks(_ member: VRRPMember) -> Bool { member.plan.link == nil || member.virtualIfindex != 0 }
}
