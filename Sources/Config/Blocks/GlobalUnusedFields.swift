extension GlobalSettings {
    /// What is understood and checked, and has no meaning here.
    static let unusedFields: [Field<GlobalSettings>] =
        snmpFields + ipvsFields + netfilterFields + processFields + bufferFields + dumpFields

    private static let snmpFields: [Field<GlobalSettings>] = [
        .unused("snmp_socket", .word("an address").tolerant, .snmp),
        .unused("enable_traps", .nothing, .snmp),
        .unused("enable_snmp_vrrp", .nothing, .snmp),
        .unused("enable_snmp_keepalived", .nothing, .snmp),
        .unused("enable_snmp_rfc", .nothing, .snmp),
        .unused("enable_snmp_rfcv2", .nothing, .snmp),
        .unused("enable_snmp_rfcv3", .nothing, .snmp),
        .unused("enable_snmp_checker", .nothing, .snmp),
        .unused("snmp_vs_stats_update_interval", .seconds(0.001...30).tolerant, .snmp),
        .unused("snmp_rs_stats_update_interval", .seconds(0.001...30).tolerant, .snmp),
        .unused("enable_dbus", .nothing, .dbus),
        .unused("dbus_service_name", .word("a name").tolerant, .dbus),
        .unused("dbus_no_interface_name", .nothing, .dbus),
    ]

    private static let ipvsFields: [Field<GlobalSettings>] = [
        .unused("lvs_flush", .nothing, .ipvs),
        .unused("lvs_flush_on_stop", .oneOf(["VS"]), .ipvs),
        .unused("lvs_flush_onstop", .oneOf(["VS"]), .ipvs),
        .unused("nftables_ipvs", .words("[TABLE]", upTo: 1), .ipvs),
        .unused("nftables_ipvs_priority", .integer(int32), .ipvs),
        .unused("nftables_ipvs_start_fwmark", .unsigned(from: 1), .ipvs),
    ]

    private static let netfilterFields: [Field<GlobalSettings>] = [
        .unused("nftables", .words("[TABLE]", upTo: 1), .netfilter),
        .unused("nftables_priority", .integer(int32), .netfilter),
        .unused("nftables_counters", .nothing, .netfilter),
        .unused("nftables_ifindex", .nothing, .netfilter),
        .unused("vrrp_iptables", .words("[INCHAIN [OUTCHAIN]]", upTo: 2), .netfilter),
        .unused("vrrp_ipsets", .words("names of sets, up to five", upTo: 5), .ipsets),
    ]

    private static let processFields: [Field<GlobalSettings>] = [
        .unused("process_names", .nothing, .process),
        .unused("process_name", .word("a name"), .process),
        .unused("vrrp_process_name", .word("a name"), .process),
        .unused("checker_process_name", .word("a name"), .process),
        .unused("lvs_process_name", .word("a name"), .process),
        .unused("bfd_process_name", .word("a name"), .process),
        .unused("checker_priority", .integer(-20...19).tolerant, .scheduling),
        .unused("checker_rt_priority", .realTimePriority, .scheduling),
        .unused("checker_rlimit_rttime", .realTimeLimit, .scheduling),
        .unused("checker_rlimit_rtime", .realTimeLimit, .scheduling),
        .unused("checker_cpu_affinity", .cpus, .scheduling),
        .unused("checker_no_swap", .nothing, .scheduling),
        .unused("bfd_priority", .integer(-20...19).tolerant, .scheduling),
        .unused("bfd_rt_priority", .realTimePriority, .scheduling),
        .unused("bfd_rlimit_rttime", .realTimeLimit, .scheduling),
        .unused("bfd_rlimit_rtime", .realTimeLimit, .scheduling),
        .unused("bfd_cpu_affinity", .cpus, .scheduling),
        .unused("bfd_no_swap", .nothing, .scheduling),
    ]

    private static let bufferFields: [Field<GlobalSettings>] =
        ["vrrp_netlink_cmd", "vrrp_netlink_monitor", "lvs_netlink_cmd", "lvs_netlink_monitor", "process_monitor"]
        .flatMap { socket -> [Field<GlobalSettings>] in
            [
                .unused("\(socket)_rcv_bufs", .unsigned("bytes").tolerant, .buffers),
                .unused("\(socket)_rcv_bufs_force", .flag, .buffers),
            ]
        } + [
            .unused("vrrp_rx_bufs_policy", .receiveBuffers, .buffers),
            .unused("vrrp_rx_bufs_multiplier", .unsigned(from: 1).tolerant, .buffers),
        ]

    private static let dumpFields: [Field<GlobalSettings>] = [
        .unused("data_use_instance", .flag, .dump),
        .unused("json_version", .integer(1...2).tolerant, .dump),
        .unused("json_dump_file", .word("a file").tolerant, .dump),
        .unused("state_dump_file", .word("a file").tolerant, .dump),
        .unused("stats_dump_file", .word("a file").tolerant, .dump),
        .unused("config_save_dir", .word("a directory"), .copies),
        .unused("tmp_config_directory", .word("a directory").tolerant, .copies),
        .unused("include_check", .words("nothing, or readable, match, wildcard_match, brace_match, + or -"), .includes),
    ]

    private static let int32 = Int(Int32.min)...Int(Int32.max)
}

extension Form where Value == [String] {
    /// MTU, ADVERT or a number of bytes.
    fileprivate static var receiveBuffers: Form {
        let syntax = "MTU, ADVERT or bytes, 0 to 4294967295"
        var form = Form.words(syntax)
        form.parse = { (arguments) throws(Misfit) in
            var words: [String] = []
            repeat {
                words.append(
                    try arguments.take(syntax) { word in
                        let isPolicy = ["MTU", "ADVERT"].contains(word.uppercased())
                        return isPolicy || Wording.number(word, in: 0...Int(UInt32.max)) != nil ? word : nil
                    })
            } while arguments.next != nil
            return words
        }
        return form
    }
}
