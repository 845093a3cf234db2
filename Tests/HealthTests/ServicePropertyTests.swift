import Testing
import Wire

@testable import Health

/// The quorum machine against the specification.
@Suite struct ServicePropertyTests {
    private struct Case {
        var weights: [Int]
        var quorum: Int
        var hysteresis: Int
        var inhibits: [Bool]
        var sorryWeight: Int?
        var alpha = false

        var rig: ServiceRig {
            ServiceRig.started(
                ServiceRig.settings(weights: weights.map { UInt32($0) }, alpha: alpha) {
                    $0.quorum = Int64(quorum)
                    $0.hysteresis = Int64(hysteresis)
                    $0.sorryWeight = sorryWeight.map { UInt32($0) }
                    for index in inhibits.indices { $0.servers[index].inhibitsOnFailure = inhibits[index] }
                })
        }
    }

    /// Compares the table and the quorum; words of the first difference.
    private func difference(_ rig: ServiceRig, _ history: [Specification.Moment], _ given: Case) -> String? {
        let wanted = Specification.table(
            history, quorum: given.quorum, hysteresis: given.hysteresis, inhibits: given.inhibits,
            sorryWeight: given.sorryWeight)
        let servers = given.weights.indices.map { rig.weight($0).map { Int($0) } }
        guard servers == wanted.servers, rig.sorryWeight.map({ Int($0) }) == wanted.sorry else {
            return "\(given) \(history): table \(servers) \(String(describing: rig.sorryWeight)), wanted \(wanted)"
        }
        let hasQuorum = Specification.hasQuorum(history, quorum: given.quorum, hysteresis: given.hysteresis)
        return rig.service.hasQuorum == hasQuorum ? nil : "\(given) \(history): quorum \(!hasQuorum)"
    }

    /// Turns servers up and down (or changes a weight where `weight` gives one), and compares after each.
    private func run(_ given: Case, _ turns: [(server: Int, weight: Int?)]) -> String? {
        var rig = given.rig
        var moment = Specification.Moment(isUp: given.weights.map { _ in !given.alpha }, weights: given.weights)
        var history = [moment]
        for (server, weight) in turns {
            let hadQuorum = rig.service.hasQuorum
            let actions: [ServiceRig.Action]
            if let weight {
                moment.weights[server] = weight
                actions = rig.handle(.weight(server: server, checker: 0, .absolute(UInt32(weight))))
            } else {
                moment.isUp[server].toggle()
                actions = moment.isUp[server] ? rig.pass(server) : rig.fail(server)
            }
            history.append(moment)
            if let found = difference(rig, history, given) { return found }
            let told = actions.lines.filter { $0.hasPrefix("VS") }.count
            if told != (hadQuorum == rig.service.hasQuorum ? 0 : 1) { return "\(given) \(history): told \(told) times" }
            if weight == nil, actions.lines.count(where: { $0.hasPrefix("RS") }) != 1 { return "\(history): RS untold" }
        }
        return nil
    }

    @Test func `Every order of turns of three servers stands as specified`() {
        for quorum in 1...4 {
            for hysteresis in 0..<quorum {
                for sorry in [nil, 5] as [Int?] {
                    for bits in [0, 1, 7] {
                        let given = Case(
                            weights: [1, 2, 1], quorum: quorum, hysteresis: hysteresis,
                            inhibits: (0..<3).map { bits >> $0 & 1 == 1 }, sorryWeight: sorry)
                        for order in stride(from: 0, to: 729, by: sorry == nil ? 2 : 1) {
                            let turns = [1, 3, 9, 27, 81, 243].map { (server: order / $0 % 3, weight: Int?.none) }
                            let found = run(given, turns)
                            guard found == nil else { return #expect(found == nil) }
                        }
                    }
                }
            }
        }
    }

    @Test func `Random turns and weights stand as specified`() {
        var random = SplitMix(seed: 7)
        for _ in 0..<600 {
            let count = 1 + random.below(6)
            let quorum = 1 + random.below(9)
            let given = Case(
                weights: (0..<count).map { _ in random.below(5) }, quorum: quorum, hysteresis: random.below(quorum),
                inhibits: (0..<count).map { _ in random.chance(30) }, sorryWeight: random.chance(50) ? 1 : nil,
                alpha: random.chance(30))
            let turns = (0..<random.below(40)).map { _ in
                (server: random.below(count), weight: random.chance(30) ? random.below(5) : nil)
            }
            let found = run(given, turns)
            guard found == nil else { return #expect(found == nil) }
        }
    }

    /// Any events, reloads and indices that don't exist among them: the table is what the machine says it is.
    @Test(arguments: 0..<6 as Range<UInt64>) func `Any events leave the table as the machine has it`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<60 {
            var rig = ServiceRig(randomSettings(&random))
            for _ in 0..<80 { step(&rig, &random) }
            var wanted: [VirtualServiceHealth.Destination: UInt32] = [:]
            for server in rig.service.servers { wanted[.server(server.settings.place)] = server.placedWeight }
            wanted[.sorryServer] = rig.service.placedSorryWeight
            #expect(rig.table == wanted)
            #expect(rig.service.liveWeight == rig.service.servers.reduce(0) { $0 + $1.liveWeight })
            #expect(rig.service.rampCount == rig.service.servers.count { $0.ramp != nil })
        }
    }

    private func randomSettings(_ random: inout SplitMix) -> VirtualServiceSettings {
        let weights = (0..<random.below(5)).map { _ in UInt32(random.below(4)) }
        return ServiceRig.settings(weights: weights, checkers: random.below(3), alpha: random.chance(30)) {
            $0.quorum = Int64(1 + random.below(4))
            $0.sorryWeight = random.chance(50) ? 1 : nil
            $0.sorryInhibits = random.chance(30)
            $0.slowStart = random.chance(50) ? .seconds(5) : .zero
            for index in $0.servers.indices { $0.servers[index].inhibitsOnFailure = random.chance(30) }
        }
    }

    private func step(_ rig: inout ServiceRig, _ random: inout SplitMix) {
        rig.now = rig.now + .milliseconds(random.below(1_500))
        let (server, checker) = (random.below(6) - 1, random.below(4) - 1)
        switch random.below(20) {
        case 0: rig.handle(.start)
        case 1: rig.handle(.configure(randomSettings(&random)))
        case 2...5: rig.handle(.timer)
        case 6: rig.handle(.weight(server: server, checker: checker, .added(Int64(random.below(9)) - 4)))
        case 7: rig.handle(.weight(server: server, checker: checker, .absolute(UInt32(random.below(4)))))
        case 8: rig.handle(.verdict(server: server, checker: checker, .downFromStart(.reset)))
        case 9...13: rig.fail(server, checker: checker)
        default: rig.pass(server, checker: checker)
        }
    }
}
