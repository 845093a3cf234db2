import Foundation
import Testing

/// Adverts every 10 ms between two directors, whose processors have other things to do.
private func router(_ priority: Int) -> String {
    """
    global_defs {
        vrrp_version 3
    }
    vrrp_instance VI {
        interface eth0
        virtual_router_id 51
        priority \(priority)
        advert_int 0.01
        virtual_ipaddress {
            \(VRRPNetwork.vip)/24
        }
    }

    """
}

extension EndToEnd {
    /// Real time, as it is seen from outside.
    @Suite
    struct VRRPLoad {
        /// Seconds under load: SLUICE_VRRP_LOAD.
        private static let seconds =
            ProcessInfo.processInfo.environment["SLUICE_VRRP_LOAD"].flatMap(Double.init) ?? 12

        @Test(
            "adverts every 10 ms hold under full load on all processors: no failover, no gap that anybody would act on")
        func load() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            sleep(1)
            let before = network.log("b")
            let report = try Self.gaps(network, seconds: Self.seconds)
            print("10 ms adverts, SCHED_RR, two busy loops a processor: \(report.text)")
            #expect(network.log("b") == before, "\(network.log("b"))")
            #expect(try network.statistic("a", "became_master") == 1)
            // 3 intervals and the skew of priority 100 are 36.1 ms.
            #expect(report.worst < 0.036, "\(report.text)")
            #expect(report.count > Int(Self.seconds * 99), "\(report.text)")
        }

        @Test("the same without real-time priority: reported")
        func ordinary() throws {
            let network = try VRRPNetwork()
            try network.startSluice("a", router(150))
            try network.startSluice("b", router(100))
            #expect(try network.isServed(by: "a"))
            for node in ["a", "b"] { try network.makeOrdinary(node) }
            let report = try Self.gaps(network, seconds: min(Self.seconds, 10))
            let times = try network.statistic("b", "became_master")
            print(
                "10 ms adverts, SCHED_OTHER, two busy loops a processor: \(report.text); the backup took over \(times) times"
            )
            #expect(try network.isServed(by: "a"), "in the end it is as it was")
        }

        @Test("the thread is scheduled as the configuration says; what may not be had is said in a line each")
        func scheduling() throws {
            let network = try VRRPNetwork()
            let words = "vrrp_priority -7\nvrrp_rt_priority 33\nvrrp_cpu_affinity 1\nvrrp_no_swap\ndisable_local_igmp"
            let text = router(150).replacing("vrrp_version 3", with: "vrrp_version 3\n\(words)")
            try network.startSluice("a", text)
            let process = try #require(network.processID("a"))
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
            // Fields behind the command: nice is the 19th of all, real-time priority the 40th.
            let stats = try threads.map { thread in
                try String(contentsOfFile: "/proc/\(process)/task/\(thread)/stat", encoding: .utf8)
                    .split(separator: ")").last.map { $0.split(separator: " ") } ?? []
            }
            let driver = try #require(stats.first { $0[37] == "33" }, "one thread runs at 33")
            #expect(driver[16] == "-7" && driver[36] == "1", "nice and the processor it runs on: \(driver)")
            #expect(stats.filter { $0[37] == "33" }.count == 1)
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            #expect(!status.contains(/VmLck:\s+0 kB/), "memory is locked")
            #expect(try network.exec("a", "cat", "/proc/sys/net/ipv4/igmp_link_local_mcast_reports").hasPrefix("0"))
            try network.startSluice("b", text.replacing("affinity 1", with: "affinity 1000"))
            #expect(eventually { network.log("b").contains("vrrp_cpu_affinity has no effect: sched_setaffinity") })
        }

        @Test("a successor that announces the address ends the handover at once")
        func announced() throws {
            let network = try VRRPNetwork()
            let text = router(150).replacing("advert_int 0.01", with: "advert_int 4")
            try network.startSluice("a", text.replacing("priority 150", with: "priority 255"))
            #expect(try eventually { try network.state("a") == "MASTER" })
            let start = Date()
            _ = try network.sluicectl("a", "vrrp", "release")
            usleep(200_000)
            #expect(try network.state("a") == "LEAVING", "nobody else is there yet")
            let mac = "020000000003"
            let frame =
                "ffffffffffff\(mac)08060001080006040001\(mac)0a090064ffffffffffff0a090064"
            let program = """
                import socket
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                s.bind(("eth0", 0))
                s.send(bytes.fromhex("\(frame)"))
                """
            try network.exec("c", "python3", "-c", program)
            #expect(try eventually(within: 1, every: 10_000) { try network.state("a") == "BACKUP" })
            #expect(Date().timeIntervalSince(start) < 3, "the limit of the wait is 5 s")
        }

        /// The distances of a's adverts at c, by the kernel's timestamps.
        private static func gaps(
            _ network: VRRPNetwork, seconds: Double
        ) throws -> (count: Int, worst: Double, text: String) {
            let capture = try network.startCapture()
            let loops = try (0..<2 * ProcessInfo.processInfo.processorCount).map { _ in
                try Background(["sh", "-c", "while :; do :; done"])
            }
            usleep(UInt32(seconds * 1e6))
            for loop in loops { loop.signal(SIGKILL) }
            capture.signal(SIGINT)
            _ = try capture.wait(within: 20)
            let times = VRRPNetwork.adverts(capture, from: "10.9.0.1")
            let gaps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
            let worst = try #require(gaps.last)
            func milliseconds(_ seconds: Double) -> String { String(format: "%.2f ms", seconds * 1_000) }
            let text =
                "\(times.count) adverts in \(Int(seconds)) s, apart: median \(milliseconds(gaps[gaps.count / 2])), "
                + "99.9 % within \(milliseconds(gaps[gaps.count * 999 / 1000])), worst \(milliseconds(worst))"
            return (times.count, worst, text)
        }
    }
}

extension VRRPNetwork {
    /// Takes the real-time priority from all threads of a director.
    func makeOrdinary(_ node: String) throws {
        let process = try #require(processID(node))
        for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task") {
            try exec(node, "chrt", "-o", "-p", "0", thread)
        }
    }
}
