internal import VRRP
internal import Wire

extension VRRPStatus {
    /// For people, a paragraph an instance.
    var text: String {
        guard !instances.isEmpty else { return "no VRRP instance" }
        let groups = groups.map { "group \($0.name): \($0.state.word) (\($0.members.joined(separator: ", ")))" }
        let strangers =
            unknownRouterIDs == 0 ? [] : ["adverts for VRIDs that no instance here has: \(unknownRouterIDs)"]
        return (instances.flatMap { $0.lines(at: now) } + groups + strangers).joined(separator: "\n")
    }
}

extension VRRPStatus.Instance {
    fileprivate func lines(at now: Instant) -> [String] {
        let settings = router.settings
        var lines = ["\(settings.name): \(router.state.word)\(router.since.map { " for \(words(now - $0))" } ?? "")"]
        let place = interface ?? "any interface"
        lines.append(
            "  VRID \(settings.routerID) on \(place), VRRPv\(settings.version.rawValue), every "
                + "\(router.activeInterval.nanosecondsClamped / 1_000_000) ms, from "
                + (settings.source.map { "\($0)" } ?? "no address"))
        lines.append("  priority \(router.priority)" + (account.isEmpty ? "" : ": \(account)"))
        if !router.faults.isEmpty {
            lines.append("  fault: " + router.faults.list.map(\.word).joined(separator: ", "))
        }
        if router.isHeld { lines.append("  released: does not preempt until its successor is gone, or reclaim") }
        lines.append("  addresses: " + addresses.map { "\($0)" }.joined(separator: " "))
        for peer in router.peers {
            let heard = "\(peer.adverts) adverts, the last \(words(now - peer.lastHeard)) ago"
            lines.append("  peer \(peer.address): priority \(peer.priority), \(heard)")
        }
        let statistics = router.statistics
        lines.append(
            "  adverts: \(statistics.advertsSent) sent, \(statistics.advertsReceived) received; conflicts: "
                + "\(statistics.conflicts), split brains: \(statistics.splitBrains)")
        if let split = router.splitBrain(at: now) {
            lines.append("  SPLIT BRAIN: \(split.peer) is active too, for \(words(now - split.since))")
        } else if let split = router.lastSplitBrain, split.isCertain {
            let length = words(split.last - split.since)
            lines.append("  the last split brain: with \(split.peer) for \(length), \(words(now - split.last)) ago")
        }
        for entry in history.suffix(8) {
            let transition = entry.transition
            lines.append(
                "  \(words(now - entry.at)) ago: \(transition.from.word) -> \(transition.to.word) "
                    + "(\(transition.reason.words))")
        }
        return lines
    }

    /// What makes the priority.
    private var account: String {
        let parts = ledger.entries.compactMap { entry -> String? in
            let name = "\(entry.tracker.kind.rawValue) \(entry.tracker.name)"
            if entry.isFault { return "\(name) is down: fault" }
            guard entry.contribution != 0 else { return nil }
            return "\(entry.contribution > 0 ? "+" : "")\(entry.contribution) by \(name)"
        }
        return parts.isEmpty ? "" : (["\(ledger.base)"] + parts).joined(separator: ", ")
    }

    private func words(_ duration: Duration) -> String {
        let milliseconds = max(duration.nanosecondsClamped, 0) / 1_000_000
        return milliseconds < 10_000 ? "\(milliseconds) ms" : "\(milliseconds / 1_000) s"
    }
}
