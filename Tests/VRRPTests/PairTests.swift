import Testing
import Wire

@testable import VRRP

/// Two directors that hear each other after a millisecond, in steps of a millisecond: is the VIP ever without one?
struct Pair {
    var routers: [VirtualRouter]
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// Who serves, by the actions performed, and who answers ARP.
    var serves = [false, false]
    var answers = [false, false]
    /// Milliseconds without anybody who serves, since it was last cleared.
    var gap = 0
    /// Milliseconds with two who are active (leaving is not).
    var doubles = 0
    /// Last to announce: where the clients send.
    var announcer: Int?
    /// Nothing gets through.
    var isCut = false
    private var inFlight: [(to: Int, advert: ReceivedAdvert)] = []
    private var buffer = VirtualRouter.Actions()

    init(
        _ priorities: (UInt8, UInt8), interval: Duration = .seconds(1),
        _ change: (inout VirtualRouterSettings) -> Void = { _ in }
    ) {
        routers = [(priorities.0, Rig.lower), (priorities.1, Rig.higher)].map { priority, source in
            var settings = Rig.settings(priority: priority, interval: interval)
            settings.source = source
            change(&settings)
            return VirtualRouter(settings)
        }
    }

    mutating func handle(_ event: VirtualRouter.Event, of index: Int) {
        buffer.removeAll()
        routers[index].handle(event, at: now, into: &buffer)
        for action in buffer.list {
            switch action {
            case .sendAdvert(let priority):
                let settings = routers[index].settings
                guard let source = settings.source else { continue }
                let advert = ReceivedAdvert(sender: source, priority: priority, interval: settings.clampedInterval)
                if !isCut { inFlight.append((1 - index, advert)) }
            case .addAddresses: (serves[index], answers[index]) = (true, true)
            case .silenceAddresses: answers[index] = false
            case .removeAddresses: (serves[index], answers[index]) = (false, false)
            case .announce: announcer = index
            default: break
            }
        }
    }

    mutating func pass(_ milliseconds: Int) {
        for _ in 0..<milliseconds {
            now = now + .milliseconds(1)
            let arrived = inFlight
            inFlight = []
            for (to, advert) in arrived { handle(.advert(advert), of: to) }
            for index in routers.indices where routers[index].nextDeadline ?? now + .seconds(1) <= now {
                handle(.timer, of: index)
            }
            if !serves.contains(true) { gap += 1 }
            if routers.allSatisfy({ $0.state == .active }) { doubles += 1 }
        }
    }

    var states: [VirtualRouter.State] { routers.map(\.state) }

    /// Both started, the better one active.
    static func settled(_ priorities: (UInt8, UInt8) = (200, 100), interval: Duration = .seconds(1)) -> Pair {
        var pair = Pair(priorities, interval: interval)
        for index in 0..<2 { pair.handle(.start, of: index) }
        pair.pass(5000)
        (pair.gap, pair.doubles) = (0, 0)
        return pair
    }
}

@Suite struct PairTests {
    @Test(arguments: [Duration.seconds(1), .milliseconds(100), .milliseconds(10)])
    func aStopLosesNothing(interval: Duration) {
        var pair = Pair.settled(interval: interval)
        #expect(pair.states == [.active, .backup])
        pair.handle(.shutdown(.handover), of: 0)
        pair.pass(6000)
        #expect(pair.states == [.initialize, .active])
        #expect(pair.gap == 0 && pair.doubles == 0)
        #expect(pair.serves == [false, true] && pair.announcer == 1)
    }

    @Test(arguments: [Duration.seconds(1), .milliseconds(100), .milliseconds(10)])
    func aReturningDirectorLosesNothing(interval: Duration) {
        var pair = Pair.settled((200, 100), interval: interval)
        pair.handle(.fault(.interface, isRaised: true), of: 0)
        pair.pass(6000)
        pair.gap = 0
        pair.handle(.fault(.interface, isRaised: false), of: 0)
        pair.pass(6000)
        #expect(pair.states == [.active, .backup])
        #expect(pair.gap == 0 && pair.doubles <= 2)
        #expect(pair.serves == [true, false] && pair.answers == [true, false])
    }

    @Test func aReleaseLosesNothingAndStays() {
        var pair = Pair.settled()
        pair.handle(.release, of: 0)
        pair.pass(20_000)
        #expect(pair.states == [.backup, .active])
        #expect(pair.gap == 0 && pair.doubles == 0)
    }

    @Test func aRestartedControllerCarriesOn() {
        var pair = Pair.settled()
        let settings = pair.routers[0].settings
        pair.routers[0] = VirtualRouter(settings)
        pair.pass(700)
        pair.handle(.adopt(silence: .milliseconds(700)), of: 0)
        pair.pass(6000)
        #expect(pair.states == [.active, .backup] && pair.gap == 0 && pair.doubles == 0)
    }

    @Test func r47_aWorseControllerThatSleptYieldsWithinOneAdvert() {
        var pair = Pair.settled((100, 200))
        #expect(pair.states == [.backup, .active])
        let settings = pair.routers[0].settings
        pair.routers[0] = VirtualRouter(settings)
        pair.handle(.adopt(silence: .seconds(60)), of: 0)
        pair.pass(1000)
        #expect(pair.states == [.backup, .active] && pair.doubles <= 2 && pair.announcer == 1)
    }

    @Test func r30_twoActiveRoutersResolveWithinOneInterval() {
        for priorities: (UInt8, UInt8) in [(100, 100), (200, 100), (100, 200)] {
            var pair = Pair.settled(priorities)
            let settings = pair.routers.map(\.settings)
            pair.routers = settings.map(VirtualRouter.init)
            for index in 0..<2 { pair.handle(.adopt(silence: .zero), of: index) }
            pair.pass(1000)
            #expect(pair.doubles <= 1)
            #expect(pair.routers.map(\.isServing).filter { $0 }.count == 1)
        }
    }

    @Test func aDeadPeerIsReplacedInTheComputedTime() {
        var pair = Pair.settled((200, 100), interval: .milliseconds(100))
        let settings = pair.routers[0].settings
        pair.routers[0] = VirtualRouter(settings)
        pair.serves[0] = false
        pair.pass(400)
        #expect(pair.states[1] == .active)
        #expect(pair.gap <= 361)
    }
}
