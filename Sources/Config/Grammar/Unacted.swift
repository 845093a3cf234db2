/// The words that the model holds and that no module acts on yet: the one table of what is promised. It shrinks.
enum Unacted {
    static func contains(_ keyword: String, in block: String) -> Bool { words[block]?.contains(keyword) ?? false }

    /// By block.
    static let words: [String: Set<String>] = [
        "global_defs": list(
            """
            router_id umask random_seed iproute_etc_dir iproute_usr_dir lvs_sync_daemon rs_init_notifies
            checker_log_all_failures
            vrrp_version vrrp_strict vrrp_skip_check_adv_addr vrrp_check_unicast_src vrrp_mcast_group4 vrrp_mcast_group6
            vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_owner_ignore_adverts vrrp_down_timer_adverts
            v3_checksum_as_v2 vrrp_startup_delay vrrp_delay_after_boot log_unknown_vrids
            vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat
            vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_interval vrrp_gna_interval vrrp_min_garp
            vrrp_garp_extra_if vrrp_vmac_garp_intvl
            default_interface dynamic_interfaces disable_local_igmp vmac_prefix vmac_addr_prefix
            vrrp_priority vrrp_rt_priority vrrp_rlimit_rttime vrrp_rlimit_rtime vrrp_cpu_affinity vrrp_no_swap
            max_auto_priority min_auto_priority_delay
            notification_email notification_email_from smtp_server smtp_helo_name smtp_connect_timeout smtp_alert
            smtp_alert_vrrp smtp_alert_checker no_checker_emails no_email_faults
            enable_script_security script_user set_supplementary_groups use_symlink_paths startup_script
            startup_script_timeout shutdown_script shutdown_script_timeout
            notify_fifo notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo
            lvs_notify_fifo_script vrrp_notify_priority_changes fifo_write_vrrp_states_on_reload
            reload_check_config reload_time_file reload_repeat reload_file
            """),
        "the top level": list(
            """
            net_namespace instance child_wait_time interface_up_down_delays static_routes static_rules bfd_instance
            """),
    ]

    private static func list(_ words: String) -> Set<String> {
        Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
