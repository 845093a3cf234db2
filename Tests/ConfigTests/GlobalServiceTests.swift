import Testing
import Wire

@testable import Config

@Suite("global_defs: scripts, pipes, reloads, the sync daemon")
struct GlobalServiceTests {
    private func read(_ lines: String) -> Reading { Reading("global_defs {\n\(lines)\n}") }

    @Test(
        "umask is a number as in C, or bits",
        arguments: [
            ("022", 0o022), ("0x12", 0o022), ("18", 0o022), ("0", 0), ("0777", 0o777), ("IWGRP|IWOTH", 0o022),
            ("IWGRP | IWOTH", 0o022), ("IRUSR", 0o400), ("IXOTH|IXUSR", 0o101),
        ] as [(String, UInt32)])
    func umask(text: String, mask: UInt32) {
        #expect(read("umask \(text)").global?.umask == mask)
        #expect(read("umask \(text)").warnings.isEmpty)
    }

    @Test("Scripts and pipes have owners; the first of each counts")
    func scripts() {
        let reading = read(
            """
            script_user nobody :users
            startup_script "/bin/a b c" root wheel
            shutdown_script /bin/z
            startup_script /bin/other
            notify_fifo /run/all root
            vrrp_notify_fifo_script "/bin/reader -v"
            notify_fifo /run/other
            """)
        #expect(
            reading.warnings == [
                "5: 'startup_script' is set already, in line 3: ignored",
                "8: 'notify_fifo' is set already, in line 6: ignored",
            ])
        let scripts = reading.global?.scripts
        #expect(scripts?.scriptUser == UserAndGroup(user: "nobody", group: "users"))
        #expect(
            scripts?.startupScript
                == Script(command: ["/bin/a", "b", "c"], owner: UserAndGroup(user: "root", group: "wheel")))
        #expect(scripts?.shutdownScript == Script(command: ["/bin/z"], owner: nil))
        #expect(reading.global?.fifos.notifyFIFO == NotifyFIFO(path: "/run/all", owner: UserAndGroup(user: "root")))
        #expect(reading.global?.fifos.vrrpNotifyFIFOScript?.command == ["/bin/reader", "-v"])
    }

    @Test("reload_file and reload_check_config know a file of their own")
    func reload() {
        let reload = read("reload_file\nreload_check_config").global?.reload
        #expect(reload?.file == "/run/keepalived.reload")
        #expect(reload?.checkConfig == "/dev/null")
        #expect(read("reload_file /x").global?.reload.file == "/x")
    }

    @Test("lvs_sync_daemon, as it is written and as it once was")
    func syncDaemon() {
        let daemon = read(
            "lvs_sync_daemon eth0 inst VI_1 id 5 maxlen 1400 port 8000 ttl 3 group 224.0.0.82"
        ).global?.lvsSyncDaemon
        #expect(daemon?.instance == "VI_1")
        #expect(daemon?.id == 5)
        #expect(daemon?.maximumLength == 1_400)
        #expect(daemon?.port == 8_000)
        #expect(daemon?.ttl == 3)
        #expect(daemon?.group == IPAddress("224.0.0.82"))
        let old = read("lvs_sync_daemon eth0 VI_1 5")
        #expect(old.global?.lvsSyncDaemon?.instance == "VI_1")
        #expect(old.global?.lvsSyncDaemon?.id == 5)
        let wrong = read("lvs_sync_daemon eth0 id 256 group 1.2.3.4 port 0 foo ttl")
        #expect(wrong.global?.lvsSyncDaemon == SyncDaemon(interface: "eth0"))
        #expect(wrong.warnings.count == 5)
    }
}
