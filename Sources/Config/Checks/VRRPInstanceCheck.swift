import Wire

/// Completes one instance: drops it if it can't run, fills in what follows from other settings, and takes back what
/// contradicts them.
struct VRRPInstanceCheck {
    var instance: VRRPInstance
    let global: GlobalVRRPSettings
    let log: DiagnosticLog

    var name: String { "vrrp_instance '\(instance.name)'" }
    var isStrict: Bool { instance.strict ?? global.strict }
    var isUnicast: Bool { !instance.peers.isEmpty }
    var isOwner: Bool { instance.priority == 255 }

    /// Whether it has what no instance can be without.
    func isComplete() -> Bool {
        if instance.virtualRouterID == nil {
            drop("has no valid 'virtual_router_id'", hint: "1 to 255")
        } else if instance.interface == nil, !isUnicast {
            drop("has no 'interface'", hint: "an interface, or 'unicast_peer' with 'unicast_src_ip'")
        } else if instance.interface == nil, instance.sourceAddress == nil {
            drop("has neither 'interface' nor 'unicast_src_ip'", hint: "one of them")
        } else if instance.interface == nil, instance.sourceAddress?.isLinkLocal == true {
            drop("has a link-local 'unicast_src_ip' and no 'interface'", hint: "the interface that it is on")
        } else if instance.addresses.isEmpty, needsAddress {
            drop("has no 'virtual_ipaddress', which version 3 and strict mode need", hint: "at least one address")
        } else {
            return true
        }
        return false
    }

    private var needsAddress: Bool {
        !instance.allowsNoAddresses
            && (isStrict || instance.family == .ipv6 || (instance.version ?? global.version) == 3)
    }

    private func drop(_ lack: String, hint: String) {
        log.warn(instance.location, "\(name) \(lack): skipped; \(VRRPChecks.refusal)", hint: hint)
    }

    /// The instance with everything decided. Only for one that is complete.
    mutating func completed() -> VRRPInstance {
        completeAddresses()
        completeVersion()
        completePriority()
        completeAuthentication()
        completeTransport()
        completePreemption()
        completeStrictMode()
        completeInterval()
        return instance
    }

    func place<Value>(_ setting: Setting<Value>) -> SourceLocation { setting.origin ?? instance.location }

    private mutating func completeVersion() {
        if instance.family == .ipv6 {
            if instance.version == 2 {
                log.warn(place(instance.$version), "IPv6 needs version 3: it is used", hint: "version 3")
            }
            if instance.version != 3 { instance.version = 3 }
        }
        if instance.version == nil { instance.version = global.version }
    }

    /// Priority and state follow from each other.
    private mutating func completePriority() {
        if instance.priority == nil {
            instance.priority = instance.state == .master ? 255 : 100
            if instance.state == .master {
                log.warn(
                    instance.location,
                    "\(name) is MASTER without 'priority': 255 is used, that of the addresses' owner",
                    hint: "write the priority that is meant")
            }
        } else if isOwner {
            log.warn(
                place(instance.$priority),
                "priority 255 is for the router whose own addresses these are: no tracker lowers it, and it never yields",
                hint: "at most 254, unless the addresses are its own")
        }
        if instance.state == nil {
            instance.state = isOwner ? .master : .backup
        } else if isStrict, (instance.state == .master) != isOwner {
            let state: VRRPInstance.State = isOwner ? .master : .backup
            log.warn(
                place(instance.$state), "in strict mode MASTER and priority 255 go together: \(state.rawValue) is used")
            instance.state = state
        } else if instance.state == .master, !isOwner {
            log.note(
                place(instance.$state),
                "'state MASTER' decides nothing here: it starts as backup, and the higher priority becomes active")
        }
    }

    private mutating func completeAuthentication() {
        guard let authentication = instance.authentication else { return }
        let at = authentication.$kind.origin ?? authentication.$password.origin ?? instance.location
        if isStrict {
            log.warn(at, "strict mode has no authentication: ignored", hint: "remove it, or strict mode")
        } else if instance.version == 3 {
            log.warn(at, "version 3 has no authentication: ignored", hint: "remove it, or use version 2")
        } else if authentication.kind == nil {
            log.warn(at, "'authentication' has no valid 'auth_type': ignored", hint: "auth_type PASS")
        } else if authentication.password?.isEmpty ?? true {
            log.warn(at, "'authentication' has no 'auth_pass': ignored", hint: "auth_pass, at most 8 bytes")
        } else {
            if authentication.kind == .header, instance.state == .master, !isOwner {
                log.warn(
                    place(instance.$state), "with AH it has to hear the others first: BACKUP is used",
                    hint: "state BACKUP")
                instance.state = .backup
            }
            return
        }
        instance.authentication = nil
    }

    private mutating func completePreemption() {
        let isMaster = instance.state == .master
        if !instance.preempts, isOwner || isMaster {
            log.warn(
                place(instance.$preempts),
                isOwner
                    ? "priority 255 always preempts: 'nopreempt' is ignored"
                    : "'nopreempt' does not work with 'state MASTER': ignored",
                hint: isOwner ? "a lower priority" : "'state BACKUP' on all the routers")
            instance.preempts = true
        }
        guard instance.preemptDelaySeconds > 0 else { return }
        let reason =
            isMaster
            ? "does not work with 'state MASTER'"
            : isStrict ? "is not in strict mode" : instance.preempts ? nil : "has no meaning with 'nopreempt'"
        guard let reason else { return }
        log.warn(
            place(instance.$preemptDelaySeconds), "'preempt_delay' \(reason): ignored",
            hint: isMaster ? "'state BACKUP' on all the routers" : nil)
        instance.preemptDelaySeconds = 0
    }

    /// Whole seconds with version 2, hundredths with version 3; half and more is rounded up.
    private mutating func completeInterval() {
        let isOld = instance.version == 2
        let written = instance.advertIntervalSeconds
        let unit = isOld ? 1.0 : 0.01
        let longest = isOld ? 255.0 : 40.95
        let count = max((written / unit + 1e-9).rounded(), 1)
        let used = isOld ? count : count / 100
        let at = place(instance.$advertIntervalSeconds)
        if used > longest {
            log.warn(at, "'advert_int' is at most \(Wording.text(longest)) with version 3: that is used")
            instance.advertIntervalSeconds = longest
        } else if abs(used - written) > 1e-7 {
            log.warn(
                at, "'advert_int \(Wording.text(written))' is rounded to \(Wording.text(used))",
                hint: isOld
                    ? "version 2 has whole seconds: 'version 3' on all the routers has hundredths"
                    : "version 3 has hundredths")
            instance.advertIntervalSeconds = used
        }
    }
}

extension IPAddress {
    /// fe80::/10.
    var isLinkLocal: Bool {
        switch self {
        case .v4: false
        case .v6(let address): address.high >> 54 == 0xfe80 >> 6
        }
    }
}
