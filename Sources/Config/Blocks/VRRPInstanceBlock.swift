import Wire

extension VRRPInstance {
    /// `vrrp_instance`.
    static let block = Block<VRRPInstance>(
        "vrrp_instance",
        identity + addressFields + senderFields + interfaceFields + behaviour
            + Announcements.fields.map { $0.within(\.announcements) } + [
                .mark("dont_track_primary", \.$ignoresOwnInterface)
            ]
            + Tracking.fields.map { $0.within(\.tracking) } + Notifications.fields.map { $0.within(\.notifications) }
            + Notifications.instanceFields.map { $0.within(\.notifications) } + unused)

    /// `NAME`.
    static let head = Form<VRRPInstance>.named {
        VRRPInstance($0, at: $1)
    } name: {
        $0.name
    }

    private static let identity: [Field<VRRPInstance>] = [
        .state("state", \.$state),
        .value("interface", \.$interface, .interfaceName),
        .vrf("vrf", \.$vrf),
        .value("virtual_router_id", \.$virtualRouterID, .byte(1...255)),
        .value("priority", \.$priority, .byte(1...255).otherwise(100, as: "100")),
        .version("version", \.$version),
        .nativeIPv6("native_ipv6"),
        .value("advert_int", \.$advertIntervalSeconds, .seconds(0.01...255)),
        .block("authentication", \.authentication, VRRPAuthentication.block, new: { VRRPAuthentication() }),
        .block("auth_hmac", \.hmac, VRRPHMAC.block, new: { VRRPHMAC() }),
    ]

    private static let addressFields: [Field<VRRPInstance>] = [
        .familyValues("virtual_ipaddress", \.addresses, .virtualAddress(), family: \.address.family),
        .values("virtual_ipaddress_excluded", \.excludedAddresses, .virtualAddress()),
        .values("virtual_routes", \.routes, .route),
        .values("virtual_rules", \.rules, .rule),
        .mark("no_virtual_ipaddress", \.$allowsNoAddresses),
        .mark("promote_secondaries", \.$promotesSecondaries),
    ]

    private static let senderFields: [Field<VRRPInstance>] = [
        .familyAddress("mcast_src_ip", \.$sourceAddress, .address),
        .synonym("unicast_src_ip", of: .familyAddress("unicast_src_ip", \.$sourceAddress, .address)).then(noteUnicast),
        .mark("track_src_ip", \.$tracksSourceAddress),
        .familyAddress("mcast_dst_ip", \.$multicastGroup, .multicastGroup),
        .familyValues("unicast_peer", \.peers, .unicastPeer, family: \.address.family).then(noteUnicast),
        .value("unicast_ttl", \.$unicastTTL, .byte(0...255)),
        .mark("unicast_fault_no_peer", \.$faultsWithoutPeers).then(noteUnicast),
        .mark("check_unicast_src", \.$checksUnicastSource).then(noteUnicast),
        .value("old_unicast_checksum", \.$oldUnicastChecksum, .oldUnicastChecksum).then(noteUnicast),
    ]

    private static let interfaceFields: [Field<VRRPInstance>] = [
        .value("use_vmac", \.$vmac, .vmac),
        .mark("vmac_xmit_base", \.$transmitsOnBase),
        .mark("use_vmac_addr", \.$usesVMACForAddresses),
        .once("use_ipvlan", \.$ipvlan, .ipvlan).then(takeIPVLANAddress),
    ]

    private static let behaviour: [Field<VRRPInstance>] = [
        .mark("nopreempt", \.$preempts, sets: false),
        .flag("preempt", \.$preempts, sets: true),
        .value("preempt_delay", \.$preemptDelaySeconds, .seconds(0...1000).otherwise(0, as: "0")),
        .mark("accept", \.$accepts),
        .mark("no_accept", \.$accepts, sets: false),
        .value("strict_mode", \.$strict, .flag),
        .value("skip_check_adv_addr", \.$skipsAddressCheck, .flag),
        .value("lower_prio_no_advert", \.$isSilentToLowerPriority, .flag),
        .value("higher_prio_send_advert", \.$answersHigherPriority, .flag),
        .value("owner_ignore_adverts", \.$ownerIgnoresAdverts, .flag),
        .value("down_timer_adverts", \.$downTimerAdverts, .integer(1...100)),
        .value("timer_expired_backup", \.$timerExpiredBackup, .otherPriority),
        .synonym("thread_timer_expired", of: .value("thread_timer_expired", \.$timerExpiredBackup, .otherPriority)),
        .value("v3_checksum_as_v2", \.$checksumsAsVersion2, .flag),
    ]

    private static let unused: [Field<VRRPInstance>] = [
        .unused("debug", .integer(0...4), .obsolete),
        .unused("kernel_rx_buf_size", Form<Int>.integer(0...4_294_967_295, "bytes").needing(0), .buffers),
        .unused("linkbeat_use_polling", .nothing, .linkbeat),
        .unused("lvs_sync_daemon_interface", .interfaceName, .ipvs),
    ]

    @Sendable private static func noteUnicast(_: Statement, _ instance: inout VRRPInstance, _: DiagnosticLog) {
        instance.mentionsUnicast = true
    }

    /// An ipvlan's address is the instance's source as well, if it has no other.
    @Sendable private static func takeIPVLANAddress(
        _ statement: Statement, _ instance: inout VRRPInstance, _ log: DiagnosticLog
    ) {
        guard let address = instance.ipvlan?.address, instance.$ipvlan.origin == statement.location else { return }
        guard instance.admits(address.family, statement.location, "the address of 'use_ipvlan'", log) else {
            instance.ipvlan?.address = nil
            instance.ipvlan?.prefixLength = nil
            return
        }
        if instance.sourceAddress == nil { instance.$sourceAddress = Setting(address, from: statement.location) }
    }
}

extension VRRPAuthentication {
    /// `authentication`.
    static let block = Block<VRRPAuthentication>(
        "authentication",
        [
            .value("auth_type", \.$kind, .choice),
            .value("auth_pass", \.$password, .password),
        ])
}

extension VRRPHMAC {
    /// `auth_hmac`.
    static let block = Block<VRRPHMAC>(
        "auth_hmac",
        [
            .repeated("key", \.keys, .words("a key", atLeast: 1)),
            .value("active_key", \.$activeKey, .word("a key's name")),
            .value("mode", \.$mode, .word("a mode")),
            .value("time_window", \.$timeWindowSeconds, .seconds(0...86_400)),
            .value("anti_replay", \.$rejectsReplays, .flag),
        ])
}

extension Announcements {
    static let fields: [Field<Announcements>] = [
        .value("garp_master_delay", \.$delaySeconds, .integer(0...4_294, "seconds")),
        .value("garp_master_repeat", \.$burst, .oneOrMore(1...4_294_967_295)),
        .value("garp_master_refresh", \.$refreshSeconds, .integer(0...4_294_967_295, "seconds").otherwise(0, as: "0")),
        .value("garp_master_refresh_repeat", \.$refreshBurst, .oneOrMore(1...4_294_967_295)),
        .value("garp_lower_prio_delay", \.$lowerPriorityDelaySeconds, .integer(0...4_294, "seconds")),
        .value("garp_lower_prio_repeat", \.$lowerPriorityBurst, .integer(0...2_147_483_647)),
        .value("garp_extra_if", \.$extraInterfaces, .extraInterfaces),
        .synonym("vmac_garp_intvl", of: .value("vmac_garp_intvl", \.$extraInterfaces, .extraInterfaces)),
    ]
}

extension Tracking {
    static let fields: [Field<Tracking>] = [
        .values("track_interface", \.interfaces, .tracked(.interface)),
        .values("track_script", \.scripts, .tracked(.script)),
        .values("track_process", \.processes, .tracked(.process)),
        .values("track_file", \.files, .tracked(.file)),
        .values("track_bfd", \.sessions, .tracked(.session)),
        .repeated("sluice_track_service", \.services, .trackedService),
    ]
}

extension Notifications {
    /// What instances and sync groups have.
    static let fields: [Field<Notifications>] = [
        .once("notify_master", \.$master, .script.needing(1)),
        .once("notify_backup", \.$backup, .script.needing(1)),
        .once("notify_fault", \.$fault, .script.needing(1)),
        .once("notify_stop", \.$stop, .script.needing(1)),
        .once("notify", \.$any, .script.needing(1)),
        .value("smtp_alert", \.$mails, .flag),
        .value("notify_priority_changes", \.$priorityChanges, .flag),
    ]

    /// What only instances have.
    static let instanceFields: [Field<Notifications>] = [
        .deleted("notify_deleted"),
        .once("notify_master_rx_lower_pri", \.$lowerPriority, .script.needing(1)),
    ]
}

extension Field where Model == Notifications {
    /// `notify_deleted [SCRIPT]`.
    fileprivate static func deleted(_ name: String) -> Field {
        let script = Field.once(name, \.$deleted, .script)
        var field = Field.mark(name, \.$saysDeleted)
        let mark = field
        field.shape = KeywordShape(isQuoted: true)
        field.syntax = "nothing, or \(script.syntax)"
        field.read = { statement, model, log in
            if statement.arguments.isEmpty {
                model.$saysDeleted = Setting(true, from: statement.location)
            } else {
                script.read(statement, &model, log)
                model.$saysDeleted = Setting(model.saysDeleted || model.deleted != nil, from: statement.location)
            }
        }
        field.show = { $0.deleted == nil ? mark.show($0) : script.show($0) }
        return field
    }
}
