import Wire

/// What results amount to.
extension Checker {
    /// A step passed; gives the time until the next run.
    mutating func pass(at now: Instant, into actions: inout [Action]) -> Duration {
        retriesBegun = 0
        switch settings.steps {
        case .one: break
        case .hosts(let count):
            step += 1
            guard step >= count else { return .zero }
            step = 0
        case .urls(let count, let isFast):
            let isRepaired = mustRepair
            mustRepair = false
            step = isRepaired ? 0 : step + 1
            guard step >= count else { return isFast && (!hasRun || !isUp) ? .zero : beat }
            step = 0
        }
        rise(at: now, into: &actions)
        return beat
    }

    private mutating func rise(at now: Instant, into actions: inout [Action]) {
        hasRun = true
        guard !isUp else { return }
        isUp = true
        since = now
        actions.append(.verdict(.up))
    }

    /// A step failed; gives the time until the next run.
    mutating func fail(_ failure: CheckFailure, at now: Instant, into actions: inout [Action]) -> Duration {
        if isUp, hasRun, retriesBegun < settings.retries {
            retriesBegun += 1
            actions.append(.willRetry(failure))
            return max(settings.delayBeforeRetry, .milliseconds(1))
        }
        let isFirst = !hasRun
        fall(failure, at: now, into: &actions)
        switch settings.steps {
        case .one: return beat
        case .hosts:
            step = 0
            return beat
        case .urls:
            if isFirst || actions.last?.isFall == true { mustRepair = true }
            return max(beat, settings.delayBeforeRetry)
        }
    }

    private mutating func fall(_ failure: CheckFailure, at now: Instant, into actions: inout [Action]) {
        retriesBegun = 0
        if isUp {
            isUp = false
            since = now
            actions.append(.verdict(.down(failure)))
        } else {
            actions.append(hasRun ? .stillDown(failure) : .verdict(.downFromStart(failure)))
        }
        hasRun = true
    }

    mutating func report(_ outcome: CheckOutcome, at now: Instant, into actions: inout [Action]) {
        if since == nil { since = now }
        lastOutcome = outcome
        switch outcome {
        case .passed(let weight):
            if weight != .unchanged { actions.append(.weight(weight)) }
            rise(at: now, into: &actions)
        case .failed(let failure): fall(failure, at: now, into: &actions)
        case .notRun(let obstacle): actions.append(.obstacle(obstacle))
        }
    }
}

extension Checker.Action {
    fileprivate var isFall: Bool {
        if case .verdict(.down) = self { return true }
        return false
    }
}
