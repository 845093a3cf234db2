/// The words that the model holds and that no module acts on yet: the one table of what is promised. It shrinks.
enum Unacted {
    static func contains(_ keyword: String, in block: String) -> Bool { words[block]?.contains(keyword) ?? false }

    /// By block.
    static let words: [String: Set<String>] = [
        "the top level": topLevel,
        "vrrp_instance": vrrpInstance,
        "vrrp_sync_group": vrrpSyncGroup,
    ]

    /// A block that stands here stands for all of its keywords.
    private static let topLevel: Set<String> = [
        "vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file", "track_group", "garp_group",
        "static_ipaddress",
    ]

    private static let vrrpInstance: Set<String> = [
        "state", "interface", "vrf", "virtual_router_id", "priority", "version", "native_ipv6", "advert_int",
        "authentication", "auth_hmac", "virtual_ipaddress", "virtual_ipaddress_excluded", "no_virtual_ipaddress",
        "promote_secondaries", "mcast_src_ip", "unicast_src_ip", "track_src_ip", "mcast_dst_ip", "unicast_peer",
        "unicast_ttl", "unicast_fault_no_peer", "check_unicast_src", "old_unicast_checksum", "use_vmac",
        "vmac_xmit_base", "use_vmac_addr", "use_ipvlan", "nopreempt", "preempt", "preempt_delay", "accept",
        "no_accept", "strict_mode", "skip_check_adv_addr", "lower_prio_no_advert", "higher_prio_send_advert",
        "owner_ignore_adverts", "down_timer_adverts", "timer_expired_backup", "thread_timer_expired",
        "v3_checksum_as_v2", "garp_master_delay", "garp_master_repeat", "garp_master_refresh",
        "garp_master_refresh_repeat", "garp_lower_prio_delay", "garp_lower_prio_repeat", "garp_extra_if",
        "vmac_garp_intvl", "dont_track_primary", "track_interface", "track_script", "track_process", "track_file",
        "track_bfd", "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify_deleted", "notify",
        "notify_master_rx_lower_pri", "smtp_alert", "notify_priority_changes",
    ]

    private static let vrrpSyncGroup: Set<String> = [
        "group", "sync_group_tracking_weight", "global_tracking", "track_interface", "track_script", "track_process",
        "track_file", "track_bfd", "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify",
        "smtp_alert", "notify_priority_changes",
    ]
}
