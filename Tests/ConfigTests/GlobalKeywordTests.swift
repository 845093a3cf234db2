import Testing
import Wire

@testable import Config

/// What keepalived 2.2.7 does was found by running `keepalived -t` with each line.
@Suite("global_defs: keepalived's keywords")
struct GlobalKeywordTests {
    private func read(_ lines: String) -> Reading { Reading("global_defs {\n\(lines)\n}") }

    @Test("No keyword stands twice in the table, and the words of Unacted are in it")
    func table() {
        let names = GlobalSettings.block.fields.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Unacted.words["global_defs"]?.subtracting(names).isEmpty == true)
        #expect(Unacted.words["the top level"]?.subtracting(Configuration.block.fields.map(\.name)).isEmpty == true)
    }

    @Test("Everything in the table is either used, or says once why not")
    func everyWordIsAccountedFor() {
        let used = GlobalSettings.block.fields.filter { field in
            field.reason == nil && !Unacted.contains(field.name, in: "global_defs")
        }
        #expect(
            used.map(\.name) == [
                "sluice_xdp_mode", "sluice_flow_table", "sluice_interfaces", "sluice_drain", "sluice_timeouts",
                "lvs_timeouts", "router_id", "umask", "iproute_etc_dir", "iproute_usr_dir", "vrrp_version",
                "vrrp_strict",
                "vrrp_skip_check_adv_addr", "vrrp_check_unicast_src",
                "vrrp_mcast_group4", "vrrp_mcast_group6", "vrrp_lower_prio_no_advert", "vrrp_higher_prio_send_advert",
                "vrrp_owner_ignore_adverts", "vrrp_down_timer_adverts", "v3_checksum_as_v2", "vrrp_startup_delay",
                "vrrp_delay_after_boot", "log_unknown_vrids", "vrrp_garp_master_delay", "vrrp_garp_master_repeat",
                "vrrp_garp_master_refresh", "vrrp_garp_master_refresh_repeat", "vrrp_garp_lower_prio_delay",
                "vrrp_garp_lower_prio_repeat", "vrrp_garp_interval", "vrrp_gna_interval", "vrrp_min_garp",
                "vrrp_garp_extra_if", "default_interface", "dynamic_interfaces", "disable_local_igmp", "vmac_prefix",
                "vmac_addr_prefix", "vrrp_priority", "vrrp_rt_priority", "vrrp_rlimit_rttime",
                "vrrp_rlimit_rtime", "vrrp_cpu_affinity", "vrrp_no_swap", "max_auto_priority",
                "min_auto_priority_delay", "notification_email",
                "notification_email_from", "smtp_server", "smtp_helo_name", "smtp_connect_timeout", "smtp_alert",
                "smtp_alert_vrrp", "no_email_faults", "enable_script_security", "script_user",
                "set_supplementary_groups", "use_symlink_paths", "startup_script", "startup_script_timeout",
                "shutdown_script", "shutdown_script_timeout", "notify_fifo", "notify_fifo_script", "vrrp_notify_fifo",
                "vrrp_notify_fifo_script", "vrrp_notify_priority_changes", "fifo_write_vrrp_states_on_reload",
            ])
    }

    @Test(
        "keepalived refuses these without a value",
        arguments: [
            "smtp_server", "smtp_connect_timeout", "vrrp_garp_interval", "vrrp_gna_interval", "vrrp_version",
            "vrrp_garp_master_delay", "vrrp_garp_master_refresh", "vrrp_garp_master_repeat",
            "vrrp_garp_master_refresh_repeat", "vrrp_mcast_group4", "vrrp_mcast_group6", "vrrp_garp_lower_prio_repeat",
            "vrrp_garp_lower_prio_delay", "vrrp_startup_delay", "umask", "random_seed", "vrrp_rlimit_rttime",
            "vrrp_rlimit_rtime", "nftables_priority", "vmac_prefix", "vmac_addr_prefix", "nftables_ipvs_start_fwmark",
            "nftables_ipvs_priority", "vrrp_down_timer_adverts", "bfd_rlimit_rtime", "bfd_rlimit_rttime",
            "checker_rlimit_rtime", "checker_rlimit_rttime", "bfd_process_name", "process_name", "vrrp_process_name",
            "checker_process_name", "lvs_process_name", "config_save_dir",
        ])
    func missingArgument(name: String) {
        #expect(read(name).errors == ["2: '\(name)' needs a value (keepalived refuses it too)"])
    }

    @Test(
        "keepalived goes on without these values, and so does Sluice, with a warning",
        arguments: [
            "router_id", "notification_email_from", "script_user", "default_interface", "notify_fifo",
            "vrrp_notify_fifo", "lvs_notify_fifo", "notify_fifo_script", "vrrp_notify_fifo_script",
            "lvs_notify_fifo_script", "startup_script", "shutdown_script", "startup_script_timeout",
            "shutdown_script_timeout", "min_auto_priority_delay", "vrrp_priority", "checker_priority", "bfd_priority",
            "vrrp_rt_priority", "checker_rt_priority", "bfd_rt_priority", "vrrp_cpu_affinity", "checker_cpu_affinity",
            "bfd_cpu_affinity", "vrrp_garp_extra_if", "dbus_service_name", "snmp_socket", "reload_time_file",
            "lvs_sync_daemon", "tmp_config_directory", "vrrp_rx_bufs_policy", "vrrp_rx_bufs_multiplier",
            "vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs", "lvs_netlink_cmd_rcv_bufs",
            "lvs_netlink_monitor_rcv_bufs", "process_monitor_rcv_bufs",
        ])
    func toleratedAbsence(name: String) {
        #expect(read(name).errors.isEmpty)
        #expect(read(name).warnings.count == 1)
        #expect(read(name).warnings.first?.hasPrefix("2: '\(name)' lacks a value: ignored") == true)
    }

    @Test(
        "These stand alone",
        arguments: [
            "nftables", "vrrp_iptables",
            "vrrp_ipsets", "enable_dbus",
            "enable_traps", "enable_snmp_rfc", "enable_snmp_rfcv2", "enable_snmp_rfcv3", "enable_snmp_checker",
            "enable_snmp_keepalived", "enable_snmp_vrrp", "checker_no_swap", "bfd_no_swap", "lvs_flush",
            "lvs_flush_on_stop", "lvs_flush_onstop", "reload_check_config",
            "reload_file", "reload_repeat", "process_names", "include_check",
            "nftables_counters", "nftables_ifindex", "nftables_ipvs",
        ])
    func alone(name: String) {
        #expect(read(name).errors.isEmpty)
        #expect(read(name).warnings.isEmpty)
        #expect(read(name).notes.count == 1)
    }

    @Test(
        "These stand alone too, and are acted on",
        arguments: [
            "vrrp_strict", "vrrp_skip_check_adv_addr", "vrrp_check_unicast_src", "max_auto_priority", "vrrp_no_swap",
            "log_unknown_vrids", "dynamic_interfaces", "disable_local_igmp",
            "no_email_faults", "fifo_write_vrrp_states_on_reload",
        ])
    func aloneAndUsed(name: String) { #expect(read(name).diagnostics.isEmpty) }

    @Test("The shipped default file's part reads without a complaint")
    func defaultFile() {
        let reading = read(
            """
            notification_email {
            acassen@firewall.loc
            failover@firewall.loc sysadmin@firewall.loc
            }
            notification_email_from Alexandre.Cassen@firewall.loc
            smtp_server 192.168.200.1
            smtp_connect_timeout 30
            router_id LVS_DEVEL
            vrrp_skip_check_adv_addr
            vrrp_strict
            vrrp_garp_interval 0
            vrrp_gna_interval 0
            """)
        #expect(reading.warnings.isEmpty)
        #expect(reading.notes.count == 0)
    }

    @Test("An empty notification_email is warned of")
    func noAddress() {
        #expect(read("notification_email {\n}").warnings == ["2: 'notification_email' is empty (addresses)"])
    }

    @Test("What is out of range is put right as in keepalived, with a warning")
    func clamped() {
        #expect(read("smtp_connect_timeout 0").global?.mail.smtpConnectTimeout == 1)
        #expect(
            read("smtp_connect_timeout 0").warnings == ["2: 0 is out of range: 1 is used (seconds, 1 to 4294)"])
        #expect(read("vrrp_garp_master_repeat 0").global?.vrrp.garpMasterRepeat == 1)
        #expect(read("vrrp_garp_master_refresh_repeat 0").global?.vrrp.garpMasterRefreshRepeat == 1)
        #expect(read("vrrp_rt_priority 0").global?.vrrp.rtPriority == 1)
        #expect(read("vrrp_rt_priority 100").global?.vrrp.rtPriority == 99)
        #expect(read("vrrp_rlimit_rtime 1").global?.vrrp.rlimitRttime == 2)
        for line in ["vrrp_garp_master_repeat 0", "vrrp_rt_priority 100", "vrrp_rlimit_rttime 1"] {
            #expect(read(line).warnings.count == 1)
        }
    }

    @Test(
        "What is out of range or malformed is ignored, with a warning",
        arguments: [
            "vrrp_version 4", "vrrp_version x", "vrrp_garp_master_delay 4295", "vrrp_garp_master_refresh -1",
            "vrrp_garp_lower_prio_repeat 2147483648", "vrrp_garp_interval x", "vrrp_garp_interval 4295",
            "vrrp_startup_delay 1e2", "vrrp_down_timer_adverts 0", "vrrp_down_timer_adverts 101",
            "vrrp_mcast_group4 1.2.3.4", "vrrp_mcast_group4 ff02::12", "vrrp_mcast_group6 1.2.3.4",
            "vrrp_mcast_group6 fe80::1", "vrrp_priority 20", "vrrp_rt_priority x", "max_auto_priority 100",
            "max_auto_priority -2", "min_auto_priority_delay 0", "min_auto_priority_delay 10000001",
            "vrrp_garp_extra_if all", "vrrp_garp_extra_if 0", "vrrp_garp_extra_if all 86401", "smtp_server a 0",
            "smtp_server a 65536", "smtp_server a x", "smtp_alert maybe", "startup_script_timeout 1001", "umask 01777",
            "umask 0x1000", "umask 09", "umask 0x+1", "umask IRUSR|", "umask |", "umask IRUSR IWUSR", "umask zzz",
            "random_seed -1",
            "random_seed 4294967296", "vrrp_cpu_affinity 0 x", "vmac_prefix a/b", "startup_script \"\"",
            "lvs_flush_on_stop RS", "json_version 3", "vrrp_rx_bufs_policy x", "nftables_ipvs_start_fwmark 0",
            "snmp_vs_stats_update_interval 31", "lvs_sync_daemon a/b", "vrrp_netlink_cmd_rcv_bufs -1",
            "vrrp_min_garp perhaps",
        ])
    func ignored(line: String) {
        let reading = read(line)
        #expect(reading.global == GlobalSettings())
        #expect(reading.warnings.count == 1)
        #expect(reading.warnings.first?.contains("ignored") == true)
    }

    @Test("Surplus words are reported, and the keyword counts")
    func surplus() {
        #expect(read("vrrp_strict no").global?.vrrp.strict == true)
        #expect(
            read("vrrp_strict no").warnings == ["2: 'no' after 'vrrp_strict' has no meaning there: ignored (nothing)"])
        #expect(read("vrrp_skip_check_adv_addr no").global?.vrrp.skipCheckAdvAddr == false)
    }

    @Test("VRRP: every keyword sets its property")
    func vrrp() throws {
        let reading = read(
            """
            vrrp_version 3
            vrrp_check_unicast_src
            vrrp_mcast_group4 224.0.0.99
            vrrp_mcast_group6 ff02::99
            vrrp_lower_prio_no_advert
            vrrp_higher_prio_send_advert on
            vrrp_owner_ignore_adverts
            vrrp_down_timer_adverts 5
            v3_checksum_as_v2 yes
            vrrp_startup_delay 5.5
            vrrp_delay_after_boot 2
            log_unknown_vrids
            vrrp_garp_master_delay 7
            vrrp_garp_master_repeat 3
            vrrp_garp_master_refresh 60
            vrrp_garp_master_refresh_repeat 2
            vrrp_garp_lower_prio_delay 4
            vrrp_garp_lower_prio_repeat 0
            vrrp_garp_interval .001
            vrrp_gna_interval 0.000001
            vrrp_garp_extra_if all 100
            default_interface eth7
            dynamic_interfaces allow_if_changes
            disable_local_igmp
            vmac_prefix vm
            vmac_addr_prefix va
            vrrp_priority -20
            vrrp_rt_priority 50
            vrrp_rlimit_rttime 20000
            vrrp_cpu_affinity 0 2 0
            vrrp_no_swap
            max_auto_priority
            min_auto_priority_delay 500
            """)
        #expect(reading.warnings.isEmpty)
        let vrrp = try #require(reading.global?.vrrp)
        var expected = GlobalVRRPSettings()
        expected.version = 3
        expected.checkUnicastSrc = true
        expected.mcastGroup4 = IPv4Address(rawValue: 0xe000_0063)
        expected.mcastGroup6 = IPv6Address(high: 0xff02_0000_0000_0000, low: 0x99)
        expected.lowerPrioNoAdvert = true
        expected.higherPrioSendAdvert = true
        expected.ownerIgnoreAdverts = true
        expected.downTimerAdverts = 5
        expected.v3ChecksumAsV2 = true
        expected.startupDelay = 5.5
        expected.delayAfterBoot = 2
        expected.logUnknownVrids = true
        expected.garpMasterDelay = 7
        expected.garpMasterRepeat = 3
        expected.garpMasterRefresh = 60
        expected.garpMasterRefreshRepeat = 2
        expected.garpLowerPrioDelay = 4
        expected.garpLowerPrioRepeat = 0
        expected.garpInterval = 0.001
        expected.gnaInterval = 0.000001
        expected.garpExtraIf = ExtraInterfaceRefresh(all: true, intervalSeconds: 100)
        expected.defaultInterface = "eth7"
        expected.dynamicInterfaces = .allowedToChange
        expected.disableLocalIgmp = true
        expected.vmacPrefix = "vm"
        expected.vmacAddrPrefix = "va"
        expected.priority = -20
        expected.rtPriority = 50
        expected.rlimitRttime = 20_000
        expected.cpuAffinity = [0, 2]
        expected.noSwap = true
        expected.maxAutoPriority = 99
        expected.minAutoPriorityDelay = 500
        #expect(vrrp == expected)
    }

    @Test("vrrp_min_garp sets what was not set before it")
    func minGARP() {
        let alone = read("vrrp_min_garp").global?.vrrp
        #expect(alone?.garpMasterRepeat == 1)
        #expect(alone?.garpMasterDelay == 0)
        let before = read("vrrp_garp_master_repeat 5\nvrrp_min_garp").global?.vrrp
        #expect(before?.garpMasterRepeat == 5)
        #expect(before?.garpMasterDelay == 0)
        #expect(read("vrrp_min_garp\nvrrp_garp_master_delay 9").global?.vrrp.garpMasterDelay == 9)
        #expect(read("vrrp_min_garp no").global?.vrrp.garpMasterRepeat == 5)
    }

    @Test("dynamic_interfaces with an unknown option still counts")
    func dynamicInterfaces() {
        #expect(read("dynamic_interfaces").global?.vrrp.dynamicInterfaces == .allowed)
        #expect(read("dynamic_interfaces foo").global?.vrrp.dynamicInterfaces == .allowed)
        #expect(read("dynamic_interfaces foo").warnings.count == 1)
    }

    @Test("Every setting of global_defs is listed once")
    func listing() {
        let reports = GlobalSettings.block.show(GlobalSettings())
        let names = reports.map(\.keyword)
        #expect(Set(names).count == names.count)
        #expect(names.contains("vrrp_garp_master_delay"))
        #expect(!names.contains("enable_dbus"))
        #expect(!names.contains("vrrp_rlimit_rtime"))
    }
}
