/// Where weights don't count: in a sync group, where priorities would drift apart, and for the owner of the addresses,
/// whose priority nothing changes.
struct VRRPWeightChecks {
    private let log: DiagnosticLog
    private let scripts: [String: TrackWeight]
    private let files: [String: TrackWeight]
    private let sessions: [String: TrackWeight]

    static func check(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        let checks = VRRPWeightChecks(
            log: log, scripts: weights(configuration.vrrpScripts.map { ($0.name, $0.weight) }),
            files: weights(configuration.trackFiles.map { ($0.name, $0.weight) }),
            sessions: weights(
                configuration.bfdInstances.map {
                    ($0.name, TrackWeight(value: $0.weight.value, isReversed: $0.weight.isReversed))
                }))
        var groups: [String: VRRPSyncGroup] = [:]
        for group in configuration.vrrpSyncGroups {
            for member in group.members { groups[member.wrappedValue] = group }
        }
        for index in configuration.vrrpInstances.indices {
            let instance = configuration.vrrpInstances[index]
            let group = groups[instance.name]
            checks.check(&configuration.vrrpInstances[index], in: group)
        }
        let owners = Set(configuration.vrrpInstances.filter { $0.priority == 255 }.map(\.name))
        for index in configuration.vrrpSyncGroups.indices {
            checks.check(&configuration.vrrpSyncGroups[index], owners)
        }
    }

    private static func weights(_ pairs: [(String, TrackWeight)]) -> [String: TrackWeight] {
        Dictionary(pairs) { first, _ in first }
    }

    private func check(_ instance: inout VRRPInstance, in group: VRRPSyncGroup?) {
        if let group { warnOfBoth(instance, group) }
        let isGrouped = group.map { !$0.usesWeights } ?? false
        guard isGrouped || instance.priority == 255 else { return }
        let reason =
            isGrouped
            ? "in a sync group without 'sync_group_tracking_weight'" : "for the owner of the addresses (priority 255)"
        let hint = isGrouped ? "track it in the group, or add 'sync_group_tracking_weight'" : "a lower priority"
        func warn(_ tracked: Setting<Tracked>, _ result: String) {
            let name = tracked.wrappedValue.name
            log.warn(
                tracked.origin ?? instance.location, "weights don't count \(reason): '\(name)' \(result)", hint: hint)
        }
        instance.tracking.interfaces = instance.tracking.interfaces.compactMap { tracked in
            guard let weight = tracked.wrappedValue.weight, weight.value != 0 else { return tracked }
            warn(tracked, isGrouped ? "is tracked without one: its failure is a FAULT" : "is not tracked")
            return isGrouped ? tracked.weightless : nil
        }
        instance.tracking.scripts = instance.tracking.scripts.filter { tracked in
            guard weight(tracked, scripts) != 0 else { return true }
            warn(tracked, "is not tracked")
            return false
        }
        instance.tracking.sessions = instance.tracking.sessions.filter { tracked in
            guard weight(tracked, sessions) != 0 else { return true }
            warn(tracked, "is not tracked")
            return false
        }
        instance.tracking.files = instance.tracking.files.compactMap { tracked in
            switch weight(tracked, files) {
            case 0: return tracked
            case 1:
                warn(tracked, "is tracked without one: any number in it but 0 is a FAULT")
                return tracked.weightless
            default:
                warn(tracked, "is not tracked")
                return nil
            }
        }
    }

    private func weight(_ tracked: Setting<Tracked>, _ own: [String: TrackWeight]) -> Int {
        (tracked.wrappedValue.weight ?? own[tracked.wrappedValue.name])?.value ?? 0
    }

    /// What is tracked twice counts as the group has it.
    private func warnOfBoth(_ instance: VRRPInstance, _ group: VRRPSyncGroup) {
        func warn(_ own: [Setting<Tracked>], _ shared: [Setting<Tracked>], _ keyword: String) {
            let names = Set(shared.map(\.wrappedValue.name))
            for tracked in own where names.contains(tracked.wrappedValue.name) {
                log.warn(
                    tracked.origin ?? instance.location,
                    "vrrp_sync_group '\(group.name)' has '\(tracked.wrappedValue.name)' in '\(keyword)' too, which counts",
                    hint: "remove it here")
            }
        }
        warn(instance.tracking.interfaces, group.tracking.interfaces, "track_interface")
        warn(instance.tracking.scripts, group.tracking.scripts, "track_script")
        warn(instance.tracking.processes, group.tracking.processes, "track_process")
        warn(instance.tracking.files, group.tracking.files, "track_file")
        warn(instance.tracking.sessions, group.tracking.sessions, "track_bfd")
    }

    /// A group with an owner among its members has no weights.
    private func check(_ group: inout VRRPSyncGroup, _ owners: Set<String>) {
        guard group.members.contains(where: { owners.contains($0.wrappedValue) }) else { return }
        let location = group.location
        func clear(_ list: inout [Setting<Tracked>], _ own: [String: TrackWeight]) {
            list = list.map { tracked in
                guard weight(tracked, own) != 0 else { return tracked }
                log.warn(
                    tracked.origin ?? location,
                    "a member has priority 255: '\(tracked.wrappedValue.name)' is tracked without weight")
                return tracked.weightless
            }
        }
        clear(&group.tracking.interfaces, [:])
        clear(&group.tracking.scripts, scripts)
        clear(&group.tracking.files, files)
        clear(&group.tracking.sessions, sessions)
    }
}

extension Setting<Tracked> {
    /// The same with the weight 0.
    fileprivate var weightless: Setting {
        var copy = self
        copy.wrappedValue.weight = TrackWeight(value: 0)
        return copy
    }
}
