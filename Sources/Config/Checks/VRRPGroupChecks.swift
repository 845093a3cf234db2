/// The members of sync groups and track groups: they exist, and none is in two sync groups.
enum VRRPGroupChecks {
    static func check(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        let instances = Set(configuration.vrrpInstances.map(\.name))
        var owners: [String: String] = [:]
        configuration.vrrpSyncGroups = configuration.vrrpSyncGroups.compactMap { written in
            var group = written
            group.members = known(written.members, instances, "vrrp_sync_group '\(group.name)'", log).filter { member in
                guard let owner = owners[member.wrappedValue] else {
                    owners[member.wrappedValue] = group.name
                    return true
                }
                log.warn(
                    member.origin ?? group.location,
                    "vrrp_instance '\(member.wrappedValue)' is in vrrp_sync_group '\(owner)' already: ignored",
                    hint: "an instance is in one sync group")
                return false
            }
            return isUsable(group, log) ? group : nil
        }
        configuration.trackGroups = configuration.trackGroups.compactMap { written in
            var group = written
            group.members = known(written.members, instances, "track_group '\(group.name)'", log)
            if group.members.isEmpty { log.warn(group.location, "track_group '\(group.name)' has no members: skipped") }
            return group.members.isEmpty ? nil : group
        }
    }

    private static func known(
        _ members: [Setting<String>], _ instances: Set<String>, _ group: String, _ log: DiagnosticLog
    ) -> [Setting<String>] {
        members.filter { member in
            if instances.contains(member.wrappedValue) { return true }
            if let place = member.origin {
                log.warn(
                    place, "\(group) names '\(member.wrappedValue)', but there is no such vrrp_instance: ignored",
                    hint: VRRPChecks.hint(for: member.wrappedValue, among: instances))
            }
            return false
        }
    }

    private static func isUsable(_ group: VRRPSyncGroup, _ log: DiagnosticLog) -> Bool {
        if group.members.isEmpty {
            log.warn(group.location, "vrrp_sync_group '\(group.name)' has no members: skipped")
        } else if group.members.count == 1 {
            log.warn(
                group.location, "vrrp_sync_group '\(group.name)' has one member only: it has nothing to go along with",
                hint: "add the other instances, or remove the group")
        }
        return !group.members.isEmpty
    }
}
