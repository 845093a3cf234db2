import Wire

/// Two routers that are active at once, as one of them sees it.
///
/// Not every advert that an active router hears is one: at a failover one advert of the old active router can cross the
/// first of the new one. A split brain is said at an advert that comes when this router has been active for an interval,
/// for then the other has had the time to hear it: at the second regular one at the latest.
package struct SplitBrain: Hashable, Sendable {
    /// Who else is active.
    package var peer: IPAddress
    /// Its first advert.
    package var since: Instant
    /// Its last one.
    package var last: Instant
    /// How many.
    package var adverts: UInt64 = 1
    /// It was said, and counted.
    package var isCertain = false
}

extension VirtualRouter {
    /// The split brain that is there now: the other was heard in the last master-down interval.
    package func splitBrain(at now: Instant) -> SplitBrain? {
        guard state == .active, let split = lastSplitBrain, split.isCertain, now < split.last + masterDown else {
            return nil
        }
        return split
    }

    /// Another router is active. The one with the worse priority yields at once, and so never hears a second advert;
    /// the better one does, and says it.
    mutating func noteOtherActive(_ advert: ReceivedAdvert, at now: Instant) {
        statistics.conflicts &+= 1
        if var split = lastSplitBrain, split.peer == advert.sender, now < split.last + masterDown {
            split.last = now
            split.adverts &+= 1
            lastSplitBrain = split
        } else {
            lastSplitBrain = SplitBrain(peer: advert.sender, since: now, last: now)
        }
        let isNew = since.map { now < $0 + activeInterval } ?? false
        guard lastSplitBrain?.isCertain == false, !isNew else { return }
        // The worse one can't tell a split brain from a better router that has come back.
        guard !isBetter(advert) else { return }
        lastSplitBrain?.isCertain = true
        statistics.splitBrains &+= 1
        lastConflictLog = nil
    }

    /// Warnings about others that are active too, at most one a second: an attacker doesn't fill the log.
    mutating func mayLogConflict(at now: Instant) -> Bool {
        if let last = lastConflictLog, now < last + .seconds(1) { return false }
        lastConflictLog = now
        return true
    }

    /// A router that became active because nobody was heard, and that hears a better one, answers once before it yields:
    /// if both were active all along, the other could never know, and would not tell the clients and switches that have
    /// learned this router's MAC address. keepalived does so for `higher_prio_send_advert`; RFC 9568 section 6.4.3 does
    /// not ask for it.
    var tellsBetter: Bool { settings.answersHigherPriority || (settings.tellsSplitBrain && tookSilence) }
}
