import Wire

extension GlobalSettings {
    /// The longest time that keepalived counts, in whole seconds.
    private static let longestSeconds = 4_294

    /// What VRRP does.
    static let vrrpFields: [Field<GlobalSettings>] = [
        .value("vrrp_version", \.vrrp.$version, .integer(2...3)),
        .value("vrrp_strict", \.vrrp.$strict, .nothing),
        .value("vrrp_skip_check_adv_addr", \.vrrp.$skipCheckAdvAddr, .flag),
        .value("vrrp_check_unicast_src", \.vrrp.$checkUnicastSrc, .flag),
        .value("vrrp_mcast_group4", \.vrrp.$mcastGroup4, .multicastGroup),
        .value("vrrp_mcast_group6", \.vrrp.$mcastGroup6, .multicastGroup),
        .value("vrrp_lower_prio_no_advert", \.vrrp.$lowerPrioNoAdvert, .flag),
        .value("vrrp_higher_prio_send_advert", \.vrrp.$higherPrioSendAdvert, .flag),
        .value("vrrp_owner_ignore_adverts", \.vrrp.$ownerIgnoreAdverts, .flag),
        .value("vrrp_down_timer_adverts", \.vrrp.$downTimerAdverts, .integer(1...100)),
        .value("v3_checksum_as_v2", \.vrrp.$v3ChecksumAsV2, .flag),
        .value("vrrp_startup_delay", \.vrrp.$startupDelay, .longSeconds),
        .value("vrrp_delay_after_boot", \.vrrp.$delayAfterBoot, .longSeconds.tolerant),
        .value("log_unknown_vrids", \.vrrp.$logUnknownVrids, .nothing),
    ]

    /// Gratuitous ARP and unsolicited neighbour advertisements.
    static let garpFields: [Field<GlobalSettings>] = [
        .value("vrrp_garp_master_delay", \.vrrp.$garpMasterDelay, .integer(0...longestSeconds, "seconds")),
        .value("vrrp_garp_master_repeat", \.vrrp.$garpMasterRepeat, .atLeastOne),
        .value("vrrp_garp_master_refresh", \.vrrp.$garpMasterRefresh, .unsigned("seconds")),
        .value("vrrp_garp_master_refresh_repeat", \.vrrp.$garpMasterRefreshRepeat, .atLeastOne),
        .value("vrrp_garp_lower_prio_delay", \.vrrp.$garpLowerPrioDelay, .integer(0...longestSeconds, "seconds")),
        .value("vrrp_garp_lower_prio_repeat", \.vrrp.$garpLowerPrioRepeat, .integer(0...Int(Int32.max))),
        .value("vrrp_garp_interval", \.vrrp.$garpInterval, .longSeconds),
        .value("vrrp_gna_interval", \.vrrp.$gnaInterval, .longSeconds),
        .minGARP("vrrp_min_garp"),
        .value("vrrp_garp_extra_if", \.vrrp.$garpExtraIf, .extraInterfaces),
        .synonym("vrrp_vmac_garp_intvl", of: .value("vrrp_garp_extra_if", \.vrrp.$garpExtraIf, .extraInterfaces)),
    ]

    /// The interfaces that VRRP uses, and its thread.
    static let vrrpSystemFields: [Field<GlobalSettings>] = [
        .value("default_interface", \.vrrp.$defaultInterface, .interfaceName.tolerant),
        .value("dynamic_interfaces", \.vrrp.$dynamicInterfaces, .dynamicInterfaces),
        .value("disable_local_igmp", \.vrrp.$disableLocalIgmp, .nothing),
        .once("vmac_prefix", \.vrrp.$vmacPrefix, .interfaceName),
        .once("vmac_addr_prefix", \.vrrp.$vmacAddrPrefix, .interfaceName),
        .value("vrrp_priority", \.vrrp.$priority, .integer(-20...19).tolerant),
        .value("vrrp_rt_priority", \.vrrp.$rtPriority, .realTimePriority),
        .value("vrrp_rlimit_rttime", \.vrrp.$rlimitRttime, .realTimeLimit),
        .synonym("vrrp_rlimit_rtime", of: .value("vrrp_rlimit_rttime", \.vrrp.$rlimitRttime, .realTimeLimit)),
        .value("vrrp_cpu_affinity", \.vrrp.$cpuAffinity, .cpus),
        .value("vrrp_no_swap", \.vrrp.$noSwap, .nothing),
        .value("max_auto_priority", \.vrrp.$maxAutoPriority, .automaticPriority),
        .value("min_auto_priority_delay", \.vrrp.$minAutoPriorityDelay, .integer(1...10_000_000, "µs").tolerant),
    ]
}

extension Form where Value == Double {
    /// A time as long as keepalived can count.
    fileprivate static var longSeconds: Form { .seconds(0...4_294.967295) }
}

extension Form where Value == Int {
    /// A count; 0 is put right, as older configurations have it.
    fileprivate static var atLeastOne: Form {
        .integer(0...Int(UInt32.max), clampedTo: 1...Int(UInt32.max))
    }

    /// What SCHED_RR takes.
    static var realTimePriority: Form {
        integer(Int(Int32.min)...Int(Int32.max), clampedTo: 1...99).tolerant
    }

    /// Microseconds of CPU time; half of it has to be something.
    static var realTimeLimit: Form { integer(1...Int(UInt32.max), clampedTo: 2...Int(UInt32.max), "µs") }

    /// A priority, 0 and -1 for none; nothing means the highest.
    fileprivate static var automaticPriority: Form {
        let number = Form.integer(-1...99)
        var form = number.tolerant
        form.parse = { (arguments) throws(Misfit) in
            arguments.next == nil ? 99 : try number.parse(&arguments)
        }
        return form
    }
}

extension Form where Value == IPv4Address {
    fileprivate static var multicastGroup: Form {
        let syntax = "an IPv4 multicast address"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { IPv4Address($0).flatMap { $0.rawValue >> 28 == 0xe ? $0 : nil } }
            },
            json: { .string("\($0)") })
    }
}

extension Form where Value == IPv6Address {
    fileprivate static var multicastGroup: Form {
        let syntax = "an IPv6 multicast address"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                try arguments.take(syntax) { IPv6Address($0).flatMap { $0.high >> 56 == 0xff ? $0 : nil } }
            },
            json: { .string("\($0)") })
    }
}

extension Form where Value == ExtraInterfaceRefresh {
    fileprivate static var extraInterfaces: Form {
        let syntax = "[all] SECONDS, 1 to 86400"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                var all = arguments.take("all")
                let seconds = try arguments.take(syntax) { Wording.integer($0, in: 1...86_400) }
                if arguments.take("all") { all = true }
                return ExtraInterfaceRefresh(all: all, intervalSeconds: seconds)
            },
            json: { .array(($0.all ? [.string("all")] : []) + [.int($0.intervalSeconds)]) })
    }
}

extension Form where Value == DynamicInterfaces {
    fileprivate static var dynamicInterfaces: Form {
        let syntax = "nothing, or allow_if_changes"
        return Form(
            syntax: syntax, minimumArguments: 0, isPresence: true,
            parse: { arguments in
                guard let word = arguments.next else { return .allowed }
                if arguments.take("allow_if_changes") { return .allowedToChange }
                _ = arguments.take()
                arguments.warn("'\(word)' is no option of dynamic_interfaces: only the keyword counts", hint: syntax)
                return .allowed
            },
            json: { value in
                switch value {
                case .no: .bool(false)
                case .allowed: .bool(true)
                case .allowedToChange: .string("allow_if_changes")
                }
            })
    }
}

extension Field where Model == GlobalSettings {
    /// One message and no second burst, as far as nothing else was said before.
    fileprivate static func minGARP(_ name: String) -> Field {
        var field = Field.value(name, \.vrrp.$minGarp, .flag)
        let read = field.read
        field.read = { statement, model, log in
            read(statement, &model, log)
            guard model.vrrp.minGarp else { return }
            if model.vrrp.$garpMasterRepeat.origin == nil {
                model.vrrp.$garpMasterRepeat = Setting(1, from: statement.location)
            }
            if model.vrrp.$garpMasterDelay.origin == nil {
                model.vrrp.$garpMasterDelay = Setting(0, from: statement.location)
            }
        }
        return field
    }
}
