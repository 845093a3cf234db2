internal import Config
internal import VRRP

/// Who hears of what, in keepalived's order, words and arguments; and what is known of the states, for who asks after
/// them. Made anew with each configuration.
struct VRRPNotices {
    private struct Listener {
        var notifications: Notifications
        /// What `smtp_alert` comes to.
        var isMailed: Bool
        /// What `notify_priority_changes` comes to.
        var tellsPriority: Bool
    }

    private struct Known {
        var state: VirtualRouter.State
        var priority: UInt8
    }

    /// STOP scripts get a second, as keepalived's do.
    private static let stopLimit = Duration.seconds(1)

    private let scripts: GlobalScriptSettings
    private let mailsFaults: Bool
    private let writesStatesOnReload: Bool
    private var instances: [String: Listener] = [:]
    private var groups: [String: Listener] = [:]
    private let order: (instances: [String], groups: [String])
    private var known: [String: Known] = [:]
    private var knownGroups: [String: VirtualRouter.State] = [:]
    /// What the last mail said of an instance or a group: it is not said again.
    private var mailed: [Subject: VirtualRouter.State] = [:]

    private enum Subject: Hashable {
        case instance(String)
        case group(String)

        /// Kind and name.
        var words: (kind: String, mail: String, name: String) {
            switch self {
            case .instance(let name): ("INSTANCE", "Instance", name)
            case .group(let name): ("GROUP", "Group", name)
            }
        }
    }

    /// Of a configuration that was checked.
    ///
    /// - Parameter former: of the configuration before, whose knowledge goes on.
    init(_ configuration: Configuration, after former: VRRPNotices? = nil) {
        let global = configuration.global
        scripts = global.scripts
        mailsFaults = !global.mail.noEmailFaults
        writesStatesOnReload = global.fifos.fifoWriteVrrpStatesOnReload
        let mails = global.mail.smtpAlertVRRP ?? global.mail.smtpAlert ?? false
        let tells = global.fifos.notifyPriorityChanges
        order = (configuration.vrrpInstances.map(\.name), configuration.vrrpSyncGroups.map(\.name))
        var ofMembers: [String: Bool] = [:]
        for group in configuration.vrrpSyncGroups {
            let notifications = group.notifications
            groups[group.name] = Listener(
                notifications: notifications, isMailed: notifications.mails ?? mails, tellsPriority: false)
            for member in group.members { ofMembers[member.wrappedValue] = notifications.priorityChanges }
        }
        for instance in configuration.vrrpInstances {
            let notifications = instance.notifications
            instances[instance.name] = Listener(
                notifications: notifications, isMailed: notifications.mails ?? mails,
                tellsPriority: notifications.priorityChanges ?? ofMembers[instance.name] ?? tells)
        }
        known = former?.known.filter { instances[$0.key] != nil } ?? [:]
        knownGroups = former?.knownGroups.filter { groups[$0.key] != nil } ?? [:]
        mailed = former?.mailed ?? [:]
    }

    // MARK: Transitions

    /// Of an instance's transition: the state's own script, then `notify` with INSTANCE, name, state and priority; then the
    /// line; then the mail.
    mutating func notice(
        of transition: VirtualRouter.Transition, of name: String, priority: UInt8
    ) -> Notice {
        known[name] = Known(state: transition.to, priority: priority)
        guard transition.isNotified, let listener = instances[name] else { return Notice() }
        return notice(listener, transition.to, .instance(name), priority: Int(priority))
    }

    /// Of a sync group's, with GROUP and priority 0.
    mutating func notice(ofGroup name: String, to state: VirtualRouter.State) -> Notice {
        knownGroups[name] = state
        guard let listener = groups[name] else { return Notice() }
        return notice(listener, state, .group(name), priority: 0)
    }

    /// Of an instance that a reload took away: `notify_deleted` with its script, or DELETED in place of a state; without it
    /// the instance is said to be in FAULT.
    func noticeOfDeletion(of name: String, priority: UInt8) -> Notice {
        guard let notifications = instances[name]?.notifications else { return Notice() }
        let isSaid = notifications.saysDeleted
        let word = isSaid ? "DELETED" : "FAULT"
        let own = isSaid ? notifications.deleted : notifications.fault
        var notice = Notice()
        notice.calls = calls(
            own, notifications.any, [Subject.instance(name).words.kind, name, word, "\(priority)"], nil)
        notice.line = line(.instance(name), word, priority: Int(priority))
        return notice
    }

    // MARK: Other events

    /// Of an advert with a lower priority than ours while active.
    func noticeOfLowerPriority(heardBy name: String) -> Notice {
        guard let listener = instances[name] else { return Notice() }
        var notice = Notice()
        notice.calls = listener.notifications.lowerPriority.map { [ScriptCall($0, in: scripts)] } ?? []
        notice.line = line(.instance(name), "MASTER_RX_LOWER_PRI", priority: Int(known[name]?.priority ?? 0))
        return notice
    }

    /// Of another priority.
    mutating func notice(ofPriority priority: UInt8, of name: String) -> Notice {
        let state = known[name]?.state ?? .initialize
        known[name] = Known(state: state, priority: priority)
        guard instances[name]?.tellsPriority == true else { return Notice() }
        var notice = Notice()
        let word = state == .active ? "MASTER_PRIORITY" : "BACKUP_PRIORITY"
        notice.line = line(.instance(name), word, priority: Int(priority))
        return notice
    }

    /// After a reload, if `fifo_write_vrrp_states_on_reload` asks for it: a line for each instance, then for each group.
    func statesAfterReload() -> [Notice] {
        guard writesStatesOnReload else { return [] }
        let ofInstances = order.instances.compactMap { name -> String? in
            guard let known = known[name], let word = known.state.notifyName, known.state != .initialize else {
                return nil
            }
            return line(.instance(name), word, priority: Int(known.priority))
        }
        let ofGroups = order.groups.compactMap { name -> String? in
            guard let state = knownGroups[name], let word = state.notifyName, state != .initialize else { return nil }
            return line(.group(name), word, priority: 0)
        }
        return (ofInstances + ofGroups).map { line in
            var notice = Notice()
            notice.line = line
            return notice
        }
    }

    // MARK: Parts

    private mutating func notice(
        _ listener: Listener, _ state: VirtualRouter.State, _ subject: Subject, priority: Int
    ) -> Notice {
        guard let word = state.notifyName else { return Notice() }
        let notifications = listener.notifications
        let own: Script? =
            switch state {
            case .active: notifications.master
            case .backup: notifications.backup
            case .fault: notifications.fault
            case .initialize: notifications.stop
            case .leaving: nil
            }
        let words = subject.words
        var notice = Notice()
        notice.calls = calls(
            own, notifications.any, [words.kind, words.name, word, "\(priority)"],
            state == .initialize ? Self.stopLimit : nil)
        notice.line = line(subject, word, priority: priority)
        if listener.isMailed { notice.mail = mail(subject, state) }
        return notice
    }

    private func calls(_ own: Script?, _ any: Script?, _ arguments: [String], _ limit: Duration?) -> [ScriptCall] {
        var calls = own.map { [ScriptCall($0, in: scripts)] } ?? []
        if let any {
            var told = ScriptCall(any, in: scripts)
            told.command += arguments
            calls.append(told)
        }
        for index in calls.indices { calls[index].limit = limit }
        return calls
    }

    private func line(_ subject: Subject, _ word: String, priority: Int) -> String {
        "\(subject.words.kind) \"\(subject.words.name)\" \(word) \(priority)"
    }

    /// Not twice of one state.
    private mutating func mail(_ subject: Subject, _ state: VirtualRouter.State) -> MailText? {
        guard state != .fault || mailsFaults, mailed[subject] != state, let (event, body) = texts(subject, state)
        else { return nil }
        mailed[subject] = state
        let words = subject.words
        return MailText(subject: "VRRP \(words.mail) \(words.name) - \(event)", body: "=> \(body) <=\n")
    }

    private func texts(_ subject: Subject, _ state: VirtualRouter.State) -> (event: String, body: String)? {
        guard let word = state.notifyName else { return nil }
        let event = state == .initialize ? "Stopping" : "Entering \(word) state"
        switch (subject, state) {
        case (.group, .initialize): return (event, "All VRRP group instances are now stopping")
        case (.group, _): return (event, "All VRRP group instances are now in \(word) state")
        case (.instance, .initialize): return (event, "VRRP Instance stopping")
        case (.instance, .active): return (event, "VRRP Instance is now owning VRRP VIPs")
        case (.instance, _): return (event, "VRRP Instance is no longer owning VRRP VIPs")
        }
    }
}
