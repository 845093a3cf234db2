import Wire

/// What can be said of the VRRP blocks once all of them are read. keepalived's rules (vrrp_complete_init): what is
/// incomplete is dropped, what contradicts itself is put right, each with a warning. Where keepalived would not start,
/// the offending object is dropped and the warning says so.
enum VRRPChecks {
    static func check(
        _ configuration: inout Configuration, _ log: DiagnosticLog, site: (any ConfigurationSite)? = nil
    ) {
        dropRepeated(&configuration, log)
        VRRPTrackerChecks.check(&configuration, log)
        complete(&configuration, log)
        VRRPConflictChecks.check(&configuration, log)
        VRRPGroupChecks.check(&configuration, log)
        VRRPWeightChecks.check(&configuration, log)
        // Of another network namespace this one says nothing.
        if let site, configuration.netNamespace == nil { VRRPSiteChecks(site: site, log: log).check(configuration) }
    }

    /// What keepalived says of a configuration that it does not start with.
    static let refusal = "keepalived would not start"

    /// The name that may be meant. Not looked for among many, or for a long one: files that are wrong throughout would
    /// take long.
    static func hint(for name: String, among names: some Collection<String>) -> String? {
        guard names.count <= 64, name.utf8.count <= 64 else { return nil }
        return nearest(to: name, among: Array(names)).map { "did you mean '\($0)'?" }
    }

    /// Of two instances, sync groups or track groups with one name the second is skipped.
    private static func dropRepeated(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        configuration.vrrpInstances.keepFirst(\.name, "vrrp_instance", \.location, log)
        configuration.vrrpSyncGroups.keepFirst(\.name, "vrrp_sync_group", \.location, log)
        configuration.trackGroups.keepFirst(\.name, "track_group", \.location, log)
    }

    private static func complete(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        let global = configuration.global
        configuration.vrrpInstances = configuration.vrrpInstances.compactMap { instance in
            var check = VRRPInstanceCheck(instance: instance, global: global.vrrp, log: log)
            return check.isComplete() ? check.completed() : nil
        }
    }
}

extension Array {
    /// Drops, with a warning, what has the name of an earlier one.
    mutating func keepFirst(
        _ name: KeyPath<Element, String>, _ keyword: String, _ location: KeyPath<Element, SourceLocation>,
        _ log: DiagnosticLog
    ) {
        var seen: [String: SourceLocation] = [:]
        self = filter { element in
            guard let first = seen.updateValue(element[keyPath: location], forKey: element[keyPath: name]) else {
                return true
            }
            seen[element[keyPath: name]] = first
            log.warn(
                element[keyPath: location],
                "\(keyword) '\(element[keyPath: name])' is defined at \(first) already: skipped")
            return false
        }
    }
}
