internal import Config
internal import VRRP
internal import Wire

/// From one plan to the next, by difference.
extension VRRPDriver {
    func configure(_ new: VRRPPlan, at now: Instant) {
        let oldGroups = plan.groups
        let oldScheduling = plan.scheduling
        plan = new
        if new.scheduling != oldScheduling { reschedule() }
        pacer.pacing = new.pacing
        if new.occasion == .start { stateFile.forgetOthers(than: new) }
        let kept = dropOthers(than: new, at: now)
        var hasNew = false
        let rank = Dictionary(uniqueKeysWithValues: new.instances.enumerated().map { ($1.name, $0) })
        for instance in new.instances {
            if let member = kept[instance.name] {
                change(member, to: instance, at: now)
            } else {
                hasNew = true
                members.append(newMember(instance, at: max(now, earliestStart)))
            }
        }
        members.sort { rank[$0.name, default: 0] < rank[$1.name, default: 0] }
        rebuildPlaces()
        // `dropOthers` has left none.
        if hasNew || groups.isEmpty || oldGroups != new.groups { regroup(at: now) }
        followNetwork(at: now)
        mailbox.post(.configured(links: Set(new.links.map(\.name))))
    }

    /// Instances that are no more, or that have become another virtual router, stop at once; the others by name.
    private func dropOthers(than new: VRRPPlan, at now: Instant) -> [String: VRRPMember] {
        let wanted = Dictionary(new.instances.map { ($0.name, $0.identity) }, uniquingKeysWith: { first, _ in first })
        var kept: [String: VRRPMember] = [:]
        var dropped: [VRRPMember] = []
        for member in members {
            if wanted[member.name] == member.plan.identity {
                kept[member.name] = member
            } else {
                dropped.append(member)
            }
        }
        // Not one by one through their groups: those are made anew.
        if !dropped.isEmpty { groups = [] }
        for member in dropped { deliver(.shutdown(.immediate), to: member, at: now) }
        members = members.filter { kept[$0.name] != nil }
        return kept
    }

    /// An instance that begins. What an earlier run left of its addresses goes, unless that run served them to its end.
    private func newMember(_ instance: VRRPPlan.Instance, at time: Instant) -> VRRPMember {
        let slot = stateFile.slot(of: instance)
        if plan.occasion == .reload, let slot { stateFile.note(nil, slot) }
        let member = VRRPMember(
            instance, startingAt: time, slot: slot, lastAdvert: slot.flatMap { stateFile.lastAdvert($0) },
            sequence: slot.map { stateFile.sequence($0) } ?? 0)
        recordVerdicts(member)
        guard member.lastAdvert == nil else {
            // The others have begun to count.
            member.startTime = Self.now
            if plan.keepsRhythm, let last = member.lastAdvert?.time {
                member.startTime = max(Self.now, last + instance.settings.clampedInterval)
            }
            member.isRaised = true
            return member
        }
        lower(member)
        for placed in instance.addresses {
            remove(placed, of: member)
            try? network.removeFromLoopback(placed.address.address)
        }
        return member
    }

    private func change(_ member: VRRPMember, to new: VRRPPlan.Instance, at now: Instant) {
        let old = member.plan
        guard new != old else { return }
        member.plan = new
        var settings = new.settings
        settings.source = member.router.settings.source
        member.codec.format = new.format
        if new.trackers != old.trackers || new.settings.priority != old.settings.priority {
            member.renewLedger()
            recordVerdicts(member)
        }
        if member.router.isServing, new.addresses != old.addresses { exchange(old, member) }
        deliver(.configure(settings), to: member, at: now)
        if member.startTime == nil { tellPriority(member, at: now) }
    }

    private func exchange(_ old: VRRPPlan.Instance, _ member: VRRPMember) {
        for placed in old.addresses where !member.plan.addresses.contains(placed) { remove(placed, of: member) }
        let added = member.plan.addresses.filter { !old.addresses.contains($0) }
        for placed in added { add(placed, of: member) }
        announce(added, count: member.plan.settings.gratuitous.count, of: member)
    }

    private func regroup(at now: Instant) {
        groups = []
        for member in members { member.toldStatus = nil }
        for group in plan.groups {
            let routers = group.members.compactMap { name in members.first { $0.name == name }?.router }
            guard routers.count == group.members.count else { continue }
            var orders: [SyncGroup.Action] = []
            groups.append(
                VRRPGroup(plan: group, machine: SyncGroup(name: group.name, resuming: routers, into: &orders)))
            carryOut(orders, ofGroup: groups.count - 1, at: now)
        }
    }
}
