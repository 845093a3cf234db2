import Wire

/// The health of one virtual service: its real servers, the quorum, the sorry server. A pure value that is told what
/// checkers say and says what should stand in the forwarder's table and who is to be told.
///
/// - A server that goes down is removed, or with `inhibit_on_failure` gets weight 0.
/// - The quorum is gained when the weight that is up reaches `quorum + hysteresis`, and lost when it falls below
///   `quorum - hysteresis` or to 0. It counts as lost before the start, so that the start gains it, as in keepalived.
/// - While it is lost, the sorry server stands in place of all real servers. Without a sorry server, losing the quorum
///   is only told.
package struct VirtualServiceHealth: Hashable, Sendable {
    /// As of the last event.
    package internal(set) var settings: VirtualServiceSettings
    /// One for each of `settings.servers`.
    package internal(set) var servers: [RealServerHealth]
    /// Whether there is a quorum.
    package internal(set) var hasQuorum = false
    /// Whether the sorry server stands in.
    package internal(set) var usesSorryServer = false
    /// The sorry server's weight in the table; nil: it is not there.
    package internal(set) var placedSorryWeight: UInt32?

    var isStarted = false
    var hasStopped = false
    /// How many servers are in slow start.
    var rampCount = 0

    /// Waits for `start`.
    package init(_ settings: VirtualServiceSettings) {
        self.settings = settings
        servers = settings.servers.map { RealServerHealth($0) }
    }

    /// When the shell must send `Event.timer`; nil for never.
    package var nextDeadline: Instant? {
        guard rampCount > 0 else { return nil }
        return servers.compactMap { $0.ramp?.nextStep }.min()
    }

    /// The weight that is up, slow starts apart: what the quorum counts.
    package private(set) var liveWeight: Int64 = 0

    /// Changes what a server's weight in the quorum depends on.
    mutating func adjust(_ index: Int, _ body: (inout RealServerHealth) -> Void) {
        liveWeight -= servers[index].liveWeight
        body(&servers[index])
        liveWeight += servers[index].liveWeight
    }

    /// Takes one event in; the actions are appended.
    package mutating func handle(_ event: Event, at now: Instant, into actions: inout [Action]) {
        guard !hasStopped else { return }
        switch event {
        case .start: start(at: now, into: &actions)
        case .verdict(let server, let checker, let verdict):
            guard has(server, checker) else { return }
            judge(server, checker, verdict, at: now, into: &actions)
        case .weight(let server, let checker, let weight):
            guard has(server, checker) else { return }
            weigh(server, checker, weight, into: &actions)
        case .timer: advanceRamps(at: now, into: &actions)
        case .configure(let new): configure(new, at: now, into: &actions)
        case .stop(let reason): stop(reason, into: &actions)
        }
    }

    private func has(_ server: Int, _ checker: Int) -> Bool {
        servers.indices.contains(server) && servers[server].standings.indices.contains(checker)
    }
}

// MARK: Beginning and ending

extension VirtualServiceHealth {
    private mutating func start(at now: Instant, into actions: inout [Action]) {
        guard !isStarted else { return }
        isStarted = true
        for index in servers.indices { begin(index, at: now, into: &actions) }
        updateQuorum(isInitial: true, into: &actions)
        placeSorryServer(into: &actions)
    }

    /// A server's first place: with `alpha` it is absent (or has weight 0) until its checkers pass.
    private mutating func begin(_ index: Int, at now: Instant, into actions: inout [Action]) {
        servers[index].since = now
        adjust(index) { $0.isUp = $0.passesAll }
        servers[index].hasBeenUp = servers[index].isUp
        place(index, into: &actions)
        guard servers[index].isUp, settings.notifiesAtStart else { return }
        actions.append(.notify(Notice(subject: .server(servers[index].settings.place), isUp: true)))
    }

    private mutating func stop(_ reason: StopReason, into actions: inout [Action]) {
        hasStopped = true
        rampCount = 0
        if placedSorryWeight != nil { actions.append(.remove(.sorryServer)) }
        placedSorryWeight = nil
        usesSorryServer = false
        let isTold = settings.notifiesAtStop || reason == .removed
        for index in servers.indices { end(&servers[index], reason, isTold: isTold, into: &actions) }
        let hadQuorum = hasQuorum
        hasQuorum = false
        // A service that is removed by a reload is told only if it was up; at shutdown always, as in keepalived.
        guard isTold, reason == .shutdown || hadQuorum else { return }
        actions.append(.notify(Notice(subject: .service, isUp: false, isStopping: reason == .shutdown)))
        guard settings.mailsAlerts else { return }
        actions.append(.mail(MailAlert(subject: .service, isUp: false, cause: reason.mailCause)))
    }

    /// Takes a server out for good; told only if it stood in the table and was up.
    func end(_ server: inout RealServerHealth, _ reason: StopReason, isTold: Bool, into actions: inout [Action]) {
        guard server.placedWeight != nil else { return }
        let place = server.settings.place
        server.placedWeight = nil
        server.ramp = nil
        actions.append(.remove(.server(place)))
        guard server.isUp else { return }
        server.isUp = false
        guard isTold else { return }
        actions.append(.notify(Notice(subject: .server(place), isUp: false, isStopping: reason == .shutdown)))
        guard server.settings.mailsAlerts else { return }
        actions.append(.mail(MailAlert(subject: .server(place), isUp: false, cause: reason.mailCause)))
    }

    private mutating func configure(
        _ new: VirtualServiceSettings, at now: Instant, into actions: inout [Action]
    ) {
        let old = servers
        settings = new
        servers = new.servers.map { RealServerHealth($0) }
        guard isStarted else { return }
        let places = Dictionary(
            old.enumerated().map { ($1.settings.place, $0) }, uniquingKeysWith: { first, _ in first })
        var carried: Set<Int> = []
        for index in servers.indices {
            guard let same = places[servers[index].settings.place] else {
                begin(index, at: now, into: &actions)
                continue
            }
            carried.insert(same)
            servers[index].carry(from: old[same])
            settle(index, at: now, into: &actions)
        }
        for (index, server) in old.enumerated() where !carried.contains(index) {
            var server = server
            end(&server, .removed, isTold: true, into: &actions)
        }
        if new.sorryWeight == nil { usesSorryServer = false }
        if new.slowStart == .zero { for index in servers.indices { servers[index].ramp = nil } }
        rampCount = servers.count { $0.ramp != nil }
        liveWeight = servers.reduce(0) { $0 + $1.liveWeight }
        placeAll(into: &actions)
        updateQuorum(isInitial: true, into: &actions)
        placeSorryServer(into: &actions)
    }

    /// A reload may change whether all checkers pass: a failed one may be gone.
    private mutating func settle(_ index: Int, at now: Instant, into actions: inout [Action]) {
        let isUp = servers[index].passesAll
        guard isUp != servers[index].isUp else { return }
        adjust(index) { $0.isUp = isUp }
        servers[index].since = now
        servers[index].ramp = nil
        place(index, into: &actions)
        actions.append(.notify(Notice(subject: .server(servers[index].settings.place), isUp: isUp)))
    }
}

extension VirtualServiceHealth.StopReason {
    /// In mails.
    fileprivate var mailCause: MailAlert.Cause {
        switch self {
        case .shutdown: .stopping
        case .removed: .removed
        }
    }
}
