import Wire

/// Deadlines that have come.
extension VirtualRouter {
    mutating func timer(at now: Instant, into actions: inout Actions) {
        if let due = deadlines.down, due <= now { downTimer(due: due, at: now, into: &actions) }
        if let due = deadlines.silence, due <= now { silence(at: now, into: &actions) }
        if let due = deadlines.leave, due <= now { leaveTimer(at: now, into: &actions) }
        if let due = deadlines.advert, due <= now { advertTimer(due: due, at: now, into: &actions) }
        announceTimers(at: now, into: &actions)
    }

    // MARK: Master down

    /// No advert for the master-down interval.
    private mutating func downTimer(due: Instant, at now: Instant, into actions: inout Actions) {
        if state == .leaving { return successorGone(at: now, into: &actions) }
        if lateTimer(due: due, at: now, into: &actions) { return }
        guard settings.isGrouped else { return takeOver(takeoverReason, at: now, into: &actions) }
        // The group answers when all members want it; until then, or until an advert comes, the wish stands.
        deadlines.down = now + masterDown
        askGroup(true, into: &actions)
    }

    mutating func takeOver(_ reason: Reason, at now: Instant, into actions: inout Actions) {
        enterActive(reason, at: now, into: &actions)
    }

    /// A master-down timer that comes more than an interval late was not waited for by us: the process or the machine
    /// didn't run. What had arrived by now the shell has delivered, but what a stopped machine missed is lost, so the
    /// silence proves nothing. The router looks once more, for one interval of the active router and the skew time,
    /// in which a living one is heard; a second late timer in a row is believed, so that a machine that is always slow
    /// takes over too. keepalived takes over at once ("thread timer expired"), and two routers are active.
    private mutating func lateTimer(due: Instant, at now: Instant, into actions: inout Actions) -> Bool {
        let lateness = now - due
        guard lateness > activeInterval else { return false }
        statistics.lateTimers &+= 1
        actions.log(.late(lateness))
        guard !hasOverslept else { return false }
        hasOverslept = true
        deadlines.down = now + activeInterval + skew
        return true
    }

    // MARK: Leaving

    private mutating func successorGone(at now: Instant, into actions: inout Actions) {
        guard settings.isGrouped else { return enterActive(.successorGone, at: now, into: &actions) }
        actions.append(.removeAddresses)
        settle(.successorGone, at: now, into: &actions)
        deadlines.down = now + masterDown
        askGroup(true, into: &actions)
    }

    private mutating func leaveTimer(at now: Instant, into actions: inout Actions) {
        guard let current = leaving else { return }
        if !current.isAnnounced, current.purpose == .release {
            // Nobody wants the role: keep it. The addresses never went, so nothing is announced.
            becomeSender(at: now, into: &actions)
            return move(to: .active, .nobodyTookOver, at: now, into: &actions)
        }
        silence(at: now, into: &actions)
        actions.append(.removeAddresses)
        settle(current.isAnnounced ? .handedOver : .nobodyTookOver, at: now, into: &actions)
    }

    /// `Event.addressTaken`: the successor's announcement was seen.
    mutating func addressTaken(at now: Instant, into actions: inout Actions) {
        guard state == .leaving, leaving?.isSilent == false else { return }
        leaving?.isAnnounced = true
        silence(at: now, into: &actions)
        deadlines.leave = now + settings.handover.lingerTime
    }

    // MARK: Active

    /// Adverts keep their beat: the next is due an interval after this one was, unless a whole one was missed.
    private mutating func advertTimer(due: Instant, at now: Instant, into actions: inout Actions) {
        let interval = settings.clampedInterval
        let lateness = now - due
        if oversleeps(at: now, into: &actions) { return }
        send(priority: priority, into: &actions)
        deadlines.advert = lateness > interval ? now + interval : due + interval
    }

    /// An active router that was not scheduled when its advert was due says so, and yields if it is told to. Adverts that
    /// waited in the socket are delivered before the timer, so they ask too.
    mutating func oversleeps(at now: Instant, into actions: inout Actions) -> Bool {
        guard let due = deadlines.advert else { return false }
        let lateness = now - due
        guard lateness > settings.clampedInterval else { return false }
        statistics.lateTimers &+= 1
        actions.log(.late(lateness))
        guard settings.yieldsWhenLate, lateness + settings.clampedInterval > othersPatience else { return false }
        overslept(at: now, into: &actions)
        return true
    }

    /// After what silence of this router one of the others has taken over.
    private var othersPatience: Duration {
        Timing.masterDown(
            version: settings.version, priority: settings.othersPriority ?? priority,
            activeInterval: settings.clampedInterval, adverts: settings.downTimerAdverts)
    }

    /// `timer_expired_backup`: the others have waited long enough to take over; don't contest it.
    private mutating func overslept(at now: Instant, into actions: inout Actions) {
        deadlines.down = now + masterDown
        leave(.preempted, .overslept, announced: true, at: now, into: &actions)
    }

    /// Requirement 40.
    private mutating func announceTimers(at now: Instant, into actions: inout Actions) {
        guard state == .active else { return }
        let gratuitous = settings.gratuitous
        if let due = deadlines.burst, due <= now {
            deadlines.burst = nil
            actions.append(.announce(count: gratuitous.count, .afterDelay))
        }
        if let due = deadlines.lowerBurst, due <= now {
            deadlines.lowerBurst = nil
            actions.append(.announce(count: gratuitous.lowerPriorityCount, .lowerPriorityHeard))
        }
        if let due = deadlines.refresh, due <= now {
            deadlines.refresh = now + gratuitous.refreshInterval
            actions.append(.announce(count: gratuitous.refreshCount, .refresh))
        }
    }
}
