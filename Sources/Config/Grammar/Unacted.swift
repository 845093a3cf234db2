/// The words that the model holds and that no module acts on yet: the one table of what is promised. It shrinks.
enum Unacted {
    static func contains(_ keyword: String, in block: String) -> Bool { words[block]?.contains(keyword) ?? false }

    /// By block.
    static let words: [String: Set<String>] = [
        "global_defs": list(
            """
            random_seed lvs_sync_daemon rs_init_notifies checker_log_all_failures vrrp_vmac_garp_intvl
            smtp_alert_checker no_checker_emails lvs_notify_fifo lvs_notify_fifo_script reload_check_config
            reload_time_file reload_repeat reload_file
            """),
        "the top level": list(
            """
            bfd_instance SSL net_namespace instance child_wait_time interface_up_down_delays
            """),
        "bfd_instance": list(
            """
            neighbor_ip neighbour_ip source_ip min_rx min_tx idle_tx multiplier passive ttl hoplimit max_hops weight
            vrrp checker multihop
            """),
        "vrrp_instance": list(
            """
            vrf auth_hmac vmac_garp_intvl track_bfd
            """),
        "vrrp_sync_group": ["global_tracking", "track_bfd"],
        "virtual_server": [
            "alpha", "connect_timeout", "delay_before_retry", "delay_loop", "ha_suspend", "hysteresis",
            "inhibit_on_failure", "ip_family", "omega", "ops", "persistence_granularity", "persistence_timeout",
            "quorum", "quorum_down", "quorum_up", "retry", "smtp_alert", "sorry_server", "sorry_server_inhibit",
            "sorry_server_lvs_method", "virtualhost", "warmup",
        ],
        "real_server": [
            "alpha", "connect_timeout", "delay_before_retry", "delay_loop", "inhibit_on_failure", "lthreshold",
            "notify_down", "notify_up", "retry", "smtp_alert", "uthreshold", "virtualhost", "warmup",
            "BFD_CHECK", "DNS_CHECK", "FILE_CHECK", "HTTP_GET", "MISC_CHECK", "PING_CHECK", "SMTP_CHECK", "SSL_GET",
            "TCP_CHECK", "UDP_CHECK",
        ],
        "TCP_CHECK": ofCheckers,
        "PING_CHECK": ofCheckers,
        "HTTP_GET": ofCheckers.union(ofHTTP),
        "SSL_GET": ofCheckers.union(ofHTTP),
        "url": [
            "digest", "path", "regex", "regex_max_offset", "regex_min_offset", "regex_no_match", "regex_options",
            "status_code", "tls_compliant", "virtualhost",
        ],
        "MISC_CHECK": [
            "alpha", "delay_before_retry", "delay_loop", "log_all_failures", "misc_dynamic", "misc_path",
            "misc_timeout", "retry", "user", "warmup",
        ],
        "DNS_CHECK": ofCheckers.union(["name", "type"]),
        "SMTP_CHECK": ofCheckers.union(["helo_name", "host"]),
        "host": ofCheckers,
        "UDP_CHECK": ofCheckers.union(["max_reply_length", "min_reply_length", "payload", "require_reply"]),
        "FILE_CHECK": ["track_file", "weight"],
        "BFD_CHECK": ["alpha", "name"],
        "SSL": ["ca", "certificate", "key", "password"],
    ]

    private static func list(_ words: String) -> Set<String> {
        Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    private static let ofCheckers: Set<String> = [
        "alpha", "bind_if", "bind_port", "bindto", "connect_ip", "connect_port", "connect_timeout",
        "delay_before_retry", "delay_loop", "fwmark", "log_all_failures", "retry", "warmup",
    ]

    private static let ofHTTP: Set<String> = [
        "enable_sni", "fast_recovery", "http_protocol", "nb_get_retry", "sni_name", "tls_compliant", "url",
        "virtualhost",
    ]
}
