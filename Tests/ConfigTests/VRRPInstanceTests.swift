import Config
import Testing
import Wire

/// Types, ranges and defaults of vrrp_instance, and what keepalived makes of what is not valid.
struct VRRPInstanceTests {
    @Test func defaults() throws {
        let reading = Reading(instance())
        let instance = try #require(reading.instance)
        #expect(reading.warnings == [])
        #expect(reading.remarks == [])
        #expect(instance.name == "VI")
        #expect(instance.interface == "eth0")
        #expect(instance.virtualRouterID == 51)
        #expect(instance.priority == 100)
        #expect(instance.state == .backup)
        #expect(instance.version == 2)
        #expect(instance.advertIntervalSeconds == 1)
        #expect(instance.family == .ipv4)
        #expect(instance.preempts)
        #expect(instance.authentication == nil)
        #expect(instance.announcements == Announcements())
        #expect(instance.$name.origin?.line == 1)
        #expect(instance.$priority.origin == nil)
    }

    @Test func everythingIsRead() throws {
        let text = instance(
            """
            state BACKUP
            priority 150
            advert_int 2
            nopreempt
            authentication {
            auth_type PASS
            auth_pass 1111
            }
            garp_master_delay 3
            garp_master_repeat 4
            garp_master_refresh 60
            garp_master_refresh_repeat 2
            garp_lower_prio_delay 1
            garp_lower_prio_repeat 0
            garp_extra_if all 30
            mcast_src_ip 10.0.0.9
            track_src_ip
            mcast_dst_ip 224.0.0.99
            dont_track_primary
            smtp_alert off
            down_timer_adverts 5
            timer_expired_backup
            no_accept
            skip_check_adv_addr
            lower_prio_no_advert off
            higher_prio_send_advert
            promote_secondaries
            notify_priority_changes
            """)
        let reading = Reading(text)
        let instance = try #require(reading.instance)
        #expect(reading.warnings == [])
        #expect(instance.priority == 150)
        #expect(instance.advertIntervalSeconds == 2)
        #expect(!instance.preempts)
        #expect(instance.authentication?.kind == .password)
        #expect(instance.authentication?.password == "1111")
        let announcements = instance.announcements
        #expect(announcements.delaySeconds == 3)
        #expect(announcements.burst == 4)
        #expect(announcements.refreshSeconds == 60)
        #expect(announcements.refreshBurst == 2)
        #expect(announcements.lowerPriorityDelaySeconds == 1)
        #expect(announcements.lowerPriorityBurst == 0)
        #expect(announcements.extraInterfaces?.all == true)
        #expect(announcements.extraInterfaces?.seconds == 30)
        #expect(instance.sourceAddress == IPAddress("10.0.0.9"))
        #expect(instance.tracksSourceAddress)
        #expect(instance.multicastGroup == IPAddress("224.0.0.99"))
        #expect(instance.ignoresOwnInterface)
        #expect(instance.notifications.mails == false)
        #expect(instance.downTimerAdverts == 5)
        #expect(instance.timerExpiredBackup == 254)
        #expect(instance.accepts == false)
        #expect(instance.skipsAddressCheck == true)
        #expect(instance.isSilentToLowerPriority == false)
        #expect(instance.answersHigherPriority == true)
        #expect(instance.promotesSecondaries)
        #expect(instance.notifications.priorityChanges == true)
    }

    @Test(
        "What is out of range",
        arguments: [
            ("priority 300", "6: '300' is not valid for 'priority': 100 is used (1 to 255)"),
            ("priority 0", "6: '0' is not valid for 'priority': 100 is used (1 to 255)"),
            ("advert_int 300", "6: '300' is not valid for 'advert_int': ignored (seconds, 0.01 to 255)"),
            ("version 4", "6: '4' is not valid for 'version': ignored (2 to 3)"),
            ("preempt_delay 1001", "6: '1001' is not valid for 'preempt_delay': 0 is used (seconds, 0 to 1000)"),
            ("garp_master_repeat 0", "6: 'garp_master_repeat' must be at least 1: 1 is used"),
            ("down_timer_adverts 0", "6: '0' is not valid for 'down_timer_adverts': ignored (1 to 100)"),
            (
                "interface a-name-that-is-too-long",
                "6: 'a-name-that-is-too-long' is not valid for 'interface': ignored "
                    + "(an interface's name, 1 to 15 bytes)"
            ),
            (
                "mcast_dst_ip 10.0.0.1",
                "6: '10.0.0.1' is not valid for 'mcast_dst_ip': ignored "
                    + "(a multicast address; for IPv6 ff02::...)"
            ),
            (
                "mcast_src_ip ::1",
                "6: 'mcast_src_ip ::1' is IPv6, but vrrp_instance 'VI' is IPv4: ignored "
                    + "(one instance for each family, or virtual_ipaddress_excluded)"
            ),
            ("native_ipv6", "6: 'native_ipv6' can't stand with IPv4 addresses: ignored"),
            ("unicast_ttl 64", "6: 'unicast_ttl' has no meaning without peers: ignored"),
            ("vmac_xmit_base", "6: 'vmac_xmit_base' has no meaning without 'use_vmac': ignored"),
            ("track_src_ip", "6: 'track_src_ip' has no address to track: ignored"),
            ("vrf red", "6: 'vrf' is for instances without 'interface': ignored"),
        ])
    func outOfRange(statement: String, warning: String) {
        let reading = Reading(instance(statement))
        #expect(reading.warnings == [warning])
        #expect(reading.instances.count == 1)
    }

    @Test func stateThatIsNeitherIsBackup() {
        let reading = Reading(instance("state SLAVE"))
        #expect(reading.instance?.state == .backup)
        #expect(reading.warnings.count == 1)
        let later = Reading(instance("priority 100\nstate MASTER\nstate BACKUP"))
        #expect(later.instance?.state == .master)
        #expect(later.warnings == ["8: 'state' is MASTER already: BACKUP is ignored"])
    }

    @Test func versionsConflict() {
        let reading = Reading(instance("version 3\nversion 2"))
        #expect(reading.instance?.version == 3)
        #expect(reading.warnings == ["7: the version is 3 already: 'version 2' is ignored"])
        #expect(Reading(instance6("version 2")).instance?.version == 3)
        #expect(Reading(instance6()).instance?.version == 3)
        #expect(Reading("global_defs {\nvrrp_version 3\n}\n" + instance()).instance?.version == 3)
    }

    @Test func unicast() throws {
        let text = """
            vrrp_instance U {
            unicast_src_ip 10.0.0.1
            virtual_router_id 7
            unicast_peer {
            10.0.0.2
            10.0.0.3 min_ttl 60 max_ttl 64
            ::1
            x
            }
            virtual_ipaddress {
            10.0.0.100 dev eth1
            10.0.0.101
            }
            unicast_ttl 64
            check_unicast_src
            old_unicast_checksum never
            }
            """
        let reading = Reading(text)
        let instance = try #require(reading.instance)
        #expect(instance.peers.map(\.wrappedValue.address) == ["10.0.0.2", "10.0.0.3"].compactMap { IPAddress($0) })
        #expect(instance.peers.map(\.wrappedValue.timeToLive) == [nil, 60...64])
        #expect(instance.addresses.map(\.wrappedValue.interface) == ["eth1"])
        #expect(instance.unicastTTL == 64)
        #expect(instance.checksUnicastSource == true)
        #expect(instance.oldUnicastChecksum == .never)
        #expect(reading.warnings.map { $0.prefix { $0 != ":" } } == ["7", "8", "12"])
    }

    @Test func unicastWithoutPeersIsMulticast() {
        let reading = Reading(instance("unicast_src_ip 10.0.0.1"))
        #expect(reading.instance?.sourceAddress == IPAddress("10.0.0.1"))
        #expect(
            reading.warnings == [
                "1: vrrp_instance 'VI' says something about unicast but has no 'unicast_peer': it uses multicast "
                    + "(list the peers, or write 'mcast_src_ip')"
            ])
    }

    @Test func virtualMACs() {
        let reading = Reading(instance("use_vmac vrrp.51 02:00:00:00:00:07 netlink_notify_msg group 3\nvmac_xmit_base"))
        let vmac = reading.instance?.vmac
        #expect(vmac?.name == "vrrp.51")
        #expect(vmac?.hardwareAddress == [2, 0, 0, 0, 0, 7])
        #expect(vmac?.notifiesByNetlink == true)
        #expect(reading.warnings == ["6: interface groups are not set: 'group 3' is ignored"])
        #expect(Reading(instance("use_vmac")).instance?.vmac == VMACSettings())
        #expect(Reading(instance("use_vmac 02:00:00:00:00")).instance?.vmac?.hardwareAddress?.count == 5)
        for bad in ["01:00:00:00:00:07", "00:00:5e:00:01:07", "2:3", "02:00:00:00:00:zz"] {
            let reading = Reading(instance("use_vmac \(bad)"))
            #expect(reading.warnings.count == 1, "\(bad)")
            #expect(reading.instance?.vmac?.hardwareAddress == nil)
        }
    }

    @Test func ipvlans() {
        let reading = Reading(instance("use_ipvlan ipv0 10.0.0.7/24 private"))
        #expect(reading.warnings == [])
        #expect(reading.instance?.ipvlan?.name == "ipv0")
        #expect(reading.instance?.ipvlan?.address == IPAddress("10.0.0.7"))
        #expect(reading.instance?.ipvlan?.prefixLength == 24)
        #expect(reading.instance?.ipvlan?.mode == .private)
        #expect(reading.instance?.sourceAddress == IPAddress("10.0.0.7"))
        #expect(Reading(instance("use_ipvlan")).warnings.first?.contains("FAULT") == true)
    }

    @Test func routesAndRules() {
        let reading = Reading(
            instance(
                "virtual_routes {\n10.9.0.0/16 via 10.0.0.254 dev eth0 no_track\n}\n"
                    + "virtual_rules {\nfrom 10.9.0.0/16 table 7 priority 100\n}"))
        #expect(reading.warnings == [])
        #expect(reading.instance?.routes.count == 1)
        #expect(reading.instance?.rules.count == 1)
    }

    @Test func hmacIsKept() {
        let hmac = Reading(
            instance("auth_hmac {\nkey 1 secret\nkey 2 other\nactive_key 2\ntime_window 3\nanti_replay\n}")
        ).instance?.hmac
        #expect(hmac?.keys.map(\.wrappedValue) == [["1", "secret"], ["2", "other"]])
        #expect(hmac?.activeKey == "2")
        #expect(hmac?.timeWindowSeconds == 3)
        #expect(hmac?.rejectsReplays == true)
    }

    @Test func notifications() {
        let reading = Reading(
            instance(
                """
                notify_master "/etc/m.sh up 'a b'" root wheel
                notify_backup /etc/b.sh
                notify_master /etc/other.sh
                notify /etc/n.sh
                notify_deleted
                """))
        let notifications = reading.instance?.notifications
        #expect(notifications?.master?.command == ["/etc/m.sh", "up", "a b"])
        #expect(notifications?.master?.owner?.user == "root")
        #expect(notifications?.master?.owner?.group == "wheel")
        #expect(notifications?.backup?.command == ["/etc/b.sh"])
        #expect(notifications?.backup?.owner == nil)
        #expect(notifications?.any?.command == ["/etc/n.sh"])
        #expect(notifications?.saysDeleted == true)
        #expect(reading.warnings.count == 1)
    }

    @Test func unusedWordsAreCheckedAndNoted() {
        let reading = Reading(
            instance("debug 9\nkernel_rx_buf_size 1000\nlinkbeat_use_polling\nlvs_sync_daemon_interface eth0"))
        #expect(reading.warnings == ["6: '9' is not valid for 'debug': ignored (0 to 4)"])
        for word in ["debug", "kernel_rx_buf_size", "linkbeat_use_polling", "lvs_sync_daemon_interface"] {
            #expect(reading.notes.contains { $0.contains("'\(word)': understood, not used") }, "\(word)")
        }
    }
}
