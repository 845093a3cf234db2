import Wire

/// What operators, trackers, reloads and the sync group say.
extension VirtualRouter {
    mutating func start(at now: Instant, into actions: inout Actions) {
        guard state == .initialize else { return }
        if let fault = faults.list.first { return enterFault(fault, at: now, into: &actions) }
        run(.started, at: now, into: &actions)
    }

    /// Carries on after a crash of the controller: the addresses are still there, and the forwarder has never stopped.
    ///
    /// If the others can't have taken over yet (the silence is shorter than our own master-down interval), or if
    /// preemption is allowed, the router is active again without removing anything, and an advert goes out at once. If
    /// another has taken over meanwhile, the priorities decide as ever: the better one answers at once. The addresses are
    /// announced an interval later, when that is decided: a worse router must not draw the clients to itself for a
    /// moment. If `nopreempt` forbids to contest a role that another may have by now, or a fault holds, the addresses are
    /// removed and the router starts as ever.
    mutating func adopt(silence: Duration, at now: Instant, into actions: inout Actions) {
        guard state == .initialize else { return }
        guard faults.isEmpty, silence < masterDown || settings.preempts || isOwner else {
            if faults.isEmpty { actions.log(.adoptionStale(silence)) }
            actions.append(.removeAddresses)
            return start(at: now, into: &actions)
        }
        becomeSender(at: now, into: &actions)
        tookSilence = silence >= masterDown
        actions.append(.addAddresses)
        if settings.gratuitous.count > 0 { deadlines.burst = now + settings.clampedInterval }
        move(to: .active, .adopted, at: now, into: &actions)
    }

    mutating func shutdown(_ how: Shutdown, at now: Instant, into actions: inout Actions) {
        switch (state, how) {
        case (.initialize, _), (.backup, _), (.fault, _): stop(at: now, into: &actions)
        case (.active, .handover): leave(.shutdown, .shutdown, announced: false, at: now, into: &actions)
        case (.active, .immediate):
            send(priority: 0, into: &actions)
            actions.append(.removeAddresses)
            stop(at: now, into: &actions)
        case (.leaving, .handover):
            leaving?.purpose = .shutdown
            deadlines.down = nil
        case (.leaving, .immediate):
            actions.append(.removeAddresses)
            stop(at: now, into: &actions)
        }
    }

    mutating func release(at now: Instant, into actions: inout Actions) {
        switch state {
        case .initialize, .fault: break
        case .backup:
            isHeld = true
        case .active:
            isHeld = true
            leave(.release, .released, announced: false, at: now, into: &actions)
        case .leaving:
            isHeld = true
            if leaving?.purpose == .retreat, leaving?.isAnnounced == false { leaving?.purpose = .release }
        }
    }

    mutating func obey(_ order: GroupOrder, at now: Instant, into actions: inout Actions) {
        switch (order, state) {
        case (.activate, .backup): takeOver(.group, at: now, into: &actions)
        case (.retreat, .active): leave(.retreat, .group, announced: false, at: now, into: &actions)
        case (.activate, .initialize), (.activate, .active), (.activate, .leaving), (.activate, .fault): break
        case (.retreat, .initialize), (.retreat, .backup), (.retreat, .leaving), (.retreat, .fault): break
        }
    }

    mutating func change(_ fault: Fault, isRaised: Bool, at now: Instant, into actions: inout Actions) {
        let old = faults
        if isRaised { faults.insert(Faults(fault)) } else { faults.remove(Faults(fault)) }
        guard old != faults else { return }
        switch state {
        case .initialize: break
        case .backup, .active, .leaving: enterFault(fault, at: now, into: &actions)
        case .fault:
            if faults.isEmpty { return run(.recovered, at: now, into: &actions) }
            // What was held silently is now worth a notification.
            if isRaised, old == Faults(.waitingForTracker) { move(to: .fault, .fault(fault), at: now, into: &actions) }
        }
    }

    /// Requirement 34: an owner is never lowered.
    mutating func change(priority value: UInt8, at now: Instant, into actions: inout Actions) {
        guard settings.priority != 255 else { return }
        adopt(priority: min(max(value, 1), 254), into: &actions)
    }

    /// The down timer that runs keeps its start and gets the new skew time.
    private mutating func adopt(priority value: UInt8, into actions: inout Actions) {
        guard value != priority else { return }
        let oldSkew = skew
        let old = priority
        priority = value
        if state == .backup, let down = deadlines.down { deadlines.down = down - oldSkew + skew }
        if state != .initialize { actions.append(.priorityChanged(from: old, to: value)) }
    }

    mutating func configure(_ new: VirtualRouterSettings, at now: Instant, into actions: inout Actions) {
        let old = settings
        guard new != old else { return }
        settings = new
        reconfigurePriority(from: old, at: now, into: &actions)
        if new.addresses != old.addresses, isServing { actions.append(.updateAddresses) }
        if new.clampedInterval != old.clampedInterval { reconfigureInterval(at: now, into: &actions) }
        if !new.preempts || new.preemptDelay == .zero { preemptAfter = nil }
        change(.source, isRaised: new.source == nil, at: now, into: &actions)
    }

    /// What the trackers took or gave stays until the ledger speaks again.
    private mutating func reconfigurePriority(
        from old: VirtualRouterSettings, at now: Instant, into actions: inout Actions
    ) {
        guard settings.priority != old.priority else { return }
        guard settings.priority != 255 else {
            adopt(priority: 255, into: &actions)
            guard state == .backup else { return }
            if settings.isGrouped { return askGroup(true, into: &actions) }
            return enterActive(.owner, at: now, into: &actions)
        }
        let tracked = old.priority == 255 ? 0 : Int(priority) - Int(old.priority)
        adopt(priority: UInt8(min(max(Int(settings.priority) + tracked, 1), 254)), into: &actions)
    }

    /// Requirement 46: backups learn of the new interval (v3) from an advert at once.
    private mutating func reconfigureInterval(at now: Instant, into actions: inout Actions) {
        switch state {
        case .initialize, .fault: activeInterval = settings.clampedInterval
        case .active:
            activeInterval = settings.clampedInterval
            advertise(at: now, into: &actions)
        case .backup, .leaving:
            guard settings.version == .v2 || activePeer == nil else { return }
            activeInterval = settings.clampedInterval
            if state == .backup { deadlines.down = now + masterDown }
        }
    }
}
