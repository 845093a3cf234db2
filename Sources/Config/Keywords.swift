extension Grammar {
    /// keepalived's language as far as it is read, and our own keywords, prefixed `sluice_`.
    ///
    /// This is the one table of what is understood and what of it is used. `NAME:N` needs N words after it, as
    /// keepalived insists (found by trying each of them alone); `NAME{}` opens a block that is passed over.
    static let keepalived = Grammar(
        topLevel + globalDefs + virtualServer + realServer + checkers)

    private static let topLevel: [(BlockKind, [Keyword])] = [
        (.top, list(.used, "global_defs", block: .globalDefs)),
        (.top, list(.used, "virtual_server:1", block: .virtualServer)),
        (.top, list(.used, "virtual_server_group:1", block: .values)),
        (
            .top,
            list(
                .notUsedYet,
                """
                vrrp_instance{} vrrp_script:1{} vrrp_sync_group{} vrrp_track_process:1{} vrrp_track_file:1{}
                track_file:1{} bfd_instance:1{} static_ipaddress{} static_routes{} static_rules{} garp_group{}
                track_group{} interface_up_down_delays{} linkbeat_interfaces{} SSL{} net_namespace net_namespace_ipvs
                instance child_wait_time:1 linkbeat_use_polling use_pid_dir namespace_with_ipsets
                """)
        ),
    ]

    private static let globalDefs: [(BlockKind, [Keyword])] = [
        (
            .globalDefs,
            list(
                .used,
                """
                lvs_timeouts sluice_xdp_mode:1 sluice_flow_table:1 sluice_interfaces:1 sluice_drain:1 sluice_timeouts:3
                """)
        ),
        (
            .globalDefs,
            list(
                .notUsedYet,
                """
                router_id notification_email{} enable_script_security smtp_server:1 notification_email_from
                smtp_connect_timeout:1 script_user vrrp_garp_interval:1 vrrp_gna_interval:1 vrrp_skip_check_adv_addr
                vrrp_version:1 vrrp_garp_master_delay:1 vrrp_garp_master_refresh:1 vrrp_strict max_auto_priority
                default_interface vrrp_garp_master_repeat:1 vrrp_garp_master_refresh_repeat:1 vrrp_mcast_group4:1
                vrrp_iptables vrrp_garp_lower_prio_repeat:1 dynamic_interfaces notify_fifo vrrp_notify_fifo
                notify_fifo_script vrrp_notify_fifo_script nftables vrrp_startup_delay:1 vrrp_higher_prio_send_advert
                vrrp_notify_priority_changes vrrp_netlink_monitor_rcv_bufs vrrp_netlink_cmd_rcv_bufs
                vrrp_netlink_monitor_rcv_bufs_force enable_dbus vrrp_netlink_cmd_rcv_bufs_force dbus_service_name
                vrrp_garp_lower_prio_delay:1 vrrp_lower_prio_no_advert umask:1 enable_snmp_rfc enable_traps
                smtp_helo_name lvs_sync_daemon enable_snmp_checker smtp_alert enable_snmp_keepalived nftables_counters
                lvs_notify_fifo lvs_notify_fifo_script reload_repeat reload_time_file rs_init_notifies
                min_auto_priority_delay enable_snmp_vrrp vrrp_mcast_group6:1 vrrp_check_unicast_src random_seed:1
                vrrp_no_swap log_unknown_vrids smtp_alert_checker enable_snmp_rfcv3 no_checker_emails vrrp_priority
                checker_no_swap checker_priority vrrp_ipsets vrrp_rt_priority checker_rt_priority enable_snmp_rfcv2
                lvs_flush reload_check_config no_email_faults process_names startup_script vrrp_min_garp
                vrrp_rlimit_rttime:1 checker_log_all_failures nftables_priority:1 shutdown_script
                startup_script_timeout bfd_priority checker_cpu_affinity reload_file shutdown_script_timeout
                smtp_alert_vrrp snmp_socket vmac_prefix:1 vrrp_cpu_affinity vrrp_garp_extra_if data_use_instance
                disable_local_igmp fifo_write_vrrp_states_on_reload include_check json_dump_file json_version
                lvs_flush_on_stop nftables_ifindex nftables_ipvs nftables_ipvs_start_fwmark:1
                snmp_rs_stats_update_interval snmp_vs_stats_update_interval state_dump_file stats_dump_file
                v3_checksum_as_v2 vrrp_delay_after_boot vrrp_down_timer_adverts:1 vrrp_owner_ignore_adverts
                vrrp_rx_bufs_policy lvs_netlink_cmd_rcv_bufs lvs_netlink_monitor_rcv_bufs vrrp_rx_bufs_multiplier
                bfd_no_swap lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs
                process_monitor_rcv_bufs_force bfd_rt_priority lvs_flush_onstop vrrp_rlimit_rtime:1 bfd_rlimit_rtime:1
                bfd_rlimit_rttime:1 checker_rlimit_rtime:1 checker_rlimit_rttime:1 bfd_cpu_affinity bfd_process_name:1
                process_name:1 vmac_addr_prefix:1 vrrp_process_name:1 checker_process_name:1 config_save_dir:1
                dbus_no_interface_name iproute_etc_dir iproute_usr_dir lvs_process_name:1 nftables_ipvs_priority:1
                set_supplementary_groups tmp_config_directory use_symlink_paths vrrp_vmac_garp_intvl
                """)
        ),
    ]

    private static let virtualServer: [(BlockKind, [Keyword])] = [
        (.virtualServer, list(.used, "real_server:1", block: .realServer)),
        (
            .virtualServer,
            list(
                .used,
                """
                protocol:1 lb_kind:1 lb_algo:1 lvs_sched:1 lvs_method:1 weight:1 sh-port sh-fallback mh-port
                mh-fallback flag-1 flag-2 sluice_stateless sluice_removed_server:1 sluice_midstream:1
                """)
        ),
        (
            .virtualServer,
            list(
                .notUsedYet,
                """
                delay_loop:1 persistence_timeout sorry_server:1 persistence_granularity:1 quorum:1 delay_before_retry:1
                alpha retry:1 virtualhost inhibit_on_failure ops omega quorum_up:1 quorum_down:1 smtp_alert
                connect_timeout:1 ip_family:1 ha_suspend warmup:1 hysteresis:1 sorry_server_inhibit
                sorry_server_lvs_method persistence_engine:1 flag-3 snmp_name hashed
                """)
        ),
    ]

    private static let realServer: [(BlockKind, [Keyword])] = [
        (.realServer, list(.used, "weight:1 lvs_method:1")),
        (
            .realServer,
            list(
                .notUsedYet,
                """
                notify_up:1 notify_down:1 inhibit_on_failure uthreshold:1 lthreshold:1 retry:1 delay_before_retry:1
                delay_loop:1 connect_timeout:1 alpha warmup:1 smtp_alert virtualhost snmp_name
                """)
        ),
        (.realServer, list(.notUsedYet, "TCP_CHECK", block: .tcpCheck)),
        (.realServer, list(.notUsedYet, "HTTP_GET", block: .httpGet)),
        (.realServer, list(.notUsedYet, "SSL_GET", block: .sslGet)),
        (.realServer, list(.notUsedYet, "MISC_CHECK", block: .miscCheck)),
        (.realServer, list(.notUsedYet, "DNS_CHECK", block: .dnsCheck)),
        (.realServer, list(.notUsedYet, "SMTP_CHECK", block: .smtpCheck)),
        (.realServer, list(.notUsedYet, "UDP_CHECK", block: .udpCheck)),
        (.realServer, list(.notUsedYet, "PING_CHECK", block: .pingCheck)),
        (.realServer, list(.notUsedYet, "FILE_CHECK", block: .fileCheck)),
        (.realServer, list(.notUsedYet, "BFD_CHECK", block: .bfdCheck)),
    ]

    private static let checkers: [(BlockKind, [Keyword])] = {
        let timing = "delay_before_retry:1 retry:1 delay_loop:1 warmup:1 alpha log_all_failures"
        let connection =
            "\(timing) connect_timeout:1 connect_port:1 bindto:1 connect_ip:1 fwmark:1 bind_port:1 bind_if:1"
        let web =
            "\(connection) nb_get_retry:1 enable_sni http_protocol fast_recovery sni_name tls_compliant virtualhost"
        let url = """
            path:1 status_code digest:1 virtualhost regex regex_max_offset regex_min_offset regex_no_match
            regex_options regex_stack tls_compliant
            """
        return [
            (.tcpCheck, list(.silent, connection)), (.pingCheck, list(.silent, connection)),
            (.httpGet, list(.silent, web) + list(.silent, "url", block: .url)),
            (.sslGet, list(.silent, web) + list(.silent, "url", block: .url)),
            (.url, list(.silent, url)),
            (.miscCheck, list(.silent, "\(timing) misc_path misc_timeout:1 misc_dynamic user")),
            (.dnsCheck, list(.silent, "\(connection) name:1 type:1")),
            (.smtpCheck, list(.silent, "\(connection) helo_name") + list(.silent, "host", block: .smtpHost)),
            (.smtpHost, list(.silent, connection)),
            (.udpCheck, list(.silent, "\(connection) require_reply max_reply_length:1 min_reply_length:1 payload")),
            (.fileCheck, list(.silent, "track_file:1 weight")), (.bfdCheck, list(.silent, "name alpha")),
        ]
    }()

    /// Reads the notation of the table.
    private static func list(_ use: Keyword.Use, _ notation: String, block: BlockKind? = nil) -> [Keyword] {
        notation.split(whereSeparator: \.isWhitespace).map { entry in
            let isPassedOver = entry.hasSuffix("{}")
            let parts = entry.prefix { $0 != "{" }.split(separator: ":")
            return Keyword(
                name: String(parts[0]), minimumArguments: parts.count > 1 ? Int(parts[1]) ?? 0 : 0, use: use,
                block: isPassedOver ? .opaque : block)
        }
    }
}
