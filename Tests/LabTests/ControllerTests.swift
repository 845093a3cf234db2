import Foundation
import Testing

extension EndToEnd {
    /// What a controller does at its start, at its stop, and where it is not welcome. Mostly on d2, which forwards nothing.
    @Suite(.lab(.dr, .ipv4)) struct Controller {
        private static let binary = "\(Lab.binaries)/sluiced"

        /// sluiced as another instance on d2.
        private final class Second {
            let process: Background
            let name = "lab-tests-\(ProcessInfo.processInfo.processIdentifier)"

            init(_ lab: Lab, node: String = "d2", global: String = "") throws {
                let file = Lab.configuration + ".second"
                let text = LabConfiguration(global: global).text(for: lab)
                try text.write(toFile: file, atomically: true, encoding: .utf8)
                process = try lab.start(node, Controller.binary, "-f", file, "--instance", name)
            }

            deinit {
                process.signal(SIGKILL)
                _ = try? outcome(of: ["rm", "-rf", "/sys/fs/bpf/sluice/\(name)", Lab.configuration + ".second"])
                _ = try? outcome(of: ["sh", "-c", "rm -f /run/sluice/\(name).*"])
            }

            var interfaces: [String] {
                let words = ["\(Lab.binaries)/sluicectl", "status", "--instance", name]
                guard let text = try? outcome(of: words).output,
                    let status = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
                else { return [] }
                return status["interfaces"] as? [String] ?? []
            }

            func says(_ text: String, within seconds: Double = 15) -> Bool {
                eventually(within: seconds) { process.errors.contains(text) }
            }
        }

        private func hasXDP(_ lab: Lab, _ node: String, _ interface: String) throws -> Bool {
            try lab.exec(node, "ip", "link", "show", "dev", interface).contains("prog/xdp")
        }

        @Test("SIGTERM drains known flows, then detaches and removes the pins") func drain() throws {
            let lab = try currentLab()
            try lab.settle()
            try lab.reload(LabConfiguration(global: "sluice_drain 3"))
            let traffic = try Traffic(lab, kept: 6)
            let stop = try Background(["\(Lab.scripts)/lab", "sluiced", "stop"])
            try #require(eventually { Lab.logText.contains("stopping: known flows") })
            try traffic.expectUnharmed("sluiced drains")
            let newcomer = try lab.attempt("client", "curl", "-sS", "-m", "2", lab.url)
            #expect(newcomer.status == 7, "new connections are the kernel's to refuse: \(newcomer)")
            #expect(try stop.wait(within: 10).status == 0)
            #expect(try !hasXDP(lab, "d1", "eth0"))
            #expect(!FileManager.default.fileExists(atPath: Lab.pins))
            #expect(Lab.logText.contains("stopped: detached, pins removed"))
        }

        @Test("a stop waits for nobody if there is no flow; a second SIGTERM waits no longer")
        func shortStops() throws {
            let lab = try currentLab()
            try lab.settle()
            try lab.sluiced("stop")
            try lab.write(LabConfiguration(global: "sluice_drain 60"))
            try lab.sluiced("start")
            let start = Date()
            try lab.sluiced("stop")
            #expect(Date().timeIntervalSince(start) < 5, "no flow, no wait")

            try lab.sluiced("start")
            let traffic = try Traffic(lab, kept: 3)
            let pid = try #require(Int32(lab.sluiced("pid").output.trimmingCharacters(in: .whitespacesAndNewlines)))
            kill(pid, SIGTERM)
            try traffic.expectUnharmed("sluiced drains")
            #expect(lab.sluicedIsRunning)
            kill(pid, SIGTERM)
            #expect(eventually { !lab.sluicedIsRunning })
        }

        @Test("an instance runs once") func sameInstance() throws {
            let lab = try currentLab()
            try lab.settle()
            let second = try lab.attempt(
                "d1", "env", "JOURNAL_STREAM=1", Self.binary, "-f", Lab.configuration, "--instance", Lab.instance)
            #expect(second.status == 1)
            let pid = try lab.sluiced("pid").output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(
                second.errors
                    == "<2>instance \"lab-d1\" is already running (held by process \(pid)): "
                    + "stop it, or choose another name with --instance\n")
            #expect(try lab.status() != nil, "the first one did not notice")
        }

        @Test("two instances run side by side, and each leaves only its own behind") func otherInstance() throws {
            let lab = try currentLab()
            try lab.settle()
            let second = try Second(lab)
            try #require(eventually(within: 15) { second.interfaces == ["eth0"] }, "\(second.process.errors)")
            let traffic = try Traffic(lab, kept: 3)
            second.process.signal(SIGTERM)
            let end = try second.process.wait(within: 15)
            #expect(end.status == 0, "\(end.errors)")
            #expect(!FileManager.default.fileExists(atPath: "/sys/fs/bpf/sluice/\(second.name)"))
            #expect(try !hasXDP(lab, "d2", "eth0"))
            try traffic.expectUnharmed("another instance stopped")
        }

        @Test("another instance's interface is left alone") func takenInterface() throws {
            let lab = try currentLab()
            try lab.settle()
            let traffic = try Traffic(lab, kept: 3)
            let second = try Second(lab, node: "d1")
            #expect(second.says("eth0: not attached: "), "\(second.process.errors)")
            #expect(second.process.errors.contains("another XDP program \"sluice\""))
            try traffic.expectUnharmed("another instance wanted the interface")
        }

        @Test("a foreign XDP program is named, left alone, and replaced once it is gone") func foreignProgram() throws {
            let lab = try currentLab()
            try lab.exec("d2", "ip", "link", "set", "eth0", "xdpdrv", "obj", "\(Lab.folder)/pass.bpf.o", "sec", "xdp")
            let second = try Second(lab)
            #expect(second.says("another XDP program \"pass\""), "\(second.process.errors)")
            let lines = second.process.errors.split(separator: "\n").filter { $0.contains("not attached") }
            #expect(lines.count == 1 && lines[0].contains("ip link set dev eth0 xdp off"), "\(lines)")
            #expect(try lab.exec("d2", "ip", "-d", "link", "show", "dev", "eth0").contains("name pass"))
            try lab.exec("d2", "ip", "link", "set", "eth0", "xdp", "off")
            #expect(eventually { second.interfaces == ["eth0"] }, "\(second.process.errors)")
        }

        @Test("an interface that appears later is attached to, each time") func lateInterface() throws {
            let lab = try currentLab()
            let second = try Second(lab, global: "sluice_interfaces late0")
            #expect(second.says("interface late0 is not there"), "\(second.process.errors)")
            for _ in 1...2 {
                try lab.exec("d2", "ip", "link", "add", "late0", "type", "veth", "peer", "name", "late1")
                #expect(eventually { second.interfaces == ["late0"] }, "\(second.process.errors)")
                #expect(try hasXDP(lab, "d2", "late0"))
                try lab.exec("d2", "ip", "link", "del", "late0")
                #expect(eventually { second.interfaces == [] }, "\(second.process.errors)")
            }
        }

        @Test("a missing privilege is one line that says which") func unprivileged() throws {
            let lab = try currentLab()
            let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-nobody-\(UUID().uuidString)")
            defer {
                try? FileManager.default.removeItem(at: folder)
                try? FileManager.default.removeItem(atPath: "/run/sluice/nobody.lock")
            }
            let file = folder.appending(path: "sluice.conf").path
            let binary = folder.appending(path: "sluiced").path
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try LabConfiguration().text(for: lab).write(toFile: file, atomically: true, encoding: .utf8)
            try FileManager.default.copyItem(atPath: Self.binary, toPath: binary)
            try lab.exec("d2", "chmod", "-R", "a+rX", folder.path)
            let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
            for drop in [nobody, ["--bounding-set=-all", "--inh-caps=-all"]] {
                let words = ["setpriv"] + drop + [binary, "-f", file, "--instance", "nobody"]
                let end = try lab.attempt("d2", "sh", "-c", words.joined(separator: " "))
                #expect(end.status == 1)
                #expect(end.errorLines.count == 1, "\(end.errors)")
                #expect(end.errors.contains("root") || end.errors.contains("CAP_"), "\(end.errors)")
                #expect(!FileManager.default.fileExists(atPath: "/sys/fs/bpf/sluice/nobody"), "nothing is left behind")
            }
        }
    }
}
