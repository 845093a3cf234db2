import Wire

/// Adverts of others.
extension VirtualRouter {
    mutating func hear(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        statistics.advertsReceived &+= 1
        if advert.priority == 0 { statistics.priorityZeroReceived &+= 1 }
        // Requirements 15 and 33: our own packet, or a misconfigured router that nothing can be decided with.
        guard advert.sender != settings.source else { return hearOurselves(advert, at: now, into: &actions) }
        remember(advert, at: now)
        switch state {
        case .initialize, .fault: break
        case .backup: hearAsBackup(advert, at: now, into: &actions)
        case .active: hearAsActive(advert, at: now, into: &actions)
        case .leaving: hearAsLeaving(advert, at: now, into: &actions)
        }
    }

    private mutating func hearOurselves(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        statistics.countDrop(.own)
        if state == .active, mayLogConflict(at: now) { actions.log(.sameAddress(advert.sender)) }
    }

    private mutating func remember(_ advert: ReceivedAdvert, at now: Instant) {
        for index in peers.indices where peers[index].address == advert.sender {
            peers[index].priority = advert.priority
            peers[index].interval = advert.interval
            peers[index].lastHeard = now
            peers[index].adverts &+= 1
            return
        }
        let peer = Peer(
            address: advert.sender, priority: advert.priority, interval: advert.interval, lastHeard: now, adverts: 1)
        guard peers.count >= Self.peerLimit else { return peers.append(peer) }
        guard let oldest = peers.indices.min(by: { peers[$0].lastHeard < peers[$1].lastHeard }) else { return }
        peers[oldest] = peer
    }

    // MARK: Backup

    private mutating func hearAsBackup(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        guard advert.priority > 0 else { return hearGiveUp(advert, at: now, into: &actions) }
        // Requirement 16; an owner that has released the role hears its successor.
        guard !(isOwner && settings.ownerIgnoresAdverts && !isHeld) else { return }
        activePeer = advert.sender
        guard yields(to: advert, at: now, into: &actions) else {
            // Requirement 27: the timer runs on, and we preempt when it runs out.
            takeoverReason = .preempts
            return actions.log(.lowerPriority(advert.sender, priority: advert.priority))
        }
        accept(advert, at: now, into: &actions)
        takeoverReason = .noAdverts
        askGroup(false, into: &actions)
    }

    /// Requirement 22: the down timer becomes the skew time. Only the active router can give the role up: a third one
    /// that stops says nothing about the one that we hear.
    private mutating func hearGiveUp(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        guard activePeer == nil || activePeer == advert.sender else { return }
        actions.log(.priorityZero(advert.sender))
        deadlines.down = min(deadlines.down ?? now + skew, now + skew)
        takeoverReason = .peerGaveUp
        hasOverslept = false
    }

    /// Requirements 27 and 28.
    private mutating func yields(to advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) -> Bool {
        if advert.priority >= priority {
            if preemptAfter != nil { actions.log(.preemptDelayStopped) }
            preemptAfter = nil
            return true
        }
        // An owner preempts whatever `nopreempt` says (RFC 9568 section 6.1, Preempt_Mode).
        guard settings.preempts || isOwner, !isHeld else { return true }
        guard settings.preemptDelay > .zero, !isOwner else { return false }
        if let preemptAfter { return now < preemptAfter }
        preemptAfter = now + settings.preemptDelay
        actions.log(.preemptDelayStarted)
        return true
    }

    /// The sender is active: learn its interval (requirements 12, 20, 23) and start the down timer anew.
    private mutating func accept(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        if settings.version == .v3, advert.interval != activeInterval, advert.interval > .zero {
            activeInterval = advert.interval
            actions.log(.intervalLearned(advert.interval))
        }
        activePeer = advert.sender
        deadlines.down = now + masterDown
        hasOverslept = false
    }

    // MARK: Active

    private mutating func hearAsActive(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        // Requirement 16.
        guard !(isOwner && settings.ownerIgnoresAdverts) else { return }
        // Requirement 29: tell the backups of the one that gave up that somebody is still there.
        guard advert.priority > 0 else { return advertise(at: now, into: &actions) }
        if oversleeps(at: now, into: &actions) { return hearAsLeaving(advert, at: now, into: &actions) }
        noteOtherActive(advert, at: now)
        if isOwner && advert.priority == 255 { hearOtherOwner(advert, at: now, into: &actions) }
        if isBetter(advert) {
            yieldActive(to: advert, at: now, into: &actions)
        } else {
            hearWorse(advert, at: now, into: &actions)
        }
    }

    /// Requirement 30: unsigned comparison of the addresses breaks a tie.
    func isBetter(_ advert: ReceivedAdvert) -> Bool {
        guard advert.priority == priority else { return advert.priority > priority }
        guard let own = settings.source, advert.sender > own else { return false }
        return !isOwner
    }

    /// Requirement 35: of two owners the one with the lower address backs off to 254 at the second advert, and so
    /// yields. keepalived backs off whatever its address, at once or later: only one of both is left in any case.
    private mutating func hearOtherOwner(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        ownerConflicts += 1
        if ownerConflicts == 1 || mayLogConflict(at: now) { actions.log(.otherOwner(advert.sender)) }
        guard ownerConflicts >= 2, let own = settings.source, advert.sender > own else { return }
        actions.log(.ownerBacksOff)
        priority = 254
    }

    private mutating func yieldActive(to advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        if tellsBetter { send(priority: priority, into: &actions) }
        accept(advert, at: now, into: &actions)
        leave(
            .preempted, .preempted(by: advert.sender, priority: advert.priority), announced: true, at: now,
            into: &actions)
    }

    /// Requirement 31: the other yields when it hears us; clients and switches are told again where the addresses are.
    private mutating func hearWorse(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        if lastSplitBrain?.isCertain == true, mayLogConflict(at: now) {
            actions.log(.otherActive(advert.sender, priority: advert.priority))
        }
        actions.append(.heardLowerPriority)
        if !settings.ignoresLowerPriority { advertise(at: now, into: &actions) }
        let gratuitous = settings.gratuitous
        guard gratuitous.lowerPriorityCount > 0, deadlines.lowerBurst == nil else { return }
        actions.append(.announce(count: gratuitous.lowerPriorityCount, .lowerPriorityHeard))
        if gratuitous.lowerPriorityDelay > .zero { deadlines.lowerBurst = now + gratuitous.lowerPriorityDelay }
    }

    /// An advert out of turn; the next one is due an interval from now.
    mutating func advertise(at now: Instant, into actions: inout Actions) {
        send(priority: priority, into: &actions)
        deadlines.advert = now + settings.clampedInterval
    }

    // MARK: Leaving

    private mutating func hearAsLeaving(_ advert: ReceivedAdvert, at now: Instant, into actions: inout Actions) {
        guard let current = leaving else { return }
        guard advert.priority > 0 else {
            // The successor gives up while we are still here: take over after the skew time, as any backup.
            if current.isAnnounced, current.purpose != .shutdown, activePeer == advert.sender {
                deadlines.down = now + skew
                takeoverReason = .peerGaveUp
            }
            return
        }
        accept(advert, at: now, into: &actions)
        if current.purpose == .shutdown { deadlines.down = nil }
        guard !current.isAnnounced else { return }
        leaving?.isAnnounced = true
        overlap(at: now)
    }
}
