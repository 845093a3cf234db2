import Foundation
import Testing

@testable import VRRP

/// Which of the 47 requirements have a test here (its number leads the test's name), and which only the shell can show.
@Suite struct RequirementTests {
    /// What this module can't show, wholly or in part: the shell's tests do.
    static let shellOnly: [Int: String] = [
        1: "the source is the interface's primary address, over IPv6 its link-local one",
        4: "a warning if the first IPv6 address is not link-local; what doesn't fit the MTU is not advertised",
        6: "the hop limit comes beside an IPv6 message (IPV6_RECVHOPLIMIT)",
        11: "an advert for a VRID that no instance of the interface has is counted",
        26: "a backup's kernel doesn't answer for the addresses; frames to the virtual MAC are dropped",
        36: "the interface's state, its address and the trackers reach the machine",
        41: "R is set if the machine forwards IPv6; the solicited-node groups are joined",
        42: "adverts, announcements and the host's replies leave with the virtual MAC when it is enabled",
        43: "accept mode off drops packets to the addresses, but never ND",
        44: "no redirects for the addresses; no forwarding while backup but the drain of known flows",
    ]

    @Test func everyRequirementIsTestedOrTheShells() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        var tested: Set<Int> = []
        for name in names {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n") {
                guard let start = line.firstRange(of: "func r") else { continue }
                let words = line[start.upperBound...].split(separator: "_")
                for word in words { if let number = Int(word.drop { $0 == "r" }) { tested.insert(number) } }
            }
        }
        for number in 1...47 {
            #expect(tested.contains(number) || Self.shellOnly[number] != nil, "requirement \(number)")
        }
        #expect(tested.isSubset(of: 1...47))
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
