import Foundation
import Testing

@testable import VRRP

/// Each of the 47 requirements has a test with its number in its name: `r11_...` of the machine and the codec here, and
/// "r11 ..." of what only the shell and the kernel can show, among the director's tests and the lab's.
@Suite struct RequirementTests {
    /// What this module can't show, wholly or in part.
    static let shells: [Int: String] = [
        1: "the source is the interface's primary address, over IPv6 its link-local one",
        4: "what doesn't fit the MTU is not advertised, and said",
        6: "the hop limit comes beside an IPv6 message (IPV6_RECVHOPLIMIT)",
        11: "an advert for a VRID that no instance of the interface has is counted",
        12: "another interval is said",
        26: "a backup's kernel doesn't answer for the addresses",
        36: "the interface's state, its address and the trackers reach the machine",
        41: "R is set if the machine forwards IPv6; the solicited-node groups are joined",
        44: "no forwarding while backup but the drain of known flows",
    ]

    /// Numbers in the names of tests: behind `func r`, or in a quoted name.
    private static func tested(in folder: String) throws -> Set<Int> {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let base = tests.appending(path: folder)
        var numbers: Set<Int> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: base.path) where name.hasSuffix(".swift") {
            let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n")
            where line.contains("func r") || line.contains("@Test") || line.contains("\"r") {
                let words = line.split { !$0.isLetter && !$0.isNumber }
                for word in words where word.first == "r" {
                    if let number = Int(word.dropFirst()) { numbers.insert(number) }
                }
            }
        }
        return numbers
    }

    @Test func everyRequirementIsTested() throws {
        let pure = try Self.tested(in: "VRRPTests")
        let shell = try Self.tested(in: "LabTests").union(Self.tested(in: "DirectorTests"))
        for number in 1...47 {
            #expect(pure.union(shell).contains(number), "requirement \(number)")
        }
        for (number, what) in Self.shells { #expect(shell.contains(number), "requirement \(number): \(what)") }
        #expect(pure.union(shell).isSubset(of: 1...47))
    }

    @Test func strictModeTakesBackWhatGoesBeyondTheRFCs() {
        var settings = Rig.settings()
        settings.preemptDelay = .seconds(5)
        settings.answersHigherPriority = true
        settings.applyStrictMode()
        var rig = Rig.active(settings)
        #expect(rig.hear(50).withoutLog == [.heardLowerPriority])
        #expect(rig.hear(200).adverts.isEmpty)
        var backup = Rig.backup(settings)
        #expect(backup.hear(50).entries == [.lowerPriority(Rig.lower, priority: 50)])
    }
}
