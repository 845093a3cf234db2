import Foundation
import Testing

/// What is told of the story of a director: per step, what was written into the pipe and which scripts were called.
private struct Story: Equatable {
    enum Step: String, CaseIterable { case start, takeover, fault, recover, reload, stop }

    /// By step, then by kind and name, in the order of the lines.
    var lines: [Step: [String: [String]]] = [:]
    /// By step, sorted: scripts of one event run side by side.
    var calls: [Step: [String]] = [:]
}

/// The files of a test, and the configurations that name them.
private final class NotifyFiles {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-notify-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try script("tell", "echo \"$@\" >> \(folder)/said")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func script(_ name: String, _ body: String) throws {
        try "#!/bin/sh\n\(body)\n".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        chmod("\(folder)/\(name)", 0o755)
    }

    func lines(_ name: String) -> [String] {
        let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    static func instance(
        _ name: String, _ id: Int, priority: Int = 100, interval: String = "0.1", _ lines: String = ""
    ) -> String {
        """
        vrrp_instance \(name) {
            interface eth0
            virtual_router_id \(id)
            priority \(priority)
            advert_int \(interval)
            \(lines)
            virtual_ipaddress {
                10.9.0.\(49 + id)/24
            }
        }

        """
    }

    /// The story's director; `isWhole`: before the reload takes two instances away.
    func director(isWhole: Bool) -> String {
        let tell = "\(folder)/tell"
        let own = ["master", "backup", "fault", "stop"].map { "notify_\($0) \"\(tell) \($0)\"" }.joined(separator: "\n")
        let all = "notify \"\(tell) any\""
        let gone = Self.instance("VJ", 52, "\(all)\nnotify_deleted") + Self.instance("VK", 53, all)
        return """
            global_defs {
                vrrp_version 3
                script_user root
                vrrp_notify_fifo \(folder)/pipe
                startup_script "\(tell) STARTUP"
                shutdown_script "\(tell) SHUTDOWN"
            }
            \(Self.instance("VI", 51, "\(all)\n\(own)"))
            \(isWhole ? gone : "")
            \(Self.instance("VL", 54))\(Self.instance("VM", 55))
            vrrp_sync_group G {
                group {
                    VL
                    VM
                }
                \(all)
            }

            """
    }
}

extension EndToEnd {
    /// What a director tells of itself, and what it tracks beside scripts and files.
    @Suite
    struct VRRPNotify {
        /// Lines of each instance and group, and calls of scripts, are keepalived's. What differs, and is not compared:
        ///
        /// - The order between instances of one event, which both leave to chance; and a group's first BACKUP, which
        ///   keepalived writes before its members have a state and Sluice after them, as all later ones.
        /// - keepalived ends the script that reads its pipe before it writes STOP; Sluice afterwards. The reader here is
        ///   the test's own, so that it sees both.
        /// - `fifo_write_vrrp_states_on_reload`: keepalived 2.2.7 writes groups only, Sluice instances too, as documented.
        /// - keepalived's mails of STOP are cut off by its end; Sluice gives them a second.
        @Test(
            "the story of a director, told as keepalived tells it",
            .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/keepalived"), "no keepalived here"))
        func story() throws {
            let (ours, theirs) = (try Self.tell(isSluice: true), try Self.tell(isSluice: false))
            for step in Story.Step.allCases {
                #expect(ours.lines[step] == theirs.lines[step], "\(step)")
                #expect(ours.calls[step] == theirs.calls[step], "\(step)")
            }
            #expect(ours.lines[.start]?["INSTANCE \"VI\""] == ["BACKUP 100", "MASTER 100"])
            #expect(ours.lines[.reload] == ["INSTANCE \"VJ\"": ["DELETED 100"], "INSTANCE \"VK\"": ["FAULT 100"]])
            #expect(ours.lines[.stop]?["GROUP \"G\""] == ["STOP 0"])
        }

        private static func tell(isSluice: Bool) throws -> Story {
            let network = try VRRPNetwork()
            let files = try NotifyFiles()
            let text = files.director(isWhole: true)
            // Open for writing too, so that it outlives the pipe's writers.
            try #require(mkfifo("\(files.folder)/pipe", 0o600) == 0)
            let reader = try Background(["sh", "-c", "exec cat <> \(files.folder)/pipe > \(files.folder)/lines"])
            var story = Story()
            var (seenLines, seenCalls) = (0, 0)
            /// Until the last line of a step has come, and a moment for what should not come.
            func end(_ step: Story.Step, _ last: String) throws {
                _ = eventually(within: 10) { files.lines("lines").dropFirst(seenLines).contains(last) }
                usleep(1_200_000)
                let (lines, calls) = (files.lines("lines"), files.lines("said"))
                for line in lines.dropFirst(seenLines) {
                    let words = line.split(separator: " ", maxSplits: 2).map(String.init)
                    story.lines[step, default: [:]]["\(words[0]) \(words[1])", default: []].append(words[2])
                }
                story.calls[step] = calls.dropFirst(seenCalls).sorted()
                (seenLines, seenCalls) = (lines.count, calls.count)
            }
            if isSluice { try network.startSluice("a", text) } else { try network.startKeepalived("a", text) }
            try end(.start, "GROUP \"G\" MASTER 0")
            let other = "global_defs {\nvrrp_version 3\n}\n" + NotifyFiles.instance("VI", 51, priority: 150)
            try network.startSluice("b", other)
            _ = eventually(within: 5) { files.lines("lines").suffix(1) == ["INSTANCE \"VI\" BACKUP 100"] }
            network.end("b")
            try end(.takeover, "INSTANCE \"VI\" MASTER 100")
            try network.setCable("a", up: false)
            try end(.fault, "GROUP \"G\" FAULT 0")
            try network.setCable("a", up: true)
            try end(.recover, "GROUP \"G\" MASTER 0")
            try network.write(files.director(isWhole: false), for: "a")
            network.signal("a", SIGHUP)
            try end(.reload, "INSTANCE \"VK\" FAULT 100")
            network.signal("a", SIGTERM)
            #expect(try network.waitForEnd(of: "a") == 0)
            try end(.stop, "GROUP \"G\" STOP 0")
            withExtendedLifetime(reader) {}
            return story
        }

        @Test(
            "scripts that hang and that have a hundred children: adverts every 10 ms all the same, and a stop in time")
        func slowScripts() throws {
            let network = try VRRPNetwork()
            let files = try NotifyFiles()
            try files.script("hang", "echo $$ >> \(files.folder)/groups\nexec sleep 300")
            try files.script("many", "echo $$ >> \(files.folder)/groups\nfor i in $(seq 100); do sleep 30 & done\nwait")
            defer { for group in files.lines("groups").compactMap({ pid_t($0) }) { kill(-group, SIGKILL) } }
            func text(_ priority: Int, _ lines: String = "") -> String {
                "global_defs {\nvrrp_version 3\nscript_user root\nnotify_fifo \(files.folder)/full.\(priority)\n}\n"
                    + NotifyFiles.instance("VI", 51, priority: priority, interval: "0.01", lines)
            }
            try network.startSluice("b", text(100))
            let scripts =
                "notify \(files.folder)/hang\nnotify_master \(files.folder)/many\nnotify_stop \(files.folder)/hang"
            try network.startSluice("a", text(150, scripts))
            #expect(try network.isServed(by: "a"))
            #expect(eventually { files.lines("groups").count >= 3 }, "BACKUP and MASTER were told")
            let before = network.log("b").components(separatedBy: "-> MASTER").count
            sleep(3)
            #expect(network.log("b").components(separatedBy: "-> MASTER").count == before, "\(network.log("b"))")
            let start = Date()
            network.signal("a", SIGTERM)
            #expect(try network.waitForEnd(of: "a") == 0)
            #expect(Date().timeIntervalSince(start) < 5, "a script that hangs at the end gets a second")
            #expect(try network.isServed(by: "b"))
            #expect(!FileManager.default.fileExists(atPath: "\(files.folder)/full.150"), "its pipe went with it")
        }

        private static func mailing(_ host: String = "127.0.0.1", priority: Int, interval: String) -> String {
            """
            global_defs {
                router_id LB1
                vrrp_version 3
                smtp_server \(host) 2525
                smtp_connect_timeout 2
                notification_email_from lb@example.com
                notification_email {
                    ops@example.com
                    noc@example.com
                }
            }
            \(NotifyFiles.instance("VI", 51, priority: priority, interval: interval, "smtp_alert"))
            """
        }

        @Test("mails reach a real server, the last one too")
        func mails() throws {
            let network = try VRRPNetwork()
            let words = ["/usr/bin/python3", "-u", "-W", "ignore", "-m", "smtpd", "-n", "-c", "DebuggingServer"]
            let server = try Background(network.inside("a", words + ["127.0.0.1:2525"]))
            sleep(1)
            try network.startSluice("a", Self.mailing(priority: 150, interval: "0.1"))
            #expect(eventually(within: 8) { server.output.contains("Entering MASTER state") }, "\(server.errors)")
            network.signal("a", SIGTERM)
            #expect(try network.waitForEnd(of: "a") == 0)
            let subjects = server.output.split(separator: "\n").filter { $0.contains("Subject: ") }
            let events = ["Entering BACKUP state", "Entering MASTER state", "Stopping"]
            #expect(subjects.count == 3, "\(server.output)")
            for (subject, event) in zip(subjects, events) {
                #expect(subject.contains("Subject: [LB1] VRRP Instance VI - \(event)"))
            }
            #expect(server.output.contains("=> VRRP Instance is now owning VRRP VIPs <="))
        }

        @Test(
            "a hostile mail server costs mails, each with one line, and no advert",
            arguments: [
                ("c.recv(1)", "no answer to the connection in time"),
                ("[(c.send(b'2'),time.sleep(.1)) for _ in range(99)]", "no answer to the connection in time"),
                ("c.send(bytes(3000)+b'\\n')", "a line of its reply is too long"),
                ("[c.send(b'220-x\\r\\n') for _ in range(999)]", "has too many lines"),
                ("c.send(b'554 no\\r\\n')", "it answered the connection with 554 no"),
            ])
        func hostileMail(_ behaviour: String, _ words: String) throws {
            let network = try VRRPNetwork()
            let code = """
                import socket,threading,time
                s=socket.create_server(('127.0.0.1',2525))
                def f(c):
                    try:
                        \(behaviour); c.recv(1)
                    except OSError: pass
                while True: threading.Thread(target=f,args=(s.accept()[0],),daemon=True).start()
                """
            let server = try Background(network.inside("a", ["/usr/bin/python3", "-c", code]))
            sleep(1)
            try network.startSluice("b", Self.mailing(priority: 100, interval: "0.01"))
            try network.startSluice("a", Self.mailing(priority: 150, interval: "0.01"))
            #expect(try network.isServed(by: "a"))
            let before = network.log("b").components(separatedBy: "-> MASTER").count
            #expect(eventually(within: 8) { network.log("a").contains(words) }, "\(network.log("a"))")
            #expect(network.log("b").components(separatedBy: "-> MASTER").count == before)
            withExtendedLifetime(server) {}
        }

        @Test("processes and services that are tracked lower the priority, and give it back")
        func trackers() throws {
            let network = try VRRPNetwork()
            let seconds = "4\(Int.random(in: 10_000...99_999))"
            func text(_ weight: Int) -> String {
                """
                global_defs {
                    vrrp_version 3
                }
                virtual_server 10.9.0.100 80 {
                    protocol TCP
                    lb_algo rr
                    lb_kind DR
                    quorum 2
                    real_server 10.9.0.3 80 {
                        weight \(weight)
                    }
                    real_server 10.9.0.4 80 {
                        weight 0
                    }
                }
                vrrp_track_process sleeper {
                    process /bin/sleep \(seconds)
                    weight 20
                }

                """
                    + NotifyFiles.instance(
                        "VI", 51, "track_process {\nsleeper\n}\nsluice_track_service 10.9.0.100 80 weight -30")
            }
            try network.startSluice("a", text(2))
            #expect(try network.isServed(by: "a"))
            func shows(_ words: String) throws -> Bool { try network.sluicectl("a", "vrrp").contains(words) }
            #expect(try eventually { try shows("priority 100") })
            let sleeper = try Background(["/bin/sleep", seconds])
            #expect(try eventually { try shows("priority 120: 100, +20 by process sleeper") })
            sleeper.signal(SIGKILL)
            _ = try sleeper.wait(within: 5)
            #expect(try eventually { try shows("priority 100") })
            try network.write(text(0), for: "a")
            network.signal("a", SIGHUP)
            #expect(try eventually { try shows("priority 70: 100, -30 by service TCP 10.9.0.100:80") })
            try network.write(text(2), for: "a")
            network.signal("a", SIGHUP)
            #expect(try eventually { try shows("priority 100") })
        }
    }
}
