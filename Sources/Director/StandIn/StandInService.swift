internal import Config
internal import Datapath
internal import Logging
internal import Plan
internal import VRRP
internal import Wire

/// What the VRRP driver says, done as far as a stand-in does it: roles in the pinned maps, and the log.
struct StandInService {
    private let plan: VRRPPlan
    private let instance: Instance
    private let mailbox: VRRPMailbox
    private let log: Logger
    private var roles: [String: ServiceRole]
    private(set) var hasStopped = false

    init(_ plan: VRRPPlan, instance: Instance, mailbox: VRRPMailbox, log: Logger) {
        self.plan = plan
        self.instance = instance
        self.mailbox = mailbox
        self.log = log
        roles = Dictionary(uniqueKeysWithValues: plan.instances.map { ($0.name, .active) })
    }

    var servesNothing: Bool { !roles.values.contains(.active) }

    /// Takes in what has come.
    mutating func attend() {
        var last: UInt64 = 0
        for event in mailbox.takeEvents() {
            switch event {
            case .role(let name, let role, let ticket):
                if roles.updateValue(role, forKey: name) != role { apply(role, of: name) }
                last = ticket
            case .transition(let name, let transition, _):
                log.notice(
                    "stand-in: VRRP \(name): \(transition.from.word) -> \(transition.to.word) (\(transition.reason.words))"
                )
            case .entry(let name, let entry):
                log.log(level: entry.isWarning ? .warning : .info, "stand-in: VRRP \(name): \(entry.words)")
            case .text(let text, let isWarning):
                log.log(level: isWarning ? .warning : .notice, "stand-in: VRRP: \(text)")
            case .stopped: hasStopped = true
            case .groupTransition, .priorityChanged, .heardLowerPriority, .configured: break
            }
        }
        if last > 0 { mailbox.answer(last) }
    }

    /// The time for known flows is over.
    mutating func endDrains() {
        for (name, role) in roles where role == .draining {
            roles[name] = .backup
            apply(.backup, of: name)
        }
    }

    private func apply(_ role: ServiceRole, of name: String) {
        let vips = Set(plan.instances.first { $0.name == name }?.addresses.map(\.address.address) ?? [])
        do {
            guard let folder = try instance.currentMaps() else { return }
            let maps = try ForwarderMaps(pinnedIn: folder, writable: true)
            for edit in maps.snapshot().roleEdits(of: vips, role) { maps.apply(edit) }
        } catch {
            log.error("stand-in: VRRP \(name): the forwarder keeps its former role: \(error)")
        }
    }
}
