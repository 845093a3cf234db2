package import Config
internal import Linux
internal import Logging
internal import Plan

extension Director {
    /// Reads the file again and applies the difference; on any error the former configuration stays. The answer is for
    /// people.
    func reload() -> ReloadResult {
        guard role == .active, vrrp?.isStopping != true else {
            return ReloadResult(ok: false, diagnostics: [], message: "stopping: nothing is changed")
        }
        let start = now
        let read = ConfigurationReader.readDisk(options.path, configID: options.configID)
        let readSeconds = now - start
        for diagnostic in read.diagnostics { log.log(diagnostic) }
        guard let wanted = read.configuration, !(options.isStrict && read.hasWarnings) else {
            log.error("reload: \(options.path) is refused, nothing is changed")
            return ReloadResult(
                ok: false, diagnostics: read.diagnostics, message: "refused, nothing is changed",
                readSeconds: readSeconds)
        }
        return apply(wanted, of: read.diagnostics, readSeconds: readSeconds)
    }

    private func apply(
        _ wanted: Configuration, of diagnostics: [Diagnostic], readSeconds: Double
    ) -> ReloadResult {
        let start = now
        let before = configuration
        configuration = wanted
        vrrp?.note(VRRPPlan(wanted))
        do {
            try reconcile(pruning: true)
        } catch {
            configuration = before
            vrrp?.note(VRRPPlan(before))
            let message = takeBack(error)
            return ReloadResult(ok: false, diagnostics: diagnostics, message: message, readSeconds: readSeconds)
        }
        schedule.reconciled(isIncomplete ? .incomplete : .done, at: now)
        schedule.retired(retiredCount, at: now)
        warnOfPostponed(before, wanted)
        applySettings()
        configureVRRP(isReload: true)
        let text = "reloaded: \(wanted.virtualServices.count) virtual services"
        log.notice("\(text)")
        return ReloadResult(
            ok: true, diagnostics: diagnostics, message: text, readSeconds: readSeconds, applySeconds: now - start)
    }

    /// What to say of a reload that failed. A plan that does not fit fails before the first edit; what fails later may
    /// leave a part of the new configuration, which the next reconcile takes back.
    private func takeBack(_ error: any Error) -> String {
        surroundings.distrust()
        schedule.request(at: now)
        let message =
            error is PlanError ? "nothing is changed: \(error)" : "going back to the former configuration: \(error)"
        log.error("reload: \(message)")
        return message
    }

    private func warnOfPostponed(_ before: Configuration, _ wanted: Configuration) {
        if wanted.global.flowTableSize != before.global.flowTableSize {
            log.warning("sluice_flow_table takes effect at the next cold start")
        }
        if wanted.global.xdpMode != before.global.xdpMode {
            log.warning("sluice_xdp_mode takes effect for interfaces that are attached from now on: restart for all")
        }
    }
}

/// What came of a reload.
package struct ReloadResult: Sendable {
    package var ok: Bool
    package var diagnostics: [Diagnostic]
    package var message: String
    /// How long the files took to read and check, and the difference to apply.
    package var readSeconds = 0.0
    package var applySeconds = 0.0
}
