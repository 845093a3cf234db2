import Testing
import Wire

@testable import VRRP

/// Every state x every class of event, as committed text: a change of behaviour is a change of Golden/transitions.txt.
@Suite struct TransitionTableTests {
    static let states: [(name: String, make: @Sendable () -> Rig)] = [
        ("initialize", { Rig() }),
        ("backup (peer 200)", { Rig.backup() }),
        ("backup (released)", { released() }),
        ("active", { Rig.active() }),
        ("active (owner)", { Rig.active(Rig.settings(priority: 255)) }),
        ("leaving (shutdown)", { left(by: .shutdown(.handover)) }),
        ("leaving (shutdown, announced)", { left(by: .shutdown(.handover), announced: true) }),
        ("leaving (release)", { left(by: .release) }),
        ("leaving (preempted)", { preempted() }),
        ("leaving (retreat)", { left(by: .group(.retreat)) }),
        ("fault (interface)", { faulted() }),
        ("backup (grouped)", { Rig.backup(grouped()) }),
        ("active (grouped)", { groupedActive() }),
    ]

    static func released() -> Rig {
        var rig = Rig.backup()
        rig.handle(.release)
        return rig
    }

    static func left(by event: VirtualRouter.Event, announced: Bool = false) -> Rig {
        var rig = Rig.active()
        rig.handle(event)
        if announced { rig.hear(90) }
        return rig
    }

    static func preempted() -> Rig {
        var rig = Rig.active()
        rig.hear(200)
        return rig
    }

    static func faulted() -> Rig {
        var rig = Rig.backup()
        rig.handle(.fault(.interface, isRaised: true))
        return rig
    }

    static func grouped() -> VirtualRouterSettings {
        var settings = Rig.settings()
        settings.isGrouped = true
        return settings
    }

    static func groupedActive() -> Rig {
        var rig = Rig.backup(grouped())
        rig.pass(rig.untilDeadline)
        rig.handle(.group(.activate))
        return rig
    }

    static let events: [(name: String, event: @Sendable (Rig) -> VirtualRouter.Event)] = [
        ("start", { _ in .start }),
        ("adopt, fresh", { _ in .adopt(silence: .milliseconds(10)) }),
        ("shutdown, handover", { _ in .shutdown(.handover) }),
        ("shutdown, immediate", { _ in .shutdown(.immediate) }),
        ("release", { _ in .release }),
        ("reclaim", { _ in .reclaim }),
        ("advert, priority 0", { _ in advert(0, Rig.lower) }),
        ("advert, lower", { _ in advert(50, Rig.lower) }),
        ("advert, equal, lower address", { advert($0.router.priority, Rig.lower) }),
        ("advert, equal, higher address", { advert($0.router.priority, Rig.higher) }),
        ("advert, higher", { _ in advert(255, Rig.lower) }),
        ("advert, own address", { advert($0.router.priority, Rig.own) }),
        ("address taken", { _ in .addressTaken }),
        ("timer, on time", { _ in .timer }),
        ("timer, late", { _ in .timer }),
        ("timer, early", { _ in .timer }),
        ("priority 40", { _ in .priority(40) }),
        ("fault raised", { _ in .fault(.tracker, isRaised: true) }),
        ("interface up", { _ in .fault(.interface, isRaised: false) }),
        ("source lost", { _ in .source(nil) }),
        ("configure, same", { .configure($0.router.settings) }),
        ("configure, addresses", { .configure(changed($0) { $0.addresses.append(Rig.address("10.99.0.101")) }) }),
        ("configure, interval", { .configure(changed($0) { $0.advertInterval = .milliseconds(100) }) }),
        ("configure, owner", { .configure(changed($0) { $0.priority = 255 }) }),
        ("group, activate", { _ in .group(.activate) }),
        ("group, retreat", { _ in .group(.retreat) }),
    ]

    static func advert(_ priority: UInt8, _ sender: IPAddress) -> VirtualRouter.Event {
        .advert(ReceivedAdvert(sender: sender, priority: priority, interval: .seconds(1)))
    }

    static func changed(_ rig: Rig, _ change: (inout VirtualRouterSettings) -> Void) -> VirtualRouterSettings {
        var settings = rig.router.settings
        change(&settings)
        return settings
    }

    static func row(
        _ state: (name: String, make: @Sendable () -> Rig), _ name: String,
        _ event: (Rig) -> VirtualRouter.Event
    ) -> String {
        var rig = state.make()
        if name == "timer, on time" { rig.now = rig.now + rig.untilDeadline }
        if name == "timer, late" { rig.now = rig.now + rig.untilDeadline + .seconds(3) }
        let actions = rig.handle(event(rig)).map(describe).joined(separator: "; ")
        let next = rig.router.nextDeadline.map { "next in \($0 - rig.now)" } ?? "no timer"
        return "\(state.name) | \(name) -> \(rig.router.state) | \(actions.isEmpty ? "-" : actions) | \(next)"
    }

    static func describe(_ action: VirtualRouter.Action) -> String {
        switch action {
        case .sendAdvert(let priority): "advert \(priority)"
        case .addAddresses: "add addresses"
        case .silenceAddresses: "silence addresses"
        case .removeAddresses: "remove addresses"
        case .updateAddresses: "update addresses"
        case .announce(let count, let reason): "announce x\(count) (\(reason))"
        case .notify(let transition): "notify \(transition.from) > \(transition.to) (\(describe(transition.reason)))"
        case .priorityChanged(let from, let to): "priority \(from) > \(to)"
        case .heardLowerPriority: "heard lower priority"
        case .wantsActive(let wants): wants ? "wants active" : "no longer wants active"
        case .stopped: "stopped"
        case .log(let entry): "log \(describe(entry))"
        }
    }

    static func describe(_ reason: VirtualRouter.Reason) -> String {
        switch reason {
        case .preempted(let sender, let priority): "preempted by \(sender), \(priority)"
        case .fault(let fault): "fault \(fault)"
        default: "\(reason)"
        }
    }

    static func describe(_ entry: VirtualRouter.LogEntry) -> String {
        switch entry {
        case .otherActive(let sender, let priority): "other active \(sender), \(priority)"
        case .otherOwner(let sender): "other owner \(sender)"
        case .ownerBacksOff: "owner backs off"
        case .sameAddress(let sender): "same address \(sender)"
        case .intervalLearned(let interval): "interval \(interval)"
        case .lowerPriority(let sender, let priority): "lower priority \(sender), \(priority)"
        case .preemptDelayStarted: "preempt delay started"
        case .preemptDelayStopped: "preempt delay stopped"
        case .late(let lateness): "late \(lateness)"
        case .priorityZero(let sender): "priority 0 from \(sender)"
        case .adoptionStale(let silence): "stale adoption \(silence)"
        }
    }

    @Test func transitionTable() throws {
        var lines = [
            "state | event -> state | actions | timer (VRRPv3, priority 100, 1 s; SLUICE_REWRITE_GOLDEN=1 rewrites)"
        ]
        for state in Self.states {
            lines.append("")
            lines += Self.events.map { Self.row(state, $0.name, $0.event) }
        }
        try Golden.check(lines.joined(separator: "\n") + "\n", against: "transitions.txt")
    }

    /// Whatever comes: what is served is what the state says, and a state that waits has a timer.
    @Test(arguments: 0..<50 as Range<UInt64>) func randomWalksKeepTheInvariants(seed: UInt64) {
        var random = SplitMix(state: seed)
        var rig = Self.states[random.below(Self.states.count)].make()
        var service = rig.router.service
        for _ in 0..<400 where rig.router.state != .initialize || !rig.router.hasStopped {
            let (name, event) = Self.events[random.below(Self.events.count)]
            if name.hasPrefix("shutdown"), random.below(20) > 0 { continue }
            rig.now = rig.now + .milliseconds(random.below(1500))
            for action in rig.handle(event(rig)) {
                switch action {
                case .addAddresses: service = .full
                case .silenceAddresses: service = .silent
                case .removeAddresses: service = .none
                default: break
                }
            }
            #expect(service == rig.router.service, "after \(name)")
            #expect(rig.router.isServing == (service != .none), "after \(name)")
            #expect((rig.router.leaving != nil) == (rig.router.state == .leaving), "after \(name)")
            let waits = [.backup, .active, .leaving].contains(rig.router.state)
            #expect((rig.router.nextDeadline != nil) == waits, "after \(name)")
            #expect(rig.router.priority > 0)
        }
    }
}
