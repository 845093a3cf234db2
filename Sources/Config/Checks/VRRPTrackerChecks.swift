/// Scripts, processes, files and groups of interfaces: whether they are complete, and whether what refers to them finds
/// them.
struct VRRPTrackerChecks {
    private let log: DiagnosticLog
    private let scripts: Names
    private let processes: Names
    private let files: Names
    private let sessions: Names

    static func check(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        let checks = VRRPTrackerChecks(configuration, log)
        for index in configuration.vrrpInstances.indices {
            let instance = configuration.vrrpInstances[index]
            checks.resolve(
                &configuration.vrrpInstances[index].tracking, "vrrp_instance '\(instance.name)'", instance.definedBefore
            )
        }
        for index in configuration.vrrpSyncGroups.indices {
            let group = configuration.vrrpSyncGroups[index]
            checks.resolve(
                &configuration.vrrpSyncGroups[index].tracking, "vrrp_sync_group '\(group.name)'", group.definedBefore)
        }
        dropIncomplete(&configuration, log)
        checkGARPGroups(&configuration, log)
        checkStaticAddresses(&configuration, log)
    }

    private init(_ configuration: Configuration, _ log: DiagnosticLog) {
        self.log = log
        scripts = Names(configuration.vrrpScripts.map { ($0.name, $0.location, !$0.command.isEmpty) })
        processes = Names(configuration.trackProcesses.map { ($0.name, $0.location, !$0.command.isEmpty) })
        files = Names(configuration.trackFiles.map { ($0.name, $0.location, $0.path != nil) })
        sessions = Names(configuration.bfdInstances.map { ($0.name, $0.location, true) })
    }

    /// Where the objects of one kind are defined.
    private struct Names {
        private var places: [String: (index: Int, location: SourceLocation)] = [:]

        init(_ objects: [(name: String, location: SourceLocation, isComplete: Bool)]) {
            for (index, object) in objects.enumerated() where object.isComplete && places[object.name] == nil {
                places[object.name] = (index, object.location)
            }
        }

        var all: some Collection<String> { places.keys }
        subscript(name: String) -> (index: Int, location: SourceLocation)? { places[name] }
    }

    /// Drops what is listed twice and what is not defined, or not yet.
    private func resolve(_ tracking: inout Tracking, _ owner: String, _ before: DefinedBefore) {
        dropRepeated(&tracking.interfaces, "track_interface", owner)
        dropRepeated(&tracking.scripts, "track_script", owner)
        dropRepeated(&tracking.processes, "track_process", owner)
        dropRepeated(&tracking.files, "track_file", owner)
        dropRepeated(&tracking.sessions, "track_bfd", owner)
        dropUnknown(&tracking.scripts, "track_script", "vrrp_script", scripts, before.scripts)
        dropUnknown(&tracking.processes, "track_process", "vrrp_track_process", processes, before.processes)
        dropUnknown(&tracking.files, "track_file", "track_file", files, before.files)
        dropUnknown(&tracking.sessions, "track_bfd", "bfd_instance", sessions, before.sessions)
    }

    private func dropRepeated(_ list: inout [Setting<Tracked>], _ keyword: String, _ owner: String) {
        var seen: Set<String> = []
        list = list.filter { tracked in
            let name = tracked.wrappedValue.name
            if seen.insert(name).inserted { return true }
            if let place = tracked.origin {
                log.warn(place, "\(owner) lists '\(name)' in '\(keyword)' already: ignored")
            }
            return false
        }
    }

    private func dropUnknown(
        _ list: inout [Setting<Tracked>], _ keyword: String, _ kind: String, _ names: Names, _ before: Int
    ) {
        list = list.filter { tracked in
            let name = tracked.wrappedValue.name
            if let place = names[name], place.index < before { return true }
            guard let place = tracked.origin else { return false }
            if let later = names[name] {
                log.warn(
                    place, "'\(keyword)' names '\(name)', which is defined later, at \(later.location): ignored",
                    hint: "keepalived knows what stands before: move the \(kind) up")
            } else {
                log.warn(
                    place, "'\(keyword)' names '\(name)', but there is no such \(kind): ignored",
                    hint: VRRPChecks.hint(for: name, among: names.all))
            }
            return false
        }
    }

    private static func dropIncomplete(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        func keep(_ isComplete: Bool, _ what: String, _ lack: String, _ location: SourceLocation) -> Bool {
            if !isComplete { log.warn(location, "\(what) has no '\(lack)': skipped") }
            return isComplete
        }
        configuration.vrrpScripts = configuration.vrrpScripts.filter {
            keep(!$0.command.isEmpty, "vrrp_script '\($0.name)'", "script", $0.location)
        }
        configuration.trackProcesses = configuration.trackProcesses.filter {
            keep(!$0.command.isEmpty, "vrrp_track_process '\($0.name)'", "process", $0.location)
        }
        configuration.trackFiles = configuration.trackFiles.filter {
            keep($0.path != nil, "track_file '\($0.name)'", "file", $0.location)
        }
        configuration.vrrpScripts.keepFirst(\.name, "vrrp_script", \.location, log)
        configuration.trackProcesses.keepFirst(\.name, "vrrp_track_process", \.location, log)
        configuration.trackFiles.keepFirst(\.name, "track_file", \.location, log)
    }

    /// A group needs an interval; an interface is in one group, the first.
    private static func checkGARPGroups(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        configuration.garpGroups = configuration.garpGroups.filter { group in
            if group.garpIntervalSeconds != nil || group.gnaIntervalSeconds != nil { return true }
            log.warn(group.location, "garp_group sets neither garp_interval nor gna_interval: skipped")
            return false
        }
        var seen: Set<String> = []
        for index in configuration.garpGroups.indices {
            configuration.garpGroups[index].interfaces = configuration.garpGroups[index].interfaces.filter { name in
                if seen.insert(name.wrappedValue).inserted { return true }
                if let place = name.origin {
                    log.warn(place, "'\(name.wrappedValue)' is in a garp_group already: ignored")
                }
                return false
            }
        }
    }

    /// A static address is tracked by a group that exists, and only if it names its interface.
    private static func checkStaticAddresses(_ configuration: inout Configuration, _ log: DiagnosticLog) {
        let groups = Set(configuration.trackGroups.map(\.name))
        for index in configuration.staticAddresses.indices {
            let setting = configuration.staticAddresses[index]
            guard let group = setting.wrappedValue.trackGroup, let place = setting.origin else { continue }
            if !groups.contains(group) {
                log.warn(
                    place, "there is no track_group '\(group)': ignored",
                    hint: VRRPChecks.hint(for: group, among: groups))
            } else if setting.wrappedValue.interface == nil {
                log.warn(place, "a 'track_group' needs a 'dev': ignored")
            } else {
                continue
            }
            configuration.staticAddresses[index].wrappedValue.trackGroup = nil
        }
        dropUnknownGroups(&configuration.staticRoutes, \.trackGroup, groups, log)
        dropUnknownGroups(&configuration.staticRules, \.trackGroup, groups, log)
    }

    private static func dropUnknownGroups<Value>(
        _ list: inout [Setting<Value>], _ path: WritableKeyPath<Value, String?>, _ groups: Set<String>,
        _ log: DiagnosticLog
    ) {
        for index in list.indices {
            guard let group = list[index].wrappedValue[keyPath: path], !groups.contains(group) else { continue }
            if let place = list[index].origin {
                log.warn(
                    place, "there is no track_group '\(group)': ignored",
                    hint: VRRPChecks.hint(for: group, among: groups))
            }
            list[index].wrappedValue[keyPath: path] = nil
        }
    }
}
