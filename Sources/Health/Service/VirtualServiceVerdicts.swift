import Wire

/// What checkers say, and what follows from it.
extension VirtualServiceHealth {
    mutating func judge(
        _ index: Int, _ checker: Int, _ verdict: Checker.Verdict, at now: Instant, into actions: inout [Action]
    ) {
        let before = servers[index].standings[checker].isUp
        servers[index].standings[checker].hasRun = true
        switch verdict {
        case .up: servers[index].standings[checker].failure = nil
        case .down(let failure), .downFromStart(let failure):
            servers[index].standings[checker].failure = failure
        }
        servers[index].standings[checker].isUp = verdict == .up
        guard isStarted else { return }
        let wasUp = servers[index].isUp
        let isUp = servers[index].passesAll
        if isUp != wasUp {
            turn(index, isUp: isUp, at: now, into: &actions)
        } else if case .downFromStart = verdict {
            actions.append(.notify(Notice(subject: .server(servers[index].settings.place), isUp: isUp)))
        }
        guard before != (verdict == .up) else { return }
        mail(index, checker, hasTurned: isUp != wasUp, into: &actions)
    }

    /// A server goes up or down: table, notification, quorum, in keepalived's order.
    private mutating func turn(_ index: Int, isUp: Bool, at now: Instant, into actions: inout [Action]) {
        let server = servers[index].settings.place
        adjust(index) { $0.isUp = isUp }
        servers[index].since = now
        setRamp(index, isUp && servers[index].hasBeenUp ? newRamp(at: now) : nil)
        if isUp { servers[index].hasBeenUp = true }
        actions.append(.log(.server(server, isUp: isUp)))
        place(index, into: &actions)
        actions.append(.notify(Notice(subject: .server(server), isUp: isUp)))
        updateQuorum(isInitial: false, into: &actions)
    }

    private func mail(_ index: Int, _ checker: Int, hasTurned: Bool, into actions: inout [Action]) {
        let server = servers[index]
        guard server.settings.mailsAlerts, hasTurned || !settings.mailsServerChangesOnly else { return }
        let cause = MailAlert.Cause.checker(
            server.settings.checkers[checker].label, server.standings[checker].failure)
        actions.append(.mail(MailAlert(subject: .server(server.settings.place), isUp: server.isUp, cause: cause)))
    }

    mutating func weigh(_ index: Int, _ checker: Int, _ change: CheckWeight, into actions: inout [Action]) {
        let old = servers[index].weight
        switch change {
        case .unchanged: return
        case .absolute(let weight): adjust(index) { $0.baseWeight = weight }
        case .added(let weight): adjust(index) { $0.standings[checker].addedWeight = weight }
        }
        let new = servers[index].weight
        guard isStarted, new != old else { return }
        actions.append(.log(.weight(servers[index].settings.place, from: old, to: new)))
        place(index, into: &actions)
        updateQuorum(isInitial: false, into: &actions)
    }

    // MARK: The quorum

    mutating func updateQuorum(isInitial: Bool, into actions: inout [Action]) {
        let weight = liveWeight
        if !hasQuorum, weight > 0, weight >= settings.quorum &+ settings.hysteresis {
            changeQuorum(true, weight, isInitial: isInitial, into: &actions)
        } else if hasQuorum, weight == 0 || weight < settings.quorum &- settings.hysteresis {
            changeQuorum(false, weight, isInitial: isInitial, into: &actions)
        } else if isInitial, !hasQuorum, settings.sorryWeight != nil, !usesSorryServer {
            changeQuorum(false, weight, isInitial: isInitial, into: &actions)
        }
    }

    private mutating func changeQuorum(
        _ isUp: Bool, _ weight: Int64, isInitial: Bool, into actions: inout [Action]
    ) {
        hasQuorum = isUp
        let figures = QuorumFigures(
            isUp: isUp, isInitial: isInitial, quorum: settings.quorum, hysteresis: settings.hysteresis, weight: weight)
        actions.append(.log(.quorum(figures)))
        usesSorryServer = !isUp && settings.sorryWeight != nil
        // What comes is there before what goes is gone.
        if isUp {
            placeAll(into: &actions)
            placeSorryServer(into: &actions)
        } else {
            placeSorryServer(into: &actions)
            placeAll(into: &actions)
        }
        actions.append(.notify(Notice(subject: .service, isUp: isUp)))
        guard settings.mailsAlerts else { return }
        actions.append(.mail(MailAlert(subject: .service, isUp: isUp, cause: .quorum(figures))))
    }

    // MARK: The table

    mutating func placeAll(into actions: inout [Action]) {
        for index in servers.indices { place(index, into: &actions) }
    }

    /// Makes the table say what it should of one server.
    mutating func place(_ index: Int, into actions: inout [Action]) {
        let wanted = servers[index].wantedWeight(isServing: !usesSorryServer)
        guard wanted != servers[index].placedWeight else { return }
        servers[index].placedWeight = wanted
        let destination = Destination.server(servers[index].settings.place)
        actions.append(wanted.map { .place(destination, weight: $0) } ?? .remove(destination))
    }

    mutating func placeSorryServer(into actions: inout [Action]) {
        let wanted = settings.sorryWeight.flatMap { usesSorryServer ? $0 : settings.sorryInhibits ? 0 : nil }
        guard wanted != placedSorryWeight else { return }
        placedSorryWeight = wanted
        actions.append(wanted.map { .place(.sorryServer, weight: $0) } ?? .remove(.sorryServer))
    }

    // MARK: Slow start

    private func newRamp(at now: Instant) -> SlowStart? {
        settings.slowStart > .zero ? SlowStart(duration: settings.slowStart, at: now) : nil
    }

    private mutating func setRamp(_ index: Int, _ ramp: SlowStart?) {
        rampCount += (ramp == nil ? 0 : 1) - (servers[index].ramp == nil ? 0 : 1)
        servers[index].ramp = ramp
    }

    mutating func advanceRamps(at now: Instant, into actions: inout [Action]) {
        guard rampCount > 0 else { return }
        for index in servers.indices {
            guard var ramp = servers[index].ramp, ramp.nextStep <= now else { continue }
            setRamp(index, ramp.advance(to: now) ? ramp : nil)
            place(index, into: &actions)
        }
    }
}
