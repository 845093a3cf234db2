import Wire

// Keywords of vrrp_instance whose meaning depends on what came before them.

extension VRRPInstance {
    /// Whether something of a family may be in the instance: the first one decides on the family.
    mutating func admits(
        _ other: IPAddress.Family, _ location: SourceLocation, _ what: String, _ log: DiagnosticLog
    ) -> Bool {
        guard let family else {
            family = other
            return true
        }
        if family == other { return true }
        let names = family == .ipv4 ? ("IPv6", "IPv4") : ("IPv4", "IPv6")
        log.warn(
            location, "\(what) is \(names.0), but vrrp_instance '\(name)' is \(names.1): ignored",
            hint: "one instance for each family, or virtual_ipaddress_excluded")
        return false
    }
}

extension Field where Model == VRRPInstance {
    /// A block of lines, each with an address of the instance's family.
    static func familyValues<Value>(
        _ name: String, _ path: any WritableKeyPath<VRRPInstance, [Setting<Value>]> & Sendable, _ form: Form<Value>,
        family: any KeyPath<Value, IPAddress.Family> & Sendable
    ) -> Field {
        var field = Field.values(name, path, form)
        field.read = { statement, model, log in
            for line in statement.block {
                guard let value = form.value(ofLine: line, in: name, log),
                    model.admits(value[keyPath: family], line.location, "'\(line.words[0].text)'", log)
                else { continue }
                model[keyPath: path].append(Setting(value, from: line.location))
            }
        }
        return field
    }

    /// One address of the instance's family.
    static func familyAddress(
        _ name: String, _ path: any WritableKeyPath<VRRPInstance, Setting<IPAddress?>> & Sendable,
        _ form: Form<IPAddress>
    ) -> Field {
        var field = Field.value(name, path, form)
        field.read = { statement, model, log in
            guard let address = form.value(of: statement, log),
                model.admits(address.family, statement.location, "'\(name) \(address)'", log)
            else { return }
            model[keyPath: path] = Setting(address, from: statement.location)
        }
        return field
    }

    /// `state`: MASTER stays, and what is neither is BACKUP.
    static func state(
        _ name: String, _ path: any WritableKeyPath<VRRPInstance, Setting<VRRPInstance.State?>> & Sendable
    ) -> Field {
        let form = Form<VRRPInstance.State>.choice.otherwise(.backup, as: "BACKUP")
        var field = Field.value(name, path, form)
        field.read = { statement, model, log in
            guard let state = form.value(of: statement, log) else { return }
            if model.state == .master, statement.argument(0) == VRRPInstance.State.backup.rawValue {
                log.warn(statement.location, "'state' is MASTER already: BACKUP is ignored")
            } else {
                model[keyPath: path] = Setting(state, from: statement.location)
            }
        }
        return field
    }

    /// `version`: what an earlier keyword decided stays.
    static func version(
        _ name: String, _ path: any WritableKeyPath<VRRPInstance, Setting<Int?>> & Sendable
    ) -> Field {
        let form = Form<Int>.integer(2...3)
        var field = Field.value(name, path, form)
        field.read = { statement, model, log in
            guard let version = form.value(of: statement, log) else { return }
            if version == 2, model.family == .ipv6 {
                log.warn(statement.location, "IPv6 needs version 3: 'version 2' is ignored")
            } else if let former = model.version, former != version {
                log.warn(statement.location, "the version is \(former) already: 'version \(version)' is ignored")
            } else {
                model[keyPath: path] = Setting(version, from: statement.location)
            }
        }
        return field
    }

    /// `native_ipv6`: IPv6 without an address that says so.
    static func nativeIPv6(_ name: String) -> Field {
        Field(
            name: name, syntax: "nothing", shape: KeywordShape(),
            read: { statement, model, log in
                if model.family == .ipv4 {
                    log.warn(statement.location, "'\(name)' can't stand with IPv4 addresses: ignored")
                    return
                }
                model.family = .ipv6
                model.$version = Setting(3, from: statement.location)
            })
    }

    /// `vrf`: only without `interface`, and only once.
    static func vrf(
        _ name: String, _ path: any WritableKeyPath<VRRPInstance, Setting<String?>> & Sendable
    ) -> Field {
        var field = Field.once(name, path, .interfaceName)
        let read = field.read
        field.read = { statement, model, log in
            if model.interface == nil { return read(statement, &model, log) }
            log.warn(statement.location, "'\(name)' is for instances without 'interface': ignored")
        }
        return field
    }
}
