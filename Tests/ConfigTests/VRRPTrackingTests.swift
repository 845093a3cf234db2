import Config
import Testing

/// vrrp_script, vrrp_track_process, track_file, and what tracks them.
struct VRRPTrackingTests {
    private let script = "vrrp_script S {\nscript \"/bin/check -x\"\nweight -20\n}\n"

    @Test func scripts() throws {
        let reading = Reading(
            """
            vrrp_script S {
            script "/bin/check -a 'b c'"
            interval 2
            timeout 3
            rise 4
            fall 5
            weight -20 reverse
            user nobody nogroup
            init_fail
            }
            """)
        let script = try #require(reading.configuration?.vrrpScripts.first)
        #expect(reading.warnings == [])
        #expect(script.command == ["/bin/check", "-a", "b c"])
        #expect(script.intervalSeconds == 2)
        #expect(script.timeoutSeconds == 3)
        #expect(script.rise == 4)
        #expect(script.fall == 5)
        #expect(script.weight == TrackWeight(value: -20, isReversed: true))
        #expect(script.user?.user == "nobody")
        #expect(script.user?.group == "nogroup")
        #expect(script.startsFailed)
    }

    @Test(
        arguments: [
            ("interval 0", 1), ("interval 1.5", 1), ("rise 0", 1), ("fall x", 1), ("weight 300", 1), ("timeout 0", 1),
        ])
    func scriptValuesOutOfRange(statement: String, warnings: Int) throws {
        let reading = Reading("vrrp_script S {\nscript /bin/true\n\(statement)\n}\n")
        let script = try #require(reading.configuration?.vrrpScripts.first)
        #expect(reading.warnings.count == warnings)
        #expect(script.intervalSeconds == 1)
        #expect(script.rise == 1)
        #expect(script.fall == 1)
        #expect(script.weight.value == 0)
    }

    @Test func argumentsWithoutQuotesAreLost() {
        let reading = Reading("vrrp_script S {\nscript /usr/bin/killall -0 haproxy\n}\n")
        #expect(reading.configuration?.vrrpScripts.first?.command == ["/usr/bin/killall"])
        #expect(
            reading.warnings == [
                "2: '-0' after 'script' has no meaning there: ignored (one word; a command with arguments needs quotes: \"COMMAND ARGUMENTS\")"
            ])
    }

    @Test func incompleteOnesAreDropped() {
        let reading = Reading("vrrp_script S {\ninterval 1\n}\nvrrp_track_process P {\n}\ntrack_file F {\n}\n")
        #expect(reading.configuration?.vrrpScripts == [])
        #expect(reading.configuration?.trackProcesses == [])
        #expect(reading.configuration?.trackFiles == [])
        #expect(
            reading.warnings == [
                "1: vrrp_script 'S' has no 'script': skipped", "4: vrrp_track_process 'P' has no 'process': skipped",
                "6: track_file 'F' has no 'file': skipped",
            ])
    }

    @Test func theFirstOfANameCounts() {
        let reading = Reading(script + "vrrp_script S {\nscript /bin/false\n}\n")
        #expect(reading.configuration?.vrrpScripts.map(\.command) == [["/bin/check", "-x"]])
        #expect(reading.warnings == ["5: vrrp_script 'S' is defined at t.conf:1 already: skipped"])
    }

    @Test func processes() throws {
        let reading = Reading(
            "vrrp_track_process P {\nprocess nginx -g x\nparam_match initial\nquorum 2\nquorum_max 3\nweight 10\ndelay 0.5\n"
                + "terminate_delay 2\n}\n")
        let process = try #require(reading.configuration?.trackProcesses.first)
        #expect(reading.warnings == [])
        #expect(process.command == ["nginx", "-g", "x"])
        #expect(process.match == .initial)
        #expect(process.comparesCommandLine)
        #expect(process.quorum == 2)
        #expect(process.maximum == 3)
        #expect(process.weight.value == 10)
        #expect(process.forkDelaySeconds == 0.5)
        #expect(process.terminateDelaySeconds == 2)
    }

    @Test(arguments: [
        ("quorum_max 1\nquorum 2", 1, 1), ("quorum 3\nquorum_max 2", 3, nil), ("quorum_max 0", 0, 0),
        ("quorum_max 0\nquorum_max 2", 1, 2),
    ])
    func quorums(body: String, quorum: Int, maximum: Int?) {
        let process = Reading("vrrp_track_process P {\nprocess nginx\n\(body)\n}\n").configuration?.trackProcesses.first
        #expect(process?.quorum == quorum)
        #expect(process?.maximum == maximum)
    }

    @Test func files() {
        let reading = Reading(
            "track_file F {\nfile /tmp/f\nweight -2 reverse\ninit_file 5 overwrite\n}\nvrrp_track_file G {\nfile /tmp/g\n}\n"
        )
        let files = reading.configuration?.trackFiles ?? []
        #expect(reading.warnings == [])
        #expect(files.map(\.name) == ["F", "G"])
        #expect(files.map(\.path) == ["/tmp/f", "/tmp/g"])
        #expect(files.map(\.weight.value) == [-2, 1])
        #expect(files.first?.initial?.value == 5)
        #expect(files.first?.initial?.overwrites == true)
        #expect(files.last?.initial == nil)
    }

    @Test func weightsOfWhatIsTracked() throws {
        let reading = Reading(
            script
                + instance(
                    """
                    track_interface {
                    eth1
                    eth2 weight 254
                    eth0 weight 2
                    }
                    track_script {
                    S weight 10 reverse
                    }
                    """))
        let tracking = try #require(reading.instance?.tracking)
        #expect(tracking.interfaces.map(\.wrappedValue.name) == ["eth1", "eth2"])
        #expect(tracking.interfaces.map(\.wrappedValue.weight?.value) == [nil, 253])
        #expect(tracking.scripts.map(\.wrappedValue.weight) == [TrackWeight(value: 10, isReversed: true)])
        #expect(reading.warnings.count == 2)
    }

    @Test(arguments: ["S weight", "S heavy 3", "S weight 3 sideways"])
    func linesThatAreNotUnderstood(line: String) {
        let reading = Reading(script + instance("track_script {\n\(line)\n}"))
        #expect(reading.warnings.count == 1)
    }

    @Test func namesThatDoNotExist() {
        let reading = Reading(
            script + instance("track_script {\nSS\n}\ntrack_file {\nF\n}\ntrack_process {\nP\n}\ntrack_bfd {\nB\n}"))
        #expect(reading.instance?.tracking == Tracking())
        #expect(
            reading.warnings
                == [
                    "11: 'track_script' names 'SS', but there is no such vrrp_script: ignored (did you mean 'S'?)",
                    "14: 'track_file' names 'F', but there is no such track_file: ignored",
                    "17: 'track_process' names 'P', but there is no such vrrp_track_process: ignored",
                    "20: 'track_bfd' names 'B', but there is no such bfd_instance: ignored",
                ].sorted { $0.contains("track_process") && $1.contains("track_file") })
    }

    @Test func scriptsAreKnownOnlyAfterTheirDefinition() {
        let reading = Reading(instance("track_script {\nS\n}") + script)
        #expect(reading.instance?.tracking.scripts == [])
        #expect(
            reading.warnings == [
                "7: 'track_script' names 'S', which is defined later, at t.conf:10: ignored "
                    + "(keepalived knows what stands before: move the vrrp_script up)"
            ])
    }

    @Test func namesListedTwice() {
        let reading = Reading(script + instance("track_script {\nS\nS weight 3\n}"))
        #expect(reading.instance?.tracking.scripts.count == 1)
        #expect(reading.warnings == ["12: vrrp_instance 'VI' lists 'S' in 'track_script' already: ignored"])
    }

    @Test func garpGroups() {
        let reading = Reading(
            "garp_group {\ngarp_interval 0.01\ninterfaces {\neth0 eth1\n}\n}\ngarp_group {\ngna_interval 1\ninterface eth1\ninterface eth2\n}\n"
                + "garp_group {\ninterface eth3\n}\n")
        let groups = reading.configuration?.garpGroups ?? []
        #expect(groups.map(\.garpIntervalSeconds) == [0.01, nil])
        #expect(groups.map { $0.interfaces.map(\.wrappedValue) } == [["eth0", "eth1"], ["eth2"]])
        #expect(groups.map(\.isShared) == [true, false])
        #expect(reading.warnings.count == 2)
    }
}
