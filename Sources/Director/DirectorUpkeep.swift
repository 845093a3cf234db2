internal import CSluiceABI
internal import Config
internal import Datapath
internal import Linux
internal import Logging
internal import Plan

/// Settings and sweeps.
extension Director {
    /// Writes the timeouts of the configuration; those that don't fit the running clock are cut, and said.
    func applySettings() {
        let timeouts = configuration.global.timeouts
        let seconds = FlowTimeouts.seconds(
            tcp: timeouts.tcpSeconds, tcpFin: timeouts.tcpFinSeconds, udp: timeouts.udpSeconds)
        var settings = forwarder.maps.settings[0]
        let jiffy = SystemClock.tickNanoseconds
        let ticks = FlowTimeouts(seconds: seconds, shift: settings.tick_shift, jiffyNanoseconds: jiffy)
        let limit = Double(FlowTimeouts.limit) * Double(jiffy << UInt64(settings.tick_shift)) / 1e9
        if let longest = seconds.values.max(), Double(longest) > limit {
            log.warning(
                "a timeout of \(longest) s does not fit the running flow table: cut to \(Int(limit)) s until a cold start"
            )
        }
        withUnsafeMutableBytes(of: &settings.timeout) { bytes in
            ticks.ticks.withUnsafeBytes { bytes.copyMemory(from: $0) }
        }
        forwarder.maps.settings.store(settings, at: 0, words: 0..<forwarder.maps.settings.wordCount)
        setActual(settings)
    }

    /// Frees expired flows, and the indexes of removed real servers that no flow names any more; whether there were any.
    func sweep() throws -> Bool {
        // A ring that is still remembered keeps indexes from being freed.
        let jiffies = try forwarder.jiffies()
        if actual.services.values.contains(where: { $0.previous.size > 0 && $0.settled <= jiffies }) { try reconcile() }
        // Packets under way may still record flows for what the last edits retired.
        waitForGrace()
        let found = forwarder.maps.flows.sweep(
            tick: try forwarder.tick(), timeouts: FlowTimeouts(forwarder.maps.settings[0]), removing: true)
        let edits = Planner.reclaim(actual, referenced: found.referenced)
        apply(edits)
        guard !edits.isEmpty else { return false }
        log.info("freed \(edits.count) places of removed real servers")
        try reconcile()
        return true
    }

    /// How many removed real servers' flows are being waited for.
    var retiredCount: Int {
        actual.destinations.values.count { $0.flags & UInt8(SLUICE_DESTINATION_AVAILABLE) == 0 }
    }
}
