import Testing
import Wire

@testable import Health

/// A story that keepalived 2.2.7 played on real IPVS: five services, servers that stop and start, a shutdown. The
/// same story through these machines gives the same lines in the same order, and the same tables.
@Suite struct KeepalivedStoryTests {
    /// A service with its checkers, and the ports that its servers listen on.
    private struct Part {
        var name: ServiceName
        var health: VirtualServiceHealth
        var checkers: [Checker]
        var ports: [UInt16]
    }

    private var parts: [Part] = []
    private var now = Instant(nanoseconds: 0)
    private var listening: Set<UInt16> = [8001, 8002]
    private var lines: [String] = []

    private static func timing(_ delayLoop: Int, alpha: Bool, isHTTP: Bool) -> CheckerSettings {
        var timing = CheckerSettings()
        timing.delayLoop = .seconds(delayLoop)
        timing.warmup = .zero
        timing.startsDown = alpha
        if isHTTP { timing.steps = .urls(count: 1, isFast: false) }
        return timing
    }

    private mutating func add(
        _ name: ServiceName, _ servers: [(port: UInt16, weight: UInt32)], delayLoop: Int = 1, alpha: Bool = false,
        isHTTP: Bool = false, _ change: (inout VirtualServiceSettings) -> Void = { _ in }
    ) {
        var settings = VirtualServiceSettings()
        settings.servers = servers.map {
            var server = RealServerSettings(place: ServiceRig.place("127.0.0.2", $0.port), weight: $0.weight)
            server.checkers = [CheckerIdentity(key: 0, startsDown: alpha)]
            return server
        }
        change(&settings)
        let timing = Self.timing(delayLoop, alpha: alpha, isHTTP: isHTTP)
        parts.append(
            Part(
                name: name, health: VirtualServiceHealth(settings), checkers: servers.map { _ in Checker(timing) },
                ports: servers.map(\.port)))
    }

    init() {
        func vip(_ last: Int) -> ServiceName { .address(ServiceRig.place("10.9.0.\(last)", 80), protocolName: "tcp") }
        add(vip(1), [(8001, 1), (8002, 1)]) {
            $0.quorum = 2
            $0.hysteresis = 1
        }
        add(vip(2), [(8001, 3), (8099, 1)], alpha: true) {
            $0.notifiesAtStop = true
            $0.sorryWeight = 1
            $0.servers[0].inhibitsOnFailure = true
        }
        add(vip(3), [(8001, 1)], delayLoop: 2, isHTTP: true)
        add(.firewallMark(7), [(8097, 1)])
        for index in parts.indices {
            tell(index, .start)
            for checker in parts[index].checkers.indices { check(index, checker, .start(randomShare: 0)) }
        }
    }

    private mutating func tell(_ index: Int, _ event: VirtualServiceHealth.Event) {
        var actions: [VirtualServiceHealth.Action] = []
        parts[index].health.handle(event, at: now, into: &actions)
        for case .notify(let notice) in actions {
            lines.append("\(now.nanoseconds / 1_000_000_000) " + notice.fifoLine(service: parts[index].name).dropLast())
        }
    }

    private mutating func check(_ index: Int, _ checker: Int, _ event: Checker.Event) {
        var actions: [Checker.Action] = []
        parts[index].checkers[checker].handle(event, at: now, into: &actions)
        for action in actions {
            switch action {
            case .run(_, let id):
                let isWell = listening.contains(parts[index].ports[checker])
                check(index, checker, .finished(id: id, isWell ? .passed() : .failed(.refused)))
            case .verdict(let verdict): tell(index, .verdict(server: checker, checker: 0, verdict))
            case .weight, .stop, .willRetry, .stillDown, .obstacle: break
            }
        }
    }

    /// Runs all checks up to a time in milliseconds; the lines since the last call.
    private mutating func run(to milliseconds: UInt64) -> [String] {
        let end = Instant(nanoseconds: milliseconds * 1_000_000)
        while let due = parts.flatMap({ $0.checkers.compactMap(\.nextDeadline) }).min(), due <= end {
            now = due
            for index in parts.indices {
                for checker in parts[index].checkers.indices
                where parts[index].checkers[checker].nextDeadline.map({ $0 <= now }) == true {
                    check(index, checker, .timer)
                }
            }
        }
        now = end
        defer { lines = [] }
        return lines
    }

    private func table(_ index: Int) -> [UInt32?] {
        parts[index].health.servers.map(\.placedWeight) + [parts[index].health.placedSorryWeight]
    }

    @Test func `The lines and tables of keepalived's own run`() {
        var story = self
        #expect(
            story.run(to: 6_100) == [
                // The first service has too little weight for quorum and hysteresis: nothing is said of it, ever.
                "0 VS [10.9.0.2]:tcp:80 DOWN", "0 VS [10.9.0.3]:tcp:80 UP", "0 VS FWM 7 UP",
                "0 RS [127.0.0.2]:tcp:8001 [10.9.0.2]:tcp:80 UP", "0 VS [10.9.0.2]:tcp:80 UP",
                "0 RS [127.0.0.2]:tcp:8099 [10.9.0.2]:tcp:80 DOWN", "0 RS [127.0.0.2]:none:8097 FWM 7 DOWN",
                "0 VS FWM 7 DOWN",
            ])
        #expect(story.table(0) == [1, 1, nil] && story.table(1) == [3, nil, nil])

        story.listening.remove(8001)
        #expect(
            story.run(to: 15_100) == [
                "8 RS [127.0.0.2]:tcp:8001 [10.9.0.1]:tcp:80 DOWN", "8 RS [127.0.0.2]:tcp:8001 [10.9.0.2]:tcp:80 DOWN",
                "8 VS [10.9.0.2]:tcp:80 DOWN", "9 RS [127.0.0.2]:tcp:8001 [10.9.0.3]:tcp:80 DOWN",
                "9 VS [10.9.0.3]:tcp:80 DOWN",
            ])
        #expect(story.table(1) == [0, nil, 1] && story.table(2) == [nil, nil])

        story.listening.insert(8001)
        #expect(
            story.run(to: 24_000) == [
                "16 RS [127.0.0.2]:tcp:8001 [10.9.0.1]:tcp:80 UP", "16 RS [127.0.0.2]:tcp:8001 [10.9.0.2]:tcp:80 UP",
                "16 VS [10.9.0.2]:tcp:80 UP",
                // Two checks: the URL that failed, then all of them.
                "19 RS [127.0.0.2]:tcp:8001 [10.9.0.3]:tcp:80 UP", "19 VS [10.9.0.3]:tcp:80 UP",
            ])
        #expect(story.table(1) == [3, nil, nil] && story.table(2) == [1, nil])

        for index in story.parts.indices { story.tell(index, .stop(.shutdown)) }
        #expect(
            story.lines == [
                "24 RS [127.0.0.2]:tcp:8001 [10.9.0.2]:tcp:80 DOWN", "24 VS [10.9.0.2]:tcp:80 DOWN",
            ])
    }
}
