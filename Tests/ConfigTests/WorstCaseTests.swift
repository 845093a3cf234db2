import Config
import Foundation
import Testing

/// What this thread has had of a processor: a busy machine does not make a reading slower.
func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// A megabyte of whatever costs most. One after the other: each may take its time and memory for itself.
@Suite("The worst megabytes", .serialized)
struct WorstCaseTests {
    fileprivate static let size = 1 << 20
    private static let limit = Duration.seconds(20)
    /// A debug build takes ten times as long as the daemon, so it has a tenth of the limits that the daemon has.
    private static let context = ReadingContext(
        maximumLines: ReadingContext().maximumLines / 10, maximumBytes: ReadingContext().maximumBytes / 10)
    /// How much more memory the tests may have at a time while a reading goes on, in bytes: others run beside it.
    private static let memory = 3 << 30

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var files: [String: [UInt8]]

        init(_ name: String, _ text: String, others: [String: String] = [:]) {
            testDescription = name
            files = others.mapValues { Array($0.utf8) }
            files["t.conf"] = Array(text.utf8)
        }

        /// A text repeated until it is a megabyte, between two others.
        init(_ name: String, _ before: String = "", repeating text: String, _ after: String = "") {
            self.init(
                name, before + String(repeating: text, count: max(1, WorstCaseTests.size / text.utf8.count)) + after)
        }
    }

    static let cases: [Case] = [
        Case("one line", repeating: "x"),
        Case("one line of words", repeating: "x "),
        Case("one quoted line", "\"", repeating: "x#"),
        Case("open quotes", repeating: "\"\n"),
        Case("empty lines", repeating: "\n"),
        Case("NUL bytes", repeating: "\u{0}"),
        Case("backslashes", repeating: "\\"),
        Case("continued lines", "$A= \\\n", repeating: "x \\\n"),
        Case("opening braces", repeating: "{"),
        Case("closing braces", repeating: "}"),
        Case("braces in turn", repeating: "{}"),
        Case("nested unknown blocks", repeating: "a {\n"),
        Case("nested known blocks", repeating: "virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\n"),
        Case("unknown keywords, all different", (0..<100_000).map { "k\($0)\n" }.joined()),
        Case("typos, all different", "vrrp_instance a {\n" + (0..<60_000).map { "priorit\($0)\n" }.joined()),
        Case("one keyword again and again", "global_defs {\n", repeating: "router_id a\n", "}\n"),
        Case("missing values", "virtual_server 10.0.0.1 80 {\n", repeating: "lb_algo\n"),
        Case("definitions, all different", (0..<80_000).map { "$D\($0)=x\n" }.joined()),
        Case("one definition again and again", repeating: "$A=1\n"),
        Case(
            "definitions that use the one before",
            (1..<50_000).map { "$D\($0)=${D\($0 - 1)}\n" }.joined() + "${D49999}\n"),
        Case("definitions of themselves", repeating: "$A=$A\n$A\n"),
        Case("doubling definitions", (1...200).map { "$D\($0)=${D\($0 - 1)}${D\($0 - 1)}\n" }.joined() + "${D200}\n"),
        Case(
            "doubling definitions of several lines",
            "$D0= \\\nx \\\ny\n" + (1...60).map { "$D\($0)= \\\n$D\($0 - 1) \\\n$D\($0 - 1)\n" }.joined() + "$D60\n"),
        Case("a definition of several lines in itself", "$A= \\\nx \\\n$A \\\n$A\n$A\n"),
        Case("uses of an undefined name", repeating: "${A}"),
        Case("names that don't end", repeating: "${A"),
        Case("a sequence without end", "~SEQ(i,1,9223372036854775807) x${i}\n"),
        Case("sequences in sequences", String(repeating: "~SEQ(i,1,9)", count: 90) + " x${i}\n"),
        Case("many sequences", repeating: "~SEQ(i,1,1000000) x${i}\n"),
        Case("many lists", repeating: "~LST(i,a,b,c,d,e,f,g,h) ~LST(j,a,b,c,d,e,f,g,h) x${i}${j}\n"),
        Case("conditions", repeating: "@a x\n"),
        Case("includes of nothing", repeating: "include x\n"),
        Case("includes of a file", String(repeating: "include b.conf\n", count: 60_000), others: ["b.conf": "x\n"]),
        Case(
            "files that include each other", repeating: "include t.conf\n"),
        Case("braces in a pattern", "include " + String(repeating: "{a,b}", count: 150) + "\n"),
        Case("many braces in patterns", repeating: "include {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\n"),
        Case("a byte order mark again and again", repeating: "\u{FEFF}"),
        Case("addresses", "virtual_server_group G {\n", repeating: "10.0.0.0-255 80\n", "}\n"),
        Case(
            "groups of everything", "virtual_server_group G {\n", repeating: "0.0.0.0/0 80\n",
            "}\nvirtual_server group G {\n}\n"),
        Case("virtual addresses", "vrrp_instance a {\nvirtual_ipaddress {\n", repeating: "10.0.0.1\n", "}\n}\n"),
        Case(
            "virtual servers, all the same",
            repeating: "virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\n}\n}\n"),
        Case(
            "real servers, all different",
            "virtual_server 10.0.0.1 80 {\nlb_kind NAT\n"
                + (0..<20_000).map { "real_server 10.1.\($0 / 250).\($0 % 250 + 1) 80 {\n}\n" }.joined() + "}\n"),
        Case(
            "instances, all different",
            (0..<8_000).map {
                "vrrp_instance i\($0) {\ninterface e\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n"
            }
            .joined()),
        Case("scripts", repeating: "vrrp_script a {\nscript \"a 'b' \\\"c\\\" \\x41\"\n}\n"),
        Case("unfit values", "vrrp_instance a {\n", repeating: "priority 99999999999999999999\n", "}\n"),
    ]

    @Test("Reading them ends in time, takes not too much memory, and doesn't say too much", arguments: cases)
    func worstCase(_ worst: Case) {
        var source = MemorySource([:])
        source.files = worst.files
        Self.forgetPeak()
        let before = Self.bytes("VmRSS")
        let start = processorTime()
        let result = ConfigurationReader.read(path: "t.conf", from: source, context: Self.context)
        let duration = processorTime() - start
        #expect(duration < Self.limit)
        #expect(Self.bytes("VmHWM") - before < Self.memory)
        #expect(result.diagnostics.count <= 2_001)
        let isRefused = result.configuration == nil
        #expect(isRefused == result.diagnostics.contains { $0.severity == .error })
    }

    /// Lets VmHWM begin again.
    private static func forgetPeak() { try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs")) }

    /// A line of /proc/self/status, in bytes; 0 if there is none.
    private static func bytes(_ name: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }) else { return 0 }
        return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }
}
