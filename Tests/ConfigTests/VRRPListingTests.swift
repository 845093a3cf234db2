import Config
import Testing

/// What is listed can be read again, and means the same.
struct VRRPListingTests {
    private static let text =
        """
        vrrp_script S {
        script "/bin/check -a 'b c'"
        weight -20 reverse
        init_fail
        }
        vrrp_track_process P {
        process nginx -g
        param_match
        quorum_max 3
        delay 0.5
        }
        track_file F {
        file /tmp/f
        init_file 5 overwrite
        }
        garp_group {
        garp_interval 0.01
        interfaces {
        eth0 eth1
        }
        }
        garp_group {
        gna_interval 1
        interface eth2
        }

        """ + instance(all, name: "A") + instance(name: "B", id: 52, address: "10.0.0.2/25 brd - label x")
        + instance6("use_vmac\nnative_ipv6\naccept\nnotify_deleted \"/etc/d.sh a\" root", name: "C") + """
            vrrp_sync_group G {
            group {
            A
            B
            }
            sync_group_tracking_weight
            notify /etc/n.sh
            }
            track_group T {
            group {
            C
            }
            }
            static_ipaddress {
            10.0.0.7/24 dev eth0 brd + scope link track_group T
            }

            """

    private static let all =
        """
        state BACKUP
        priority 150
        advert_int 2
        nopreempt
        authentication {
        auth_type AH
        auth_pass "a b"
        }
        garp_master_delay 3
        garp_extra_if all 30
        mcast_src_ip 10.0.0.9
        track_src_ip
        unicast_peer {
        10.0.0.2 min_ttl 60
        }
        check_unicast_src
        old_unicast_checksum
        unicast_ttl 64
        use_vmac vrrp.51 02:00:00:00:00:07 netlink_notify_msg
        vmac_xmit_base
        dont_track_primary
        smtp_alert off
        timer_expired_backup
        no_accept
        skip_check_adv_addr
        notify_master "/etc/m.sh 'a b'" root wheel
        notify_deleted
        track_script {
        S weight 10
        }
        track_process {
        P
        }
        track_file {
        F weight 3 reverse
        }
        track_interface {
        eth1 weight -5
        }
        virtual_ipaddress_excluded {
        2001:db8::1/64 no_track preferred_lft 5
        }
        virtual_routes {
        10.9.0.0/16 via 10.0.0.254 dev eth0 no_track
        }
        """

    @Test func aListingIsAConfiguration() throws {
        let first = Reading(Self.text)
        #expect(first.warnings == [])
        let listing = try #require(first.configuration).settings.filter { $0.keyword != "global_defs" }
        let second = Reading(listing.flatMap { $0.lines() }.joined(separator: "\n"))
        #expect(second.warnings == [])
        #expect(first.configuration?.vrrpInstances == second.configuration?.vrrpInstances)
        #expect(first.configuration?.vrrpSyncGroups == second.configuration?.vrrpSyncGroups)
        #expect(first.configuration?.vrrpScripts == second.configuration?.vrrpScripts)
        #expect(first.configuration?.trackProcesses == second.configuration?.trackProcesses)
        #expect(first.configuration?.trackFiles == second.configuration?.trackFiles)
        #expect(first.configuration?.trackGroups == second.configuration?.trackGroups)
        #expect(first.configuration?.garpGroups == second.configuration?.garpGroups)
        #expect(first.configuration?.staticAddresses == second.configuration?.staticAddresses)
    }
}
