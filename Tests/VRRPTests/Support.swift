import Foundation
import Testing
import Wire

@testable import VRRP

/// One virtual router under test, with a clock that the test moves.
struct Rig {
    var router: VirtualRouter
    var now = Instant(nanoseconds: 1_000_000_000_000)
    var actions = VirtualRouter.Actions()

    static let own = address("10.99.0.2")
    static let lower = address("10.99.0.1")
    static let higher = address("10.99.0.3")

    static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
        return address
    }

    static func settings(
        version: VRRPVersion = .v3, priority: UInt8 = 100, interval: Duration = .seconds(1)
    ) -> VirtualRouterSettings {
        VirtualRouterSettings(
            name: "VI_1", routerID: 51, version: version, priority: priority, advertInterval: interval,
            addresses: [address("10.99.0.100")], source: own)
    }

    init(_ settings: VirtualRouterSettings = settings()) { router = VirtualRouter(settings) }

    /// Handles one event now and gives what is to be done.
    @discardableResult mutating func handle(_ event: VirtualRouter.Event) -> [VirtualRouter.Action] {
        actions.removeAll()
        router.handle(event, at: now, into: &actions)
        return actions.list
    }

    @discardableResult mutating func hear(
        _ priority: UInt8, from sender: IPAddress = lower, interval: Duration = .seconds(1)
    ) -> [VirtualRouter.Action] {
        handle(.advert(ReceivedAdvert(sender: sender, priority: priority, interval: interval)))
    }

    /// Lets this much time pass, with every timer on time; gives all that was to be done.
    @discardableResult mutating func pass(_ duration: Duration) -> [VirtualRouter.Action] {
        let end = now + duration
        var all: [VirtualRouter.Action] = []
        while let due = router.nextDeadline, due <= end {
            now = max(now, due)
            all += handle(.timer)
        }
        now = end
        return all
    }

    /// Started, and active because nobody was heard.
    static func active(_ settings: VirtualRouterSettings = settings()) -> Rig {
        var rig = Rig(settings)
        rig.handle(.start)
        if rig.router.state != .active { rig.pass(rig.untilDeadline) }
        return rig
    }

    /// Started, with an active peer of this priority.
    static func backup(_ settings: VirtualRouterSettings = settings(), peer: UInt8 = 200) -> Rig {
        var rig = Rig(settings)
        rig.handle(.start)
        rig.hear(peer, interval: settings.clampedInterval)
        return rig
    }

    /// How long until the next deadline.
    var untilDeadline: Duration { router.nextDeadline.map { $0 - now } ?? .zero }
}

extension [VirtualRouter.Action] {
    /// Priorities of the adverts to send.
    var adverts: [UInt8] {
        compactMap { if case .sendAdvert(let priority) = $0 { priority } else { nil } }
    }

    var transitions: [VirtualRouter.Transition] {
        compactMap { if case .notify(let transition) = $0 { transition } else { nil } }
    }

    var announcements: [Int] {
        compactMap { if case .announce(let count, _) = $0 { count } else { nil } }
    }

    var entries: [VirtualRouter.LogEntry] {
        compactMap { if case .log(let entry) = $0 { entry } else { nil } }
    }

    var withoutLog: Self {
        filter { if case .log = $0 { false } else { true } }
    }
}

enum Golden {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    /// Frames that keepalived sent.
    static func frames() throws -> [(kind: String, bytes: [UInt8])] {
        try String(contentsOf: folder.appending(path: "frames.txt"), encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map { line in
                let words = line.split(separator: " ")
                return (String(words[0]), bytes(String(words[1])))
            }
    }

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    /// Compares text with a committed file, or writes it if SLUICE_REWRITE_GOLDEN=1.
    static func check(_ text: String, against name: String) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["SLUICE_REWRITE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let committed = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let new = text.split(separator: "\n", omittingEmptySubsequences: false)
        let old = committed.split(separator: "\n", omittingEmptySubsequences: false)
        for index in 0..<max(new.count, old.count) {
            let line = (old: index < old.count ? old[index] : "", new: index < new.count ? new[index] : "")
            #expect(line.old == line.new, "\(name):\(index + 1) (SLUICE_REWRITE_GOLDEN=1 rewrites it)")
        }
    }
}

/// A small seeded generator (SplitMix64): the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
