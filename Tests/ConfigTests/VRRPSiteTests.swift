import Config
import Testing
import Wire

/// What the machine has to say about a configuration.
struct VRRPSiteTests {
    private struct Site: ConfigurationSite {
        var prefixes: [(interface: String, prefix: Prefix)]?
        var problems: [String: String] = [:]

        init(_ prefixes: [(String, String)]?, problems: [String: String] = [:]) {
            self.prefixes = prefixes?.compactMap { interface, text in Prefix(text).map { (interface, $0) } }
            self.problems = problems
        }

        func connectedPrefixes() -> [(interface: String, prefix: Prefix)]? { prefixes }
        func scriptProblem(_ path: String) -> String? { problems[path] }
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
}
