import Wire

/// From state to state. Each function leaves exactly the deadlines of the state that it enters.
extension VirtualRouter {
    /// The master-down interval of this router now.
    var masterDown: Duration {
        Timing.masterDown(
            version: settings.version, priority: priority, activeInterval: activeInterval,
            adverts: settings.downTimerAdverts)
    }

    /// The skew time of this router now.
    var skew: Duration {
        Timing.skew(version: settings.version, priority: priority, activeInterval: activeInterval)
    }

    /// The longest wait for a successor: see `HandoverSettings.limit`.
    var handoverLimit: Duration {
        min(
            settings.handover.limit,
            Timing.masterDown(
                version: settings.version, priority: 1, activeInterval: settings.clampedInterval,
                adverts: settings.downTimerAdverts))
    }

    mutating func move(to new: State, _ reason: Reason, at now: Instant, into actions: inout Actions) {
        let old = state
        state = new
        since = now
        if new == .active { statistics.becameActive &+= 1 }
        if old == .active { statistics.releasedActive &+= 1 }
        actions.append(.notify(Transition(from: old, to: new, reason: reason)))
    }

    mutating func send(priority: UInt8, into actions: inout Actions) {
        statistics.advertsSent &+= 1
        if priority == 0 { statistics.priorityZeroSent &+= 1 }
        actions.append(.sendAdvert(priority: priority))
    }

    /// From initialize or fault, with no fault left (requirement 25): an owner is active at once, any other waits for
    /// the master-down interval, whatever `state` says in the configuration.
    mutating func run(_ reason: Reason, at now: Instant, into actions: inout Actions) {
        activeInterval = settings.clampedInterval
        activePeer = nil
        guard isOwner, !settings.isGrouped else {
            enterBackup(reason, at: now, into: &actions)
            if isOwner { askGroup(true, into: &actions) }
            return
        }
        enterActive(.owner, at: now, into: &actions)
    }

    /// Backup; a master-down timer that already runs (after a handover) goes on.
    mutating func enterBackup(_ reason: Reason, at now: Instant, into actions: inout Actions) {
        let down = state == .leaving ? deadlines.down : nil
        deadlines = Deadlines()
        deadlines.down = down ?? now + masterDown
        leaving = nil
        preemptAfter = nil
        takeoverReason = .noAdverts
        hasOverslept = false
        move(to: .backup, reason, at: now, into: &actions)
    }

    /// Requirement 38: advert, addresses, announcement; then the notification.
    mutating func enterActive(_ reason: Reason, at now: Instant, into actions: inout Actions) {
        becomeSender(at: now, into: &actions)
        tookSilence = reason == .noAdverts || reason == .group && takeoverReason == .noAdverts
        actions.append(.addAddresses)
        let gratuitous = settings.gratuitous
        if gratuitous.count > 0 {
            actions.append(.announce(count: gratuitous.count, .takeover))
            if gratuitous.secondDelay > .zero { deadlines.burst = now + gratuitous.secondDelay }
        }
        move(to: .active, reason, at: now, into: &actions)
    }

    /// An advert now, and the deadlines of an active router; nothing of another state is left.
    mutating func becomeSender(at now: Instant, into actions: inout Actions) {
        deadlines = Deadlines()
        leaving = nil
        preemptAfter = nil
        isHeld = false
        wantsActive = false
        hasOverslept = false
        tookSilence = false
        ownerConflicts = 0
        activePeer = nil
        activeInterval = settings.clampedInterval
        send(priority: priority, into: &actions)
        deadlines.advert = now + activeInterval
        let refresh = settings.gratuitous.refreshInterval
        if refresh > .zero { deadlines.refresh = now + refresh }
    }

    mutating func enterFault(_ fault: Fault, at now: Instant, into actions: inout Actions) {
        if state == .active { send(priority: 0, into: &actions) }
        if isServing { actions.append(.removeAddresses) }
        let stops = leaving?.purpose == .shutdown
        clear(into: &actions)
        guard !stops else { return stop(at: now, into: &actions) }
        move(to: .fault, .fault(fault), at: now, into: &actions)
    }

    /// No timers, no wishes.
    private mutating func clear(into actions: inout Actions) {
        deadlines = Deadlines()
        leaving = nil
        preemptAfter = nil
        askGroup(false, into: &actions)
    }

    mutating func stop(at now: Instant, into actions: inout Actions) {
        clear(into: &actions)
        move(to: .initialize, .shutdown, at: now, into: &actions)
        hasStopped = true
        actions.append(.stopped)
    }

    mutating func askGroup(_ wants: Bool, into actions: inout Actions) {
        guard wantsActive != wants else { return }
        wantsActive = wants
        actions.append(.wantsActive(wants))
    }

    /// The role is lost or given up. With a handover this is step 1 of `State.leaving`, or its step 2 when a better
    /// router has already announced itself.
    mutating func leave(
        _ purpose: Leaving.Purpose, _ reason: Reason, announced: Bool, at now: Instant, into actions: inout Actions
    ) {
        let down = deadlines.down
        deadlines = Deadlines()
        if !announced { send(priority: 0, into: &actions) }
        guard settings.handover.isEnabled else {
            actions.append(.removeAddresses)
            leaving = Leaving(purpose: purpose, isAnnounced: announced)
            deadlines.down = down
            return settle(reason, at: now, into: &actions)
        }
        leaving = Leaving(purpose: purpose, isAnnounced: announced)
        deadlines.down = down
        deadlines.leave = now + handoverLimit
        if announced { overlap(at: now) }
        move(to: .leaving, reason, at: now, into: &actions)
    }

    /// The successor has announced itself: step 2 begins.
    mutating func overlap(at now: Instant) {
        deadlines.silence = now + settings.handover.takeoverTime
        deadlines.leave = now + settings.handover.takeoverTime + settings.handover.lingerTime
    }

    /// Step 3: only the successor answers for the addresses.
    mutating func silence(at now: Instant, into actions: inout Actions) {
        deadlines.silence = nil
        guard leaving?.isSilent == false else { return }
        leaving?.isSilent = true
        actions.append(.silenceAddresses)
    }

    /// The state after a leave; the addresses are gone.
    mutating func settle(_ reason: Reason, at now: Instant, into actions: inout Actions) {
        guard leaving?.purpose != .shutdown else { return stop(at: now, into: &actions) }
        enterBackup(reason, at: now, into: &actions)
    }
}
