import Config
import Testing

/// Every keyword of the VRRP blocks is known, and says what keepalived 2.2.7 says when nothing follows it.
struct VRRPKeywordTests {
    /// Keywords that need a value: keepalived does not start without.
    static let needing: [String: String] = [
        "vrrp_instance":
            """
        virtual_router_id interface priority state advert_int notify_master unicast_src_ip notify_backup notify_fault
        notify garp_master_delay mcast_src_ip notify_stop preempt_delay garp_master_refresh lvs_sync_daemon_interface
        garp_master_refresh_repeat garp_master_repeat notify_master_rx_lower_pri debug version garp_lower_prio_repeat
        garp_lower_prio_delay mcast_dst_ip unicast_ttl vrf down_timer_adverts
        """,
        "authentication": "auth_type auth_pass",
        "vrrp_sync_group": "notify_master notify_fault notify_backup notify notify_stop",
        "vrrp_script": "interval weight fall rise timeout user",
        "vrrp_track_process": "process delay quorum fork_delay terminate_delay quorum_max",
        "garp_group": "garp_interval gna_interval interface",
    ]

    /// Keywords that may stand alone, or do no more harm than to be ignored.
    static let alone: [String: String] = [
        "vrrp_instance":
            """
        nopreempt use_vmac dont_track_primary smtp_alert accept vmac_xmit_base preempt no_accept native_ipv6
        promote_secondaries notify_priority_changes notify_deleted track_src_ip higher_prio_send_advert use_ipvlan
        old_unicast_checksum garp_extra_if kernel_rx_buf_size use_vmac_addr check_unicast_src linkbeat_use_polling
        lower_prio_no_advert no_virtual_ipaddress owner_ignore_adverts skip_check_adv_addr strict_mode
        timer_expired_backup unicast_fault_no_peer v3_checksum_as_v2 thread_timer_expired vmac_garp_intvl
        """,
        "vrrp_sync_group": "smtp_alert global_tracking sync_group_tracking_weight notify_priority_changes",
        "vrrp_script": "script init_fail",
        "vrrp_track_process": "weight param_match full_command",
        "track_file": "weight file init_file",
        "vrrp_track_file": "weight file init_file",
    ]

    /// Keywords with a block.
    static let blocks: [String: String] = [
        "vrrp_instance":
            """
        virtual_ipaddress virtual_ipaddress_excluded virtual_routes virtual_rules authentication auth_hmac track_script track_interface track_process
        track_file track_bfd unicast_peer
        """,
        "vrrp_sync_group": "group track_script track_interface track_process track_file track_bfd",
        "garp_group": "interfaces",
        "track_group": "group",
        "": "static_ipaddress",
    ]

    private static func pairs(_ table: [String: String]) -> [(String, String)] {
        table.sorted { $0.key < $1.key }.flatMap { block, words in
            words.split(whereSeparator: \.isWhitespace).map { (block, String($0)) }
        }
    }

    private static func text(_ statement: String, in block: String) -> String {
        switch block {
        case "": statement
        case "authentication", "auth_hmac": "vrrp_instance N {\n\(block) {\n\(statement)\n}\n}\n"
        case "garp_group": "\(block) {\n\(statement)\n}\n"
        default: "\(block) N {\n\(statement)\n}\n"
        }
    }

    @Test(arguments: pairs(needing))
    func needsAValue(block: String, keyword: String) {
        let reading = Reading(Self.text(keyword, in: block))
        #expect(reading.errors.contains { $0.contains("'\(keyword)' needs a value") })
    }

    @Test(arguments: pairs(alone))
    func mayStandAlone(block: String, keyword: String) {
        let reading = Reading(Self.text(keyword, in: block))
        #expect(reading.errors == [])
        #expect(!reading.warnings.contains { $0.contains("unknown keyword") })
    }

    @Test(arguments: pairs(blocks))
    func hasABlock(block: String, keyword: String) {
        let reading = Reading(Self.text("\(keyword) {\n}", in: block))
        #expect(reading.errors == [])
        #expect(!reading.warnings.contains { $0.contains("unknown keyword") })
    }

    @Test(arguments: [
        "key", "active_key", "mode", "time_window", "anti_replay",
    ])
    func knowsAuthHMAC(keyword: String) {
        let reading = Reading(Self.text("\(keyword) 1", in: "auth_hmac"))
        #expect(!reading.warnings.contains { $0.contains("unknown keyword") })
    }

    @Test func namesAreOneWord() {
        #expect(
            Reading("vrrp_instance {\n}\n").warnings.first == "1: 'vrrp_instance' lacks a value: block skipped (NAME)")
        #expect(Reading("vrrp_instance A B {\n}\n").warnings.first?.contains("block skipped") == true)
        #expect(Reading("vrrp_sync_group {\n}\ntrack_group {\n}\n").errors == [])
        #expect(Reading("vrrp_script {\n}\n").errors.count == 1)
    }
}
