import Wire

/// One session with a neighbour in asynchronous mode (RFC 5880 section 6): a checker for real servers and a tracker for
/// virtual routers. A pure value; the shell has the sockets, finds the session of a packet (by your discriminator, or
/// by the sender's address if that is 0), and draws what must be random.
///
/// Demand mode is not offered, and a neighbour's wish for it is not granted: packets go on, which it ignores. There is
/// no echo function and no authentication, as in keepalived.
package struct BFDSession: Hashable, Sendable {
    /// What happens to it. `jitter` is drawn evenly from 0 to 1 for each event: sending is spread by it (section 6.8.7).
    package enum Event: Hashable, Sendable {
        /// Begin: the session is down.
        case start(jitter: Double)
        /// A packet for this session, decoded, with its TTL or hop limit.
        case received(BFDPacket, ttl: UInt8, jitter: Double)
        /// `nextDeadline` has come.
        case timer(jitter: Double)
        /// A reload changed the settings; the session stays as it is, and new intervals are negotiated.
        case configure(BFDSettings, jitter: Double)
        /// Stop: the neighbour is told (AdminDown). Nothing more comes from this machine.
        case stop
    }

    /// What to do, in the order given.
    package enum Action: Hashable, Sendable {
        /// Send it to the neighbour.
        case send(BFDPacket)
        /// The state changed. Checkers and trackers: up or not.
        case changed(from: BFDState, to: BFDState, BFDDiagnostic)
        /// A packet was dropped for its TTL: someone further away sent it, or `max_hops` is too small.
        case droppedForTTL(UInt8)
    }

    /// As of the last event.
    package private(set) var settings: BFDSettings
    /// bfd.SessionState.
    package private(set) var state = BFDState.down
    /// bfd.LocalDiag.
    package private(set) var diagnostic = BFDDiagnostic.none
    /// bfd.LocalDiscr: unique on this machine, not 0.
    package let discriminator: UInt32
    /// bfd.RemoteDiscr; 0: not known.
    package private(set) var remoteDiscriminator: UInt32 = 0
    /// bfd.RemoteSessionState.
    package private(set) var remoteState = BFDState.down
    /// What the neighbour gave as its reason.
    package private(set) var remoteDiagnostic = BFDDiagnostic.none
    /// Since when the state is what it is; nil before `start`.
    package private(set) var since: Instant?
    /// When the neighbour was last heard.
    package private(set) var lastHeard: Instant?

    /// bfd.RemoteMinRxInterval, at first a microsecond (section 6.8.1).
    private var remoteMinRx = Duration.microseconds(1)
    private var remoteMinTx = Duration.zero
    private var remoteMultiplier: UInt8 = 0
    /// What is in use until a poll sequence ends (section 6.8.3).
    private var usedMinTx: Duration
    private var usedMinRx: Duration
    private var isPolling = false
    private var nextSend: Instant?
    private var lastSend: Instant?
    private var silenceLimit: Instant?
    private var hasStopped = false

    /// Waits for `start`. `discriminator`: drawn by the shell, unique on this machine, not 0.
    package init(_ settings: BFDSettings, discriminator: UInt32) {
        self.settings = settings
        self.discriminator = discriminator
        usedMinTx = settings.usedMinTx
        usedMinRx = settings.usedMinRx
    }

    /// When the shell must send `Event.timer`; nil for never.
    package var nextDeadline: Instant? {
        guard let nextSend else { return silenceLimit }
        return silenceLimit.map { min($0, nextSend) } ?? nextSend
    }

    /// What a checker that tracks this session reports.
    package var outcome: CheckOutcome { state == .up ? .passed() : .failed(.bfd(state, diagnostic)) }

    /// How long the neighbour may be silent (section 6.8.4); zero before it was heard.
    package var detectionTime: Duration {
        .nanoseconds(max(usedMinRx, remoteMinTx).nanosecondsClamped * Int64(remoteMultiplier))
    }

    /// How often packets go out, before jitter (section 6.8.7); nil: none do.
    package var sendInterval: Duration? {
        guard remoteMinRx > .zero, !settings.isPassive || remoteDiscriminator != 0 else { return nil }
        return max(state == .up ? usedMinTx : settings.usedIdleTx, remoteMinRx)
    }

    /// Takes one event in; the actions are appended.
    package mutating func handle(_ event: Event, at now: Instant, into actions: inout [Action]) {
        guard !hasStopped else { return }
        switch event {
        case .start:
            since = now
            nextSend = sendInterval == nil ? nil : now
        case .received(let packet, let ttl, let jitter):
            guard ttl >= settings.minimumTTL else { return actions.append(.droppedForTTL(ttl)) }
            receive(packet, jitter, at: now, into: &actions)
        case .timer(let jitter):
            if let limit = silenceLimit, limit <= now { expire(jitter, at: now, into: &actions) }
            if let due = nextSend, due <= now {
                send(at: now, into: &actions)
                schedule(jitter, at: now)
            }
        case .configure(let new, let jitter): configure(new, jitter, at: now)
        case .stop: stop(at: now, into: &actions)
        }
    }
}

// MARK: Receiving

extension BFDSession {
    /// Section 6.8.6, in its order.
    private mutating func receive(
        _ packet: BFDPacket, _ jitter: Double, at now: Instant, into actions: inout [Action]
    ) {
        guard packet.yourDiscriminator == 0 || packet.yourDiscriminator == discriminator else { return }
        remoteDiscriminator = packet.myDiscriminator
        remoteState = packet.state
        remoteDiagnostic = packet.diagnostic
        remoteMinRx = .microseconds(Int64(packet.requiredMinRx))
        remoteMinTx = .microseconds(Int64(packet.desiredMinTx))
        remoteMultiplier = packet.multiplier
        lastHeard = now
        if packet.isFinal, isPolling { endPoll() }
        let hasChanged = follow(packet.state, at: now, into: &actions)
        silenceLimit = now + detectionTime
        if packet.isPoll {
            send(isFinal: true, at: now, into: &actions)
        } else if hasChanged, sendInterval != nil {
            // Section 6.8.7: a change is told without waiting.
            send(at: now, into: &actions)
        }
        hurry(jitter, at: now)
    }

    /// The state machine of section 6.8.6; whether the state changed.
    private mutating func follow(_ remote: BFDState, at now: Instant, into actions: inout [Action]) -> Bool {
        switch (state, remote) {
        case (.initializing, .adminDown), (.up, .adminDown), (.up, .down):
            change(to: .down, .neighbourSignalledDown, at: now, into: &actions)
        case (.down, .down): change(to: .initializing, .none, at: now, into: &actions)
        case (.down, .initializing), (.initializing, .initializing), (.initializing, .up):
            change(to: .up, .none, at: now, into: &actions)
        case (.down, .adminDown), (.down, .up), (.initializing, .down), (.up, .initializing), (.up, .up),
            (.adminDown, _):
            return false
        }
        return true
    }

    private mutating func change(
        to new: BFDState, _ reason: BFDDiagnostic, at now: Instant, into actions: inout [Action]
    ) {
        let old = state
        state = new
        diagnostic = reason
        since = now
        // What is advertised as our interval changes with being up, so it is polled for.
        isPolling = new == .up
        if new != .up { (usedMinTx, usedMinRx) = (settings.usedMinTx, settings.usedMinRx) }
        actions.append(.changed(from: old, to: new, reason))
    }

    /// Nothing was heard for the detection time (section 6.8.4).
    private mutating func expire(_ jitter: Double, at now: Instant, into actions: inout [Action]) {
        silenceLimit = nil
        remoteDiscriminator = 0
        guard state == .up || state == .initializing else { return }
        change(to: .down, .detectionTimeExpired, at: now, into: &actions)
        if settings.isPassive { nextSend = nil }
        guard sendInterval != nil else { return }
        send(at: now, into: &actions)
        schedule(jitter, at: now)
    }
}

// MARK: Sending

extension BFDSession {
    private mutating func send(isFinal: Bool = false, at now: Instant, into actions: inout [Action]) {
        var packet = BFDPacket()
        packet.diagnostic = diagnostic
        packet.state = state
        packet.isPoll = isPolling && !isFinal
        packet.isFinal = isFinal
        packet.multiplier = max(settings.multiplier, 1)
        packet.myDiscriminator = discriminator
        packet.yourDiscriminator = remoteDiscriminator
        packet.desiredMinTx = (state == .up ? settings.usedMinTx : settings.usedIdleTx).wireMicroseconds
        packet.requiredMinRx = settings.usedMinRx.wireMicroseconds
        lastSend = now
        actions.append(.send(packet))
    }

    /// Intervals are shortened by up to a quarter, and by at least a tenth if one lost packet is enough (section 6.8.7).
    private func jittered(_ interval: Duration, _ jitter: Double) -> Duration {
        let share = jitter > 0 ? min(jitter, 1) : 0
        let cut = settings.multiplier <= 1 ? 0.1 + 0.15 * share : 0.25 * share
        return interval - .nanoseconds(Int64(Double(interval.nanosecondsClamped) * cut))
    }

    private mutating func schedule(_ jitter: Double, at now: Instant) {
        nextSend = sendInterval.map { now + jittered($0, jitter) }
    }

    /// After something changed: a shorter interval holds at once, a longer one from the next packet on.
    private mutating func hurry(_ jitter: Double, at now: Instant) {
        guard let interval = sendInterval else {
            nextSend = nil
            return
        }
        let due = max((lastSend ?? now) + jittered(interval, jitter), now)
        nextSend = min(nextSend ?? due, due)
    }

    private mutating func endPoll() {
        isPolling = false
        (usedMinTx, usedMinRx) = (settings.usedMinTx, settings.usedMinRx)
    }

    /// Section 6.8.3: while up, a longer sending interval and a shorter receiving one wait for the end of the poll.
    private mutating func configure(_ new: BFDSettings, _ jitter: Double, at now: Instant) {
        let isNegotiated = new.usedMinTx != settings.usedMinTx || new.usedMinRx != settings.usedMinRx
        settings = new
        if state == .up {
            usedMinTx = min(usedMinTx, new.usedMinTx)
            usedMinRx = max(usedMinRx, new.usedMinRx)
            if isNegotiated { isPolling = true }
        } else {
            (usedMinTx, usedMinRx) = (new.usedMinTx, new.usedMinRx)
        }
        guard since != nil else { return }
        if silenceLimit != nil, let lastHeard { silenceLimit = lastHeard + detectionTime }
        hurry(jitter, at: now)
    }

    private mutating func stop(at now: Instant, into actions: inout [Action]) {
        hasStopped = true
        let old = state
        state = .adminDown
        diagnostic = .administrativelyDown
        isPolling = false
        (nextSend, silenceLimit) = (nil, nil)
        guard since != nil else { return }
        if remoteDiscriminator != 0 { send(at: now, into: &actions) }
        actions.append(.changed(from: old, to: .adminDown, diagnostic))
    }
}
