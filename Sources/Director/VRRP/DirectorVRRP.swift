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
    var notices: VRRPNotices
    /// Of the configuration before: instances that are no more are told by it.
    private var formerNotices: VRRPNotices?
    private var quorums = ServiceQuorums()
    /// The whole director stops.
    var isStopping = false
    private(set) var hasStopped = false
    /// By instance.
    private(set) var roles: [String: ServiceRole] = [:]
    /// By VIP.
    private(set) var holders: [IPAddress: String] = [:]
    /// As the driver has it, or will.
    private(set) var plan = VRRPPlan()
    var links = VirtualLinks()
    /// When instances that drain are through, in seconds of the monotonic clock.
    private var drainEnds: [String: Double] = [:]

    /// Starts the driver's thread, in the calling thread's network namespace.
    init(
        _ plan: VRRPPlan, _ configuration: Configuration, stateFile: VRRPStateFile, keeper: NetworkKeeper
    ) throws {
        notices = VRRPNotices(configuration)
        mailbox = try VRRPMailbox()
        for name in stateFile.serving(plan) { roles[name] = .active }
        helper = try VRRPHelper(reportingTo: mailbox)
        thread = try VRRPDriver(mailbox, stateFile: stateFile, keeper: keeper).start(plan.scheduling)
    }

    /// What an earlier run left serving goes on at once, before anything that takes time. Sync groups are left out
    /// unless all their members served.
    func adopt(_ plan: VRRPPlan) {
        var adopted = plan
        adopted.groups = plan.groups.filter { $0.members.allSatisfy { roles[$0] == .active } }
        let grouped = Set(adopted.groups.flatMap(\.members))
        adopted.instances = plan.instances.filter { instance in
            roles[instance.name] == .active && (!instance.settings.isGrouped || grouped.contains(instance.name))
        }
        if !adopted.instances.isEmpty { mailbox.send(.configure(adopted)) }
    }

    /// Driver and helper follow the configuration by difference. What is known of services comes first, so that nobody has
    /// to wait for it.
    func configure(_ plan: VRRPPlan, _ configuration: Configuration, out: Set<ServerName>, isReload: Bool) {
        note(plan)
        formerNotices = notices
        notices = VRRPNotices(configuration, after: notices)
        follow(configuration, out: out)
        var plan = plan
        plan.occasion = isReload ? .reload : .start
        mailbox.send(.configure(plan))
        helper.configure(HelperPlan(configuration, host: Host.name))
        guard isReload else { return }
        for notice in notices.statesAfterReload() { helper.deliver(notice) }
    }

    /// Real servers went out of service or came back: tells the trackers of the services' quorums.
    func follow(_ configuration: Configuration, out: Set<ServerName>) {
        for (name, verdict) in quorums.follow(configuration, out: out) {
            mailbox.send(.verdict(.service, name: name.description, verdict))
        }
    }

    /// What is told of a transition. One to the initial state while nothing stops is a deletion by a reload.
    func notice(of transition: VirtualRouter.Transition, of name: String, priority: UInt8, isStopping: Bool) -> Notice {
        guard transition.to == .initialize, !isStopping else {
            return notices.notice(of: transition, of: name, priority: priority)
        }
        return (formerNotices ?? notices).noticeOfDeletion(of: name, priority: priority)
    }

    /// Before the maps are made for it: VIPs of new instances are not served.
    func note(_ plan: VRRPPlan) {
        self.plan = plan
        holders = plan.holders
    }

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

    private func startVRRP(_ plan: VRRPPlan) throws -> VRRPService {
        let stateFile = try VRRPStateFile(path: options.instance.vrrpState)
        return try VRRPService(plan, configuration, stateFile: stateFile, keeper: try networkKeeper())
    }

    /// Has the driver follow the configuration; it is started with the first instance.
    func configureVRRP(isReload: Bool = false) {
        let plan = VRRPPlan(configuration)
        do {
            if vrrp == nil, !plan.instances.isEmpty {
                vrrp = try startVRRP(plan)
                // Its services were no instance's until now.
                schedule.request(at: now)
            }
            try configureNetwork()
            vrrp?.note(plan)
            provideVirtualLinks()
            vrrp?.configure(plan, configuration, out: outOfService, isReload: isReload)
            renewStandIn()
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
        vrrp.isStopping = true
        vrrp.mailbox.send(.stop(.handover))
        let deadline = now + Self.releaseSeconds
        while !vrrp.hasStopped, now < deadline {
            if attend(deadline) { vrrp.mailbox.send(.stop(.immediate)) }
        }
        guard !vrrp.hasStopped else { return }
        log.error("VRRP did not stop in \(Self.releaseSeconds) s: its addresses may be left")
        vrrp.helper.stop()
    }

    // MARK: Reports

    private func report(_ event: VRRPEvent) {
        switch event {
        case .role: break
        case .transition(let name, let transition, let priority):
            let text = "\(transition.from.word) -> \(transition.to.word) (\(transition.reason.words))"
            log.notice("VRRP \(name): \(text), priority \(priority)")
            tell(
                vrrp?.notice(of: transition, of: name, priority: priority, isStopping: vrrp?.isStopping ?? false))
        case .groupTransition(let name, let state):
            log.notice("VRRP group \(name): \(state.word)")
            tell(vrrp?.notices.notice(ofGroup: name, to: state))
        case .entry(let name, let entry):
            log.log(level: entry.isWarning ? .warning : .info, "VRRP \(name): \(entry.words)")
        case .priorityChanged(let name, let old, let new):
            log.notice("VRRP \(name): priority \(old) -> \(new)")
            tell(vrrp?.notices.notice(ofPriority: new, of: name))
        case .heardLowerPriority(let name): tell(vrrp?.notices.noticeOfLowerPriority(heardBy: name))
        case .text(let text, let isWarning):
            log.log(level: isWarning ? .warning : .notice, "VRRP: \(text)")
        case .configured(let kept): removeVirtualLinks(except: kept.union((vrrp?.plan.links ?? []).map(\.name)))
        case .stopped:
            vrrp?.noteStop()
            removeVirtualLinks(except: [])
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

    private func tell(_ notice: Notice?) {
        guard let notice, !notice.isEmpty else { return }
        vrrp?.helper.deliver(notice)
    }

    private func refusal(_ message: String) -> String {
        JSON.object([("ok", .bool(false)), ("message", .string(message))]).text
    }

    private func isKnown(_ name: String) -> Bool {
        configuration.vrrpInstances.contains { $0.name == name }
            || configuration.vrrpSyncGroups.contains { $0.name == name }
    }
}
