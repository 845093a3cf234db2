internal import CSluiceABI
internal import Config
internal import Datapath
import Glibc
package import Linux
internal import Logging
internal import Netlink
internal import Plan

/// What the director waits for, on one thread: signals, the kernel's events, clients of the control socket, time.
extension Director {
    /// While draining: how often, and how long a flow must have been silent to count as idle.
    private static let drainStepSeconds = 0.25
    private static let stopSignals: Set<Int32> = [SIGTERM, SIGINT]

    /// Starts, and runs until SIGTERM or SIGINT. SIGHUP reloads.
    ///
    /// - Parameter signals: blocked before any thread was started.
    /// - Throws: what keeps it from starting; a cold start then leaves nothing behind.
    package func run(signals: borrowing SignalDescriptor) throws {
        var hasStarted = false
        defer { if !hasStarted { abandonStart() } }
        let control = try ControlServer(path: options.instance.controlSocket)
        var monitor = try NetlinkMonitor()
        runStartupScript()
        try start()
        hasStarted = true
        configureVRRP()
        while true {
            let ready = waitFor(
                signals, monitor, control, until: min(schedule.deadline, vrrp?.nextDrainEnd ?? .infinity))
            if ready[0] {
                let come = Self.pending(signals)
                if !come.isDisjoint(with: Self.stopSignals) {
                    stop(signals, &monitor, control)
                    return
                }
                if come.contains(SIGHUP) { _ = reload() }
            }
            attend(ready, &monitor, control)
            if now >= schedule.nextSweep { sweepOrLog() }
        }
    }

    var now: Double { SystemClock.monotonicSeconds }

    /// Which of signals, monitor, control socket, VRRP and stand-in are readable; none at the deadline.
    private func waitFor(
        _ signals: borrowing SignalDescriptor, _ monitor: borrowing NetlinkMonitor, _ control: borrowing ControlServer,
        until deadline: Double
    ) -> [Bool] {
        let descriptors = [
            signals.descriptor, monitor.descriptor, control.descriptor, vrrp?.mailbox.forDirector.descriptor ?? -1,
            standIn?.descriptor ?? -1,
        ]
        var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let milliseconds = max(0, min((deadline - now) * 1_000, 3_600_000))
        let count = poll(&polls, nfds_t(polls.count), Int32(milliseconds.rounded(.up)))
        return polls.map { count > 0 && $0.revents != 0 }
    }

    /// All signals that have come: several of a kind count as one.
    private static func pending(_ signals: borrowing SignalDescriptor) -> Set<Int32> {
        var come: Set<Int32> = []
        while let signal = signals.next() { come.insert(signal) }
        return come
    }

    /// Takes events in, answers clients, and reconciles when it is time.
    private func attend(_ ready: [Bool], _ monitor: inout NetlinkMonitor, _ control: borrowing ControlServer) {
        attendVRRP()
        if ready[1], surroundings.take(monitor.drain()) { schedule.request(at: now) }
        if ready[2] { control.serve { self.answer($0) } }
        if ready[4] { attendStandIn() }
        if now >= schedule.nextReconcile { reconcileOrLog() }
    }

    /// What can't be applied is logged, and traffic goes on with what is in the maps. Hiccups are tried again soon.
    private func reconcileOrLog() {
        var outcome = Schedule.Outcome.done
        do {
            try reconcile()
            if isIncomplete { outcome = .incomplete }
            recovered("following the network")
        } catch let error as PlanError {
            failed("following the network", "nothing is changed: \(error)")
        } catch {
            failed("following the network", "\(error): trying again every second")
            surroundings.distrust()
            outcome = .failed
        }
        schedule.reconciled(outcome, at: now)
        schedule.retired(retiredCount, at: now)
    }

    /// As a reconcile, of the roles alone.
    func applyRolesOrLog() {
        do {
            try applyRoles()
        } catch {
            failed("following VRRP's roles", "\(error)")
            surroundings.distrust()
            schedule.request(at: now)
        }
    }

    private func sweepOrLog() {
        var freed = false
        do {
            freed = try sweep()
            recovered("sweeping the flow table")
        } catch {
            failed("sweeping the flow table", "\(error)")
            surroundings.distrust()
            schedule.request(at: now)
        }
        schedule.swept(freed: freed, retired: retiredCount, at: now)
    }

    // MARK: stop

    /// Stops as the options say. Whatever fails on the way, the program is off the interfaces at the end.
    private func stop(
        _ signals: borrowing SignalDescriptor, _ monitor: inout NetlinkMonitor, _ control: borrowing ControlServer
    ) {
        if options.keepsForwarding {
            // Adverts to the end: then the stand-in has them.
            log.notice("stopping; programs, links and maps stay and go on forwarding")
            keeper?.stop(isWithdrawing: false)
            vrrp?.helper.stop()
            endScripts()
            vrrp?.leaveAsIs()
            return
        }
        defer { endScripts() }
        standIn?.end()
        standIn = nil
        releaseVRRP { deadline in
            let ready = waitFor(signals, monitor, control, until: min(deadline, schedule.nextReconcile))
            let isHurried = ready[0] && !Self.pending(signals).isDisjoint(with: Self.stopSignals)
            attend(ready, &monitor, control)
            return isHurried
        }
        let seconds = configuration.global.drainSeconds
        log.notice("stopping: known flows are forwarded until they are idle, \(seconds) s at most")
        role = .draining
        reconcileOrLog()
        drain(until: now + Double(seconds), signals, &monitor, control)
        detachAll()
        // Flows may have gone their way until now.
        keeper?.stop(isWithdrawing: true)
        log.notice("stopped: detached, pins removed")
    }

    private func runStartupScript() {
        if configuration.global.$umask.origin != nil { umask(mode_t(configuration.global.umask)) }
        let scripts = configuration.global.scripts
        run(scripts.startupScript, "startup_script", seconds: scripts.startupScriptTimeout)
    }

    /// What is told at the end is told; then the last script.
    private func endScripts() {
        vrrp?.helper.join()
        let scripts = configuration.global.scripts
        run(scripts.shutdownScript, "shutdown_script", seconds: scripts.shutdownScriptTimeout)
    }

    private func drain(
        until deadline: Double, _ signals: borrowing SignalDescriptor, _ monitor: inout NetlinkMonitor,
        _ control: borrowing ControlServer
    ) {
        var nextLook = now
        while now < deadline {
            if now >= nextLook {
                guard hasBusyFlows() else { return }
                nextLook = now + Self.drainStepSeconds
            }
            let ready = waitFor(signals, monitor, control, until: min(deadline, nextLook, schedule.nextReconcile))
            if ready[0], !Self.pending(signals).isDisjoint(with: Self.stopSignals) {
                log.notice("stopping at once")
                return
            }
            attend(ready, &monitor, control)
        }
    }

    /// Whether a packet of some flow was seen in this tick or the one before.
    private func hasBusyFlows() -> Bool {
        let ticks = [UInt16](repeating: 1, count: Int(sluice_flow_state.SLUICE_FLOW_STATES.rawValue))
        do {
            let found = forwarder.maps.flows.sweep(
                tick: try forwarder.tick(), timeouts: FlowTimeouts(ticks: ticks), removing: false)
            return !found.referenced.isEmpty
        } catch {
            log.error("not waiting for flows: \(error)")
            return false
        }
    }
}
