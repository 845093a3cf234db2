internal import CSluiceABI
package import Config
internal import Datapath
import Glibc
package import Linux
internal import Logging
internal import Netlink
internal import Plan

/// What the director waits for, on one thread: signals, the kernel's events, clients of the control socket, time.
extension Director {
    /// Seconds between sweeps of the flow table; sooner while removed real servers' flows are waited for.
    private static let sweepSeconds = 20.0
    private static let sweepSecondsWhileRetired = 3.0
    /// While draining: how often, and how long a flow must have been silent to count as idle.
    private static let drainStepSeconds = 0.25

    /// Runs until SIGTERM or SIGINT. SIGHUP reloads.
    ///
    /// - Parameter signals: blocked before any thread was started.
    package func run(signals: borrowing SignalDescriptor) throws {
        var monitor = try NetlinkMonitor()
        try surroundings.readAll()
        try start()
        let control = try ControlServer(path: options.instance.controlSocket)
        var nextSweep = SystemClock.monotonicSeconds + Self.sweepSeconds
        while true {
            let ready = waitFor([signals.descriptor, monitor.descriptor, control.descriptor], until: nextSweep)
            if ready[0], try handle(signals) { return }
            if ready[1], try surroundings.take(monitor.drain()) { try reconcileOrLog() }
            if ready[2] { control.serve { self.answer($0) } }
            if SystemClock.monotonicSeconds >= nextSweep {
                try sweep()
                nextSweep = SystemClock.monotonicSeconds + Self.sweepSeconds
            }
            if hasRetired { nextSweep = min(nextSweep, SystemClock.monotonicSeconds + Self.sweepSecondsWhileRetired) }
        }
    }

    /// Which descriptors are readable; none at the deadline.
    private func waitFor(_ descriptors: [Int32], until deadline: Double) -> [Bool] {
        var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let milliseconds = max(0, min((deadline - SystemClock.monotonicSeconds) * 1_000, 3_600_000))
        let count = poll(&polls, nfds_t(polls.count), Int32(milliseconds.rounded(.up)))
        return polls.map { count > 0 && $0.revents != 0 }
    }

    /// Whether to stop.
    private func handle(_ signals: borrowing SignalDescriptor) throws -> Bool {
        while let signal = signals.next() {
            switch signal {
            case SIGHUP: _ = reload()
            default:
                try stop(signals)
                return true
            }
        }
        return false
    }

    /// What can't be applied is logged, and the maps stay as they are: traffic goes on with the last configuration.
    private func reconcileOrLog() throws {
        do { try reconcile() } catch let error as PlanError { log.error("nothing is changed: \(error)") }
    }

    // MARK: reload

    /// Reads the file again and applies the difference; on any error nothing changes. The answer is for people.
    func reload() -> ReloadResult {
        let read = ConfigurationReader.read(path: options.path, from: DiskSource())
        for diagnostic in read.diagnostics { log.log(diagnostic) }
        guard let wanted = read.configuration else {
            log.error("reload: \(options.path) is refused, nothing is changed")
            return ReloadResult(ok: false, diagnostics: read.diagnostics, message: "refused, nothing is changed")
        }
        let before = configuration
        configuration = wanted
        do {
            try reconcile()
        } catch {
            configuration = before
            log.error("reload: nothing is changed: \(error)")
            return ReloadResult(ok: false, diagnostics: read.diagnostics, message: "nothing is changed: \(error)")
        }
        if wanted.global.flowTableSize != before.global.flowTableSize {
            log.warning("sluice_flow_table takes effect at the next cold start")
        }
        applySettings()
        let text = "reloaded: \(wanted.virtualServices.count) virtual services"
        log.notice("\(text)")
        return ReloadResult(ok: true, diagnostics: read.diagnostics, message: text)
    }

    // MARK: stop

    private func stop(_ signals: borrowing SignalDescriptor) throws {
        if options.keepsForwarding {
            log.notice("stopping; programs, links and maps stay and go on forwarding")
            return
        }
        let deadline = SystemClock.monotonicSeconds + configuration.global.drainSeconds
        log.notice("stopping: known flows are forwarded until they are idle, \(configuration.global.drainSeconds) s at most")
        role = .draining
        try reconcile()
        while SystemClock.monotonicSeconds < deadline, try hasBusyFlows() {
            let ready = waitFor([signals.descriptor], until: min(deadline, SystemClock.monotonicSeconds + Self.drainStepSeconds))
            if ready[0], signals.next() != nil {
                log.notice("stopping at once")
                break
            }
        }
        detachAll()
        log.notice("stopped: detached, pins removed")
    }

    /// Whether a packet of some flow was seen in this tick or the one before.
    private func hasBusyFlows() throws -> Bool {
        let timeouts = FlowTimeouts(ticks: [UInt16](repeating: 1, count: Int(sluice_flow_state.SLUICE_FLOW_STATES.rawValue)))
        let found = forwarder.maps.flows.sweep(tick: try forwarder.tick(), timeouts: timeouts, removing: false)
        return !found.referenced.isEmpty
    }
}

/// What came of a reload.
package struct ReloadResult: Sendable {
    package var ok: Bool
    package var diagnostics: [Diagnostic]
    package var message: String
}
