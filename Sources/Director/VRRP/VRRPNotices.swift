internal import Config
internal import VRRP

/// Which scripts hear of what: keepalived's order and arguments.
enum VRRPNotices {
    /// Of an instance's transition: the state's own script, then `notify` with INSTANCE, name, state and priority.
    static func calls(
        for transition: VirtualRouter.Transition, of name: String, priority: UInt8, in configuration: Configuration
    ) -> [ScriptCall] {
        guard transition.isNotified, let instance = configuration.vrrpInstances.first(where: { $0.name == name })
        else { return [] }
        return calls(instance.notifications, transition.to, "INSTANCE", name, priority: Int(priority), configuration)
    }

    /// Of a sync group's, with GROUP and priority 0.
    static func calls(
        forGroup name: String, to state: VirtualRouter.State, in configuration: Configuration
    ) -> [ScriptCall] {
        guard let group = configuration.vrrpSyncGroups.first(where: { $0.name == name }) else { return [] }
        return calls(group.notifications, state, "GROUP", name, priority: 0, configuration)
    }

    /// Of an advert with a lower priority than ours while active.
    static func callsForLowerPriority(of name: String, in configuration: Configuration) -> [ScriptCall] {
        let instance = configuration.vrrpInstances.first { $0.name == name }
        return instance?.notifications.lowerPriority.map { [call($0, configuration)] } ?? []
    }

    private static func calls(
        _ notifications: Notifications, _ state: VirtualRouter.State, _ kind: String, _ name: String, priority: Int,
        _ configuration: Configuration
    ) -> [ScriptCall] {
        guard let word = state.notifyName else { return [] }
        let own: Script? =
            switch state {
            case .active: notifications.master
            case .backup: notifications.backup
            case .fault: notifications.fault
            case .initialize: notifications.stop
            case .leaving: nil
            }
        var calls = own.map { [call($0, configuration)] } ?? []
        if let any = notifications.any {
            var told = call(any, configuration)
            told.command += [kind, name, word, "\(priority)"]
            calls.append(told)
        }
        return calls
    }

    private static func call(_ script: Script, _ configuration: Configuration) -> ScriptCall {
        ScriptCall(
            command: script.command, owner: script.owner ?? configuration.global.scripts.scriptUser,
            isGuarded: configuration.global.scripts.enableScriptSecurity)
    }
}
