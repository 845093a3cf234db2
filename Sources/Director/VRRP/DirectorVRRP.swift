internal import Config
internal import Datapath
import Glibc
internal import Linux
internal import Logging
internal import Plan
internal import VRRP
internal import Wire

/// The VRRP driver as the director has it.
final class VRRPService {
    let mailbox: VRRPMailbox
    private let thread: pthread_t
    let helper: VRRPHelper
    private(set) var hasStopped = false
    /// By instance.
    private(set) var roles: [String: ServiceRole] = [:]
    /// By VIP.
    private(set) var holders: [IPAddress: String] = [:]
    /// When instances that drain are through, in seconds of the monotonic clock.
    private var drainEnds: [String: Double] = [:]

    /// Starts the driver's thread, in the calling thread's network namespace.
    init(_ plan: VRRPPlan, instance: Instance) throws {
        mailbox = try VRRPMailbox()
        let stateFile = try VRRPStateFile(path: instance.vrrpState)
        roles = Self.roles(plan, stateFile)
        helper = try VRRPHelper(reportingTo: mailbox)
        thread = try VRRPDriver(mailbox, stateFile: stateFile).start(realTimePriority: plan.realTimePriority)
    }

    private static func roles(_ plan: VRRPPlan, _ stateFile: VRRPStateFile) -> [String: ServiceRole] {
        let serving = Set(stateFile.serving(plan))
        return Dictionary(
            plan.instances.map { ($0.name, serving.contains($0.name) ? .active : .backup) }, uniquingKeysWith: { $1 })
    }

    /// What an earlier run serves at this moment, if that may have changed. Only before `VRRPCommand.configure`.
    func readRoles(_ plan: VRRPPlan, _ instance: Instance) {
        guard let stateFile = try? VRRPStateFile(path: instance.vrrpState) else { return }
        roles = Self.roles(plan, stateFile)
    }

    /// Before the maps are made for it: VIPs of new instances are not served.
    func note(_ plan: VRRPPlan) { holders = plan.holders }

    /// What this director is for a VIP; nil: no instance has it.
    func role(of vip: IPAddress) -> ServiceRole? { holders[vip].map { roles[$0] ?? .backup } }

    /// Whether anything is another now.
    func set(_ role: ServiceRole, of instance: String, drainEnd: Double) -> Bool {
        drainEnds[instance] = role == .draining ? drainEnd : nil
        return roles.updateValue(role, forKey: instance) != role
    }

    /// Instances that have drained long enough are backups; whether there were any.
    func endDrains(at now: Double) -> Bool {
        let ended = drainEnds.filter { $0.value <= now }.keys
        for name in ended {
            drainEnds[name] = nil
            roles[name] = .backup
        }
        return !ended.isEmpty
    }

    /// When `endDrains` has something to do.
    var nextDrainEnd: Double { drainEnds.values.min() ?? .infinity }

    /// The driver said so.
    func noteStop() {
        guard !hasStopped else { return }
        hasStopped = true
        helper.stop()
        try? Thread.join(thread)
    }

    /// Ends the thread; addresses and role stay.
    func leaveAsIs() {
        mailbox.send(.leaveAsIs)
        noteStop()
    }
}

extension Director {
    /// The longest wait for a successor and for the addresses to be given up.
    private static let releaseSeconds = 7.0

    /// Before the maps are filled: services whose VIP an instance has are backups, unless an
    /// earlier run left it serving. No instance runs yet.
    func prepareVRRP() throws {
        let plan = VRRPPlan(configuration)
        guard !plan.instances.isEmpty else { return }
        let service = try VRRPService(plan, instance: options.instance)
        service.note(plan)
        vrrp = service
    }

    /// Has the driver follow the configuration; it is started with the first instance.
    func configureVRRP() {
        let plan = VRRPPlan(configuration)
        do {
            if vrrp == nil, !plan.instances.isEmpty { vrrp = try VRRPService(plan, instance: options.instance) }
            vrrp?.note(plan)
            vrrp?.mailbox.send(.configure(plan))
            vrrp?.helper.configure(HelperPlan(configuration))
            renewStandIn(plan)
            recovered("starting VRRP")
        } catch {
            failed("starting VRRP", "\(error)")
        }
    }

    /// What the driver says. Roles are applied before anything else, and answered.
    func attendVRRP() {
        guard let vrrp else { return }
        let events = vrrp.mailbox.takeEvents()
        var isChanged = vrrp.endDrains(at: now)
        var last: UInt64 = 0
        for case .role(let name, let role, let ticket) in events {
            let end = now + Double(configuration.global.drainSeconds)
            if vrrp.set(role, of: name, drainEnd: end) { isChanged = true }
            last = ticket
        }
        if isChanged { applyRolesOrLog() }
        if last > 0 { vrrp.mailbox.answer(last) }
        for event in events { report(event) }
    }

    /// This director's role for a service.
    func role(for service: VirtualService) -> ServiceRole {
        guard role == .active else { return role }
        return vrrp?.role(of: service.address) ?? .active
    }

    /// Hands the role over, as far as there is somebody to take it, while everything else goes on.
    ///
    /// - Parameter attend: waits for and takes in what comes, until the time given at most; true to hurry.
    func releaseVRRP(_ attend: (Double) -> Bool) {
        guard let vrrp else { return }
        vrrp.mailbox.send(.stop(.handover))
        let deadline = now + Self.releaseSeconds
        while !vrrp.hasStopped, now < deadline {
            if attend(deadline) { vrrp.mailbox.send(.stop(.immediate)) }
        }
        if !vrrp.hasStopped { log.error("VRRP did not stop in \(Self.releaseSeconds) s: its addresses may be left") }
    }

    // MARK: Reports

    private func report(_ event: VRRPEvent) {
        switch event {
        case .role: break
        case .transition(let name, let transition, let priority):
            let text = "\(transition.from.word) -> \(transition.to.word) (\(transition.reason.words))"
            log.notice("VRRP \(name): \(text), priority \(priority)")
            tell(VRRPNotices.calls(for: transition, of: name, priority: priority, in: configuration))
        case .groupTransition(let name, let state):
            log.notice("VRRP group \(name): \(state.word)")
            tell(VRRPNotices.calls(forGroup: name, to: state, in: configuration))
        case .entry(let name, let entry):
            log.log(level: entry.isWarning ? .warning : .info, "VRRP \(name): \(entry.words)")
        case .priorityChanged(let name, let old, let new): log.notice("VRRP \(name): priority \(old) -> \(new)")
        case .heardLowerPriority(let name): tell(VRRPNotices.callsForLowerPriority(of: name, in: configuration))
        case .text(let text, let isWarning):
            log.log(level: isWarning ? .warning : .notice, "VRRP: \(text)")
        case .stopped: vrrp?.noteStop()
        }
    }

    /// `vrrp [text]`, `vrrp release [NAME]` and `vrrp reclaim [NAME]` of the control socket.
    func answerVRRP(_ words: [Substring]) -> String {
        let mailbox = vrrp.flatMap { $0.hasStopped ? nil : $0.mailbox }
        switch words.first {
        case nil: return (mailbox?.freshStatus() ?? VRRPStatus()).json.text
        case "text" where words.count == 1:
            return PlainText.clean((mailbox?.freshStatus() ?? VRRPStatus()).text, keepsLines: true)
        case "release", "reclaim":
            let name = words.dropFirst().first.map(String.init)
            guard let mailbox, name.map(isKnown) ?? true else {
                return refusal("there is no VRRP instance or group\(name.map { " \"\($0)\"" } ?? "")")
            }
            mailbox.send(words.first == "release" ? .release(name) : .reclaim(name))
            return JSON.object([("ok", .bool(true)), ("message", .string("asked"))]).text
        default: return refusal("unknown command: vrrp, vrrp text, vrrp release [NAME] or vrrp reclaim [NAME]")
        }
    }

    private func tell(_ calls: [ScriptCall]) { for call in calls { vrrp?.helper.start(call) } }

    private func refusal(_ message: String) -> String {
        JSON.object([("ok", .bool(false)), ("message", .string(message))]).text
    }

    private func isKnown(_ name: String) -> Bool {
        configuration.vrrpInstances.contains { $0.name == name }
            || configuration.vrrpSyncGroups.contains { $0.name == name }
    }
}
