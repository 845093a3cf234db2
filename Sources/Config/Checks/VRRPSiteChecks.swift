import Wire

/// What the machine has to say.
struct VRRPSiteChecks {
    let site: any ConfigurationSite
    let log: DiagnosticLog

    func check(_ configuration: Configuration) {
        if let prefixes = site.connectedPrefixes() {
            let byInterface = Dictionary(grouping: prefixes, by: \.interface).mapValues { $0.map(\.prefix) }
            for instance in configuration.vrrpInstances {
                for address in instance.addresses + instance.excludedAddresses {
                    check(address, of: instance, byInterface)
                }
            }
        }
        if let interfaces = site.interfaces(), configuration.global.vrrp.dynamicInterfaces == .no {
            for instance in configuration.vrrpInstances { check(instance, interfaces) }
        }
        checkScripts(configuration)
    }

    /// keepalived leaves out an instance whose interface is missing, unless interfaces may come later.
    private func check(_ instance: VRRPInstance, _ interfaces: Set<String>) {
        guard let name = instance.interface, !interfaces.contains(name) else { return }
        log.warn(
            instance.$interface.origin ?? instance.location,
            "there is no interface '\(name)': vrrp_instance '\(instance.name)' can't start without it",
            hint: "write 'dynamic_interfaces' in global_defs if it comes later")
    }

    private func checkScripts(_ configuration: Configuration) {
        let scripts = configuration.global.scripts
        for script in configuration.vrrpScripts {
            check(script.command.first, "vrrp_script '\(script.name)'", script.$command.origin ?? script.location)
        }
        for instance in configuration.vrrpInstances { check(instance.notifications) }
        for group in configuration.vrrpSyncGroups { check(group.notifications) }
        guard !scripts.enableScriptSecurity, let place = placeOfRootScript(configuration) else { return }
        log.warnOfScript(
            place, "scripts run as root, and enable_script_security is off",
            hint: "write 'enable_script_security' in global_defs, or 'script_user' with a user that may do less")
    }

    /// The first script that is there and runs as root; nil if none does.
    private func placeOfRootScript(_ configuration: Configuration) -> SourceLocation? {
        let standard = configuration.global.scripts.scriptUser?.user
        let isRootByDefault = standard.map { $0 == "root" } ?? !site.hasUser("keepalived_script")
        func isRoot(_ owner: UserAndGroup?) -> Bool { owner.map { $0.user == "root" } ?? isRootByDefault }
        func runs(_ path: String?) -> Bool { path.map { $0.utf8.contains(.slash) && site.canRun($0) } ?? false }
        let tracked = configuration.vrrpScripts.first { runs($0.command.first) && isRoot($0.user) }
        if let tracked { return tracked.location }
        let lists = configuration.vrrpInstances.map(\.notifications) + configuration.vrrpSyncGroups.map(\.notifications)
        return lists.lazy.flatMap(\.scripts).first { entry in
            guard let script = entry.script.wrappedValue else { return false }
            return runs(script.command.first) && isRoot(script.owner)
        }?.script.origin
    }

    /// An address that brings a prefix along needs no other.
    private func check(
        _ address: Setting<VirtualAddress>, of instance: VRRPInstance, _ prefixes: [String: [Prefix]]
    ) {
        let value = address.wrappedValue
        guard value.prefixLength == value.address.family.bits, value.peer == nil, !value.address.isLinkLocal,
            let interface = value.interface ?? instance.interface, interface != "lo",
            !(prefixes[interface] ?? []).contains(where: { $0.contains(value.address) })
        else { return }
        log.advise(
            address.origin ?? instance.location,
            "'\(value.address)' is in no network of interface '\(interface)': its neighbours may not find it",
            hint:
                "write its length, as in \(value.address)/\(value.address.family == .ipv4 ? 24 : 64), or name the right 'dev'"
        )
    }

    private func check(_ notifications: Notifications) {
        for (keyword, script) in notifications.scripts {
            guard let place = script.origin else { continue }
            check(script.wrappedValue?.command.first, "'\(keyword)'", place)
        }
    }

    /// A name without slash is looked for in PATH, which is not asked about.
    private func check(_ path: String?, _ what: String, _ place: SourceLocation) {
        guard let path, path.utf8.contains(.slash), let problem = site.scriptProblem(path) else { return }
        log.warn(
            place, "\(what) would not run with script security: '\(path)': \(problem)",
            hint: "a path that only root can write to")
    }
}
