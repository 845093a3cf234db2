import Wire

/// What `sluice_track_service` names: services that there are, each once.
enum TrackedServiceChecks {
    static func check(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        let known = Set(configuration.virtualServices.map { ServiceName($0) })
        for index in configuration.vrrpInstances.indices {
            let owner = "vrrp_instance '\(configuration.vrrpInstances[index].name)'"
            check(&configuration.vrrpInstances[index].tracking.services, owner, known, log)
        }
        for index in configuration.vrrpSyncGroups.indices {
            let owner = "vrrp_sync_group '\(configuration.vrrpSyncGroups[index].name)'"
            check(&configuration.vrrpSyncGroups[index].tracking.services, owner, known, log)
        }
    }

    private static func check(
        _ services: inout [Setting<TrackedService>], _ owner: String, _ known: Set<ServiceName>, _ log: DiagnosticLog
    ) {
        var seen: Set<ServiceName> = []
        services = services.filter { setting in
            let name = setting.wrappedValue.name
            guard known.contains(name) else {
                let others = known.filter { $0.address == name.address }.map(\.description).sorted()
                log.warn(
                    setting.place, "\(owner) tracks \(name), but there is no such virtual service: ignored",
                    hint: others.isEmpty ? nil : "there is \(others.prefix(3).joined(separator: ", "))")
                return false
            }
            if seen.insert(name).inserted { return true }
            log.warn(setting.place, "\(owner) tracks \(name) already: ignored")
            return false
        }
    }
}
