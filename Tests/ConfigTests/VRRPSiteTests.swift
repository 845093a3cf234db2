import Config
import Testing
import Wire

/// What the machine has to say about a configuration.
struct VRRPSiteTests {
    private struct Site: ConfigurationSite {
        var prefixes: [(interface: String, prefix: Prefix)]?
        var problems: [String: String] = [:]
        var interfaceNames: Set<String>?
        var programs: Set<String> = []
        var users: Set<String> = ["keepalived_script"]

        init(_ prefixes: [(String, String)]?, problems: [String: String] = [:]) {
            self.prefixes = prefixes?.compactMap { interface, text in Prefix(text).map { (interface, $0) } }
            self.problems = problems
        }

        func connectedPrefixes() -> [(interface: String, prefix: Prefix)]? { prefixes }
        func scriptProblem(_ path: String) -> String? { problems[path] }
        func interfaces() -> Set<String>? { interfaceNames }
        func canRun(_ path: String) -> Bool { programs.contains(path) }
        func hasUser(_ name: String) -> Bool { users.contains(name) }
    }

    private func warnings(_ text: String, _ site: Site) -> [String] {
        let source = MemorySource(["t.conf": text])
        return ConfigurationReader.read(path: "t.conf", from: source, site: site).diagnostics
            .filter { $0.severity == .warning }.map { "\($0.location.line): \($0.message)" }
    }

    @Test func addressInNoConnectedPrefix() {
        let site = Site([("eth0", "10.0.0.9/24"), ("eth1", "10.0.1.9/24")])
        #expect(
            warnings(instance(address: "10.0.1.1"), site) == [
                "4: '10.0.1.1' is in no network of interface 'eth0': its neighbours may not find it"
            ])
        #expect(warnings(instance(address: "10.0.0.1"), site) == [])
        #expect(warnings(instance(address: "10.0.1.1 dev eth1"), site) == [])
        #expect(warnings(instance(address: "10.0.7.1/24"), site) == [])
        #expect(warnings(instance(address: "10.0.7.1 peer 10.0.7.2"), site) == [])
        #expect(warnings(instance(address: "10.0.7.1 dev lo"), site) == [])
        #expect(warnings(instance(address: "10.0.1.1"), Site(nil)) == [])
    }

    @Test func scriptsThatWouldNotRun() {
        let site = Site(nil, problems: ["/tmp/a.sh": "it can be written by others", "b": "never asked"])
        let text =
            "vrrp_script S {\nscript \"/tmp/a.sh -x\"\n}\nvrrp_script T {\nscript b\n}\n"
            + instance("notify \"/tmp/a.sh x\"\nnotify_master /etc/ok.sh")
        #expect(
            warnings(text, site) == [
                "2: vrrp_script 'S' would not run with script security: '/tmp/a.sh': it can be written by others",
                "12: 'notify' would not run with script security: '/tmp/a.sh': it can be written by others",
            ])
    }

    @Test func interfaceThatIsMissing() {
        var site = Site(nil)
        site.interfaceNames = ["lo", "eth1"]
        let warning = "2: there is no interface 'eth0': vrrp_instance 'VI' can't start without it"
        #expect(warnings(instance(), site) == [warning])
        #expect(warnings("global_defs {\ndynamic_interfaces\n}\n" + instance(), site) == [])
        site.interfaceNames = ["eth0"]
        #expect(warnings(instance(), site) == [])
    }

    @Test(
        "keepalived's exit status 6: scripts that run as root without script security",
        arguments: [
            ("", "", ["keepalived_script"], Int32(0)), ("", "", [], 6), ("script_user root", "", ["keepalived_script"], 6),
            ("script_user nobody", "", [], 0), ("script_user nobody", "user root", [], 6),
            ("script_user root\nenable_script_security", "", [], 0),
        ])
    func rootScripts(global: String, script: String, users: [String], status: Int32) {
        var site = Site(nil)
        site.programs = ["/bin/check"]
        site.users = Set(users)
        let text = "global_defs {\n\(global)\n}\nvrrp_script S {\nscript /bin/check\n\(script)\n}\n" + instance()
        func found(_ site: Site) -> Int32 {
            ConfigurationReader.read(path: "t.conf", from: MemorySource(["t.conf": text]), site: site).keepalivedStatus
        }
        #expect(found(site) == status)
        site.programs = []
        #expect(found(site) == 0, "what is not there does not run")
    }
}
