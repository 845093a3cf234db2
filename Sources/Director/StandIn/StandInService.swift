internal import Config
internal import Datapath
internal import Linux
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
    private var states: [String: VirtualRouter.State] = [:]
    /// When the last state changed, in seconds of the monotonic clock.
    private var lastChange = SystemClock.monotonicSeconds
    private(set) var hasStopped = false
    /// How long backups go on, longer than another director needs to be heard: if it is gone again, the role is ours.
    private static let settleSeconds = 5.0
    /// How long instances in fault go on: a link may come back.
    private static let faultSeconds = 60.0

    init(_ plan: VRRPPlan, instance: Instance, mailbox: VRRPMailbox, log: Logger) {
        self.plan = plan
        self.instance = instance
        self.mailbox = mailbox
        self.log = log
        roles = Dictionary(uniqueKeysWithValues: plan.instances.map { ($0.name, .active) })
    }

    /// When `isThrough` may have become true.
    var nextDeadline: Double {
        guard states.count == plan.instances.count, !states.values.contains(where: { $0 == .active || $0 == .leaving })
        else { return .infinity }
        return lastChange + (states.values.contains(.fault) ? Self.faultSeconds : Self.settleSeconds)
    }

    /// Nothing is served here any more, and that will stay so.
    var isThrough: Bool { SystemClock.monotonicSeconds >= nextDeadline }

    /// Takes in what has come.
    mutating func attend() {
        var last: UInt64 = 0
        for event in mailbox.takeEvents() {
            switch event {
            case .role(let name, let role, let ticket):
                if roles.updateValue(role, forKey: name) != role { apply(role, of: name) }
                last = ticket
            case .transition(let name, let transition, _):
                states[name] = transition.to
                lastChange = SystemClock.monotonicSeconds
                // A backup here stays one while there is anybody else.
                if transition.to == .backup { mailbox.send(.release(name)) }
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
        guard let instance = plan.instances.first(where: { $0.name == name }) else { return }
        let vips = Set(instance.addresses.map(\.address.address))
        let macs = Set(instance.links.compactMap(\.mac))
        do {
            guard let folder = try self.instance.currentMaps() else { return }
            let maps = try ForwarderMaps(pinnedIn: folder, writable: true)
            for edit in maps.snapshot().roleEdits(of: vips, macs, role) { maps.apply(edit) }
        } catch {
            log.error("stand-in: VRRP \(name): the forwarder keeps its former role: \(error)")
        }
    }
}
