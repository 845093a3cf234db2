import Wire

@testable import VRRP

/// What RFC 9568 section 6.4 (RFC 3768 section 6.4) makes of what a router hears, kept beside the machine: when silence
/// allows a takeover at the earliest. Where the specification leaves a choice this is the earlier moment.
extension World {
    func noteHeard(_ advert: ReceivedAdvert, _ node: SimulatedNode, _ member: SimulatedMember) {
        let state = member.router.state
        guard state == .backup || state == .active || state == .leaving else { return }
        let local = node.local(now)
        let own = node.priority
        // Requirement 22.
        guard advert.priority > 0 else {
            member.earliest = min(member.earliest, local + member.skew(own))
            return
        }
        guard !(own == 255 && node.settings.ownerIgnoresAdverts && !node.isHeld) else { return }
        let interval = Int(advert.interval.nanosecondsClamped)
        let isWorse = advert.priority < own
        if isWorse, state == .backup, node.mayPreempt, member.firstLower == nil { member.firstLower = local }
        if !isWorse { member.firstLower = nil }
        // Requirement 27.
        guard !isWorse || (!node.mayPreempt && state != .active) else {
            member.learned = min(member.learned, interval)
            // While preempt_delay counts the advert may be taken as an active router's.
            guard node.settings.preemptDelay > .zero else { return }
            member.earliest = min(member.earliest, local + member.masterDown(own))
            return
        }
        if shape.version == .v3 { member.learned = interval }
        member.earliest = local + member.masterDown(own)
    }

    func notePriority(from old: UInt8, to new: UInt8, _ member: SimulatedMember) {
        guard member.earliest != .max else { return }
        member.earliest -= max(0, member.skew(old) - member.skew(new))
    }

    func noteInterval(_ node: SimulatedNode, _ member: SimulatedMember) {
        member.learned = min(member.learned, Int(node.settings.clampedInterval.nanosecondsClamped))
        member.earliest = min(member.earliest, node.local(now) + member.masterDown(node.priority))
    }

    func noteTransition(
        _ transition: VirtualRouter.Transition, _ node: SimulatedNode, _ member: SimulatedMember
    ) {
        if transition.from == .active { noteLoss(transition, node, member) }
        switch (transition.from, transition.to) {
        case (_, .active):
            checkTakeover(transition.reason, node, member)
            noteRole(node, member)
        case (.initialize, .backup), (.fault, .backup):
            member.learned = Int(node.settings.clampedInterval.nanosecondsClamped)
            member.earliest = node.local(now) + member.masterDown(node.priority)
            member.firstLower = nil
        case (.leaving, .backup): member.firstLower = nil
        case (_, .initialize), (_, .backup), (_, .leaving), (_, .fault): break
        }
    }

    /// It is active now, and so may others be.
    private func noteRole(_ node: SimulatedNode, _ member: SimulatedMember) {
        member.learned = Int(node.settings.clampedInterval.nanosecondsClamped)
        member.firstLower = nil
        member.activeSince = now
        node.isHeld = false
        for other in nodes where other !== node && other.process == .running {
            guard other.members[member.network].router.state == .active else { continue }
            conflicts.append(Conflict(network: member.network, first: other.index, second: node.index, since: now))
        }
    }

    private func noteLoss(
        _ transition: VirtualRouter.Transition, _ node: SimulatedNode, _ member: SimulatedMember
    ) {
        member.activeSince = nil
        // An owner or an adopted router has waited for nothing yet; one that overslept waits from now on.
        if transition.reason == .overslept || member.earliest == .max {
            member.earliest = node.local(now) + member.masterDown(node.priority)
        }
        conflicts.removeAll { $0.network == member.network && ($0.first == node.index || $0.second == node.index) }
        guard case .preempted = transition.reason, let heard = member.heard, let own = node.settings.source else {
            return
        }
        // Requirement 30.
        guard heard.priority > node.priority || heard.priority == node.priority && heard.sender > own else {
            return fail("R\(node.index) (priority \(node.priority)) yields to \(heard)")
        }
    }

    private func checkTakeover(
        _ reason: VirtualRouter.Reason, _ node: SimulatedNode, _ member: SimulatedMember
    ) {
        let local = node.local(now)
        let name = "R\(node.index)/\(member.network)"
        switch reason {
        case .owner: if node.priority != 255 { fail("\(name) is no owner") }
        case .adopted: return checkAdoption(node, member)
        case .noAdverts, .preempts, .peerGaveUp, .successorGone, .group:
            let members = reason == .group ? node.members : [member]
            for member in members where member.earliest > local && node.priority != 255 {
                fail("\(name) takes over \(member.earliest - local) ns before its time (\(reason))")
            }
            let delay = Int(node.settings.preemptDelay.nanosecondsClamped)
            if reason == .preempts, node.priority != 255, (member.firstLower ?? local) + delay > local {
                fail("\(name) preempts before its preempt_delay has passed")
            }
        default: break
        }
        if watch == .calm { checkCalmTakeover(reason, node, member) }
    }

    private func checkAdoption(_ node: SimulatedNode, _ member: SimulatedMember) {
        member.learned = Int(node.settings.clampedInterval.nanosecondsClamped)
        let silence = node.local(now) - (member.lastSent ?? 0)
        if silence >= member.masterDown(node.priority), !node.settings.preempts {
            fail("R\(node.index) contests after \(silence) ns of silence in spite of nopreempt")
        }
    }

    /// In a good network an active router that everybody has had the time to hear is displaced by a better one only
    /// that may preempt.
    private func checkCalmTakeover(
        _ reason: VirtualRouter.Reason, _ node: SimulatedNode, _ member: SimulatedMember
    ) {
        guard mayMove else { return fail("R\(node.index) becomes active where nothing may move (\(reason))") }
        for other in nodes where other !== node && other.process == .running && other.asleepUntil == nil {
            guard let since = other.members[member.network].activeSince else { continue }
            guard max(since, other.lastAsleep) + shape.conflictBound + shape.delay < now else { continue }
            guard !node.mayPreempt || node.priority <= other.priority else { continue }
            // Requirement 25 before 35: a second owner is active at once, until the two have heard each other.
            guard reason != .owner || other.settings.priority != 255 else { continue }
            fail("R\(node.index) displaces R\(other.index), which is active and not worse, or it is not to preempt")
        }
    }
}
