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
        for script in configuration.vrrpScripts {
            check(script.command.first, "vrrp_script '\(script.name)'", script.$command.origin ?? script.location)
        }
        for instance in configuration.vrrpInstances { check(instance.notifications) }
        for group in configuration.vrrpSyncGroups { check(group.notifications) }
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
        log.warn(
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
