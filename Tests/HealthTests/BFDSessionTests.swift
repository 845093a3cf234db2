import Testing
import Wire

@testable import Health

/// RFC 5880 section 6, a test for each rule that the session follows.
@Suite struct BFDSessionTests {
    private func settings(_ change: (inout BFDSettings) -> Void) -> BFDSettings {
        var settings = BFDSettings()
        change(&settings)
        return settings
    }

    @Test func `6.2: a session comes up by a three-way handshake`() {
        let pair = BFDPair.up()
        #expect(pair.states == [.up, .up])
        #expect(pair.changes.allSatisfy { $0 == [.initializing, .up] || $0 == [.up] || $0.last == .up })
        #expect(pair.sides[0].remoteDiscriminator == 22 && pair.sides[1].remoteDiscriminator == 11)
        #expect(pair.sides[0].outcome == .passed())
    }

    @Test func `6.8.6: the state machine, state by state`() {
        let table: [(BFDState, BFDState, BFDState)] = [
            (.down, .adminDown, .down), (.down, .down, .initializing), (.down, .initializing, .up), (.down, .up, .down),
            (.initializing, .adminDown, .down), (.initializing, .down, .initializing),
            (.initializing, .initializing, .up), (.initializing, .up, .up), (.up, .adminDown, .down),
            (.up, .down, .down),
            (.up, .initializing, .up), (.up, .up, .up),
        ]
        for (from, heard, to) in table {
            var session = BFDSession(BFDSettings(), discriminator: 1)
            var actions: [BFDSession.Action] = []
            var packet = BFDPacketTests.packet
            packet.yourDiscriminator = 1
            packet.isPoll = false
            let way: [BFDState] = from == .down ? [] : from == .initializing ? [.down] : [.initializing]
            for state in way + [heard] {
                packet.state = state
                session.handle(.received(packet, ttl: 255, jitter: 0), at: Instant(nanoseconds: 1), into: &actions)
            }
            #expect(session.state == to, "\(from) hears \(heard)")
        }
    }

    @Test func `6.8.3: not up, packets go once a second or slower, and say so`() {
        var pair = BFDPair(settings { $0.idleTx = .milliseconds(300) }, settings { $0.idleTx = .seconds(3) })
        pair.isHeard = [false, false]
        pair.pass(.seconds(60))
        #expect(pair.pauses(0).allSatisfy { $0 == .milliseconds(875) })
        #expect(pair.pauses(1).allSatisfy { $0 == .milliseconds(2_625) })
        #expect(pair.sent.allSatisfy { $0.packet.desiredMinTx == ($0.side == 0 ? 1_000_000 : 3_000_000) })
    }

    @Test func `6.8.7: up, packets go at the greater of our tx and the neighbour's rx, less jitter`() {
        for jitter in [0, 0.5, 1] {
            var pair = BFDPair.up(settings { $0.minTx = .milliseconds(20) }, settings { $0.minRx = .milliseconds(50) })
            pair.jitter = jitter
            pair.pass(.milliseconds(200))
            pair.sent.removeAll()
            pair.pass(.seconds(5))
            let least = Duration.microseconds(Int64(50_000 * (1 - 0.25 * jitter)))
            #expect(pair.pauses(0).allSatisfy { $0 == least }, "\(jitter)")
            #expect(pair.pauses(0).count > 90)
        }
    }

    @Test func `6.8.7: with a multiplier of 1 the interval is cut by a tenth at least`() {
        var pair = BFDPair.up(settings { $0.multiplier = 1 })
        pair.jitter = 0
        pair.pass(.milliseconds(100))
        pair.sent.removeAll()
        pair.pass(.seconds(1))
        #expect(pair.pauses(0).allSatisfy { $0 == .milliseconds(9) })
    }

    @Test func `6.8.4: silence for the detection time takes the session down`() {
        var pair = BFDPair.up(settings { $0.minRx = .milliseconds(30) }, settings { $0.multiplier = 4 })
        #expect(pair.sides[0].detectionTime == .milliseconds(120))
        pair.isHeard[1] = false
        let last = pair.now
        while pair.sides[0].state == .up { pair.pass(.milliseconds(1)) }
        #expect(pair.now - last <= .milliseconds(121))
        #expect(pair.now - last >= .milliseconds(80))
        #expect(pair.sides[0].diagnostic == .detectionTimeExpired)
        #expect(pair.sides[0].remoteDiscriminator == 0)
        #expect(pair.sides[0].outcome == .failed(.bfd(.down, .detectionTimeExpired)))
        pair.pass(.milliseconds(5))
        #expect(pair.sides[1].state == .down, "which is told without waiting")
        #expect(pair.sides[1].diagnostic == .neighbourSignalledDown)
        pair.isHeard[1] = true
        pair.pass(.seconds(5))
        #expect(pair.states == [.up, .up], "and back")
    }

    @Test func `6.8.4: fewer lost packets than the multiplier are survived`() {
        var pair = BFDPair.up()
        pair.jitter = 0.1
        pair.pass(.milliseconds(100))
        for _ in 0..<50 {
            pair.losses = [4, 4]
            pair.pass(.milliseconds(100))
        }
        #expect(pair.changes.allSatisfy { $0.last == .up && $0.count <= 2 })
    }

    @Test func `6.5: new intervals are polled for, and a poll is answered at once`() {
        var pair = BFDPair.up(BFDSettings(), settings { $0.minTx = .milliseconds(2) })
        pair.handle(0, .configure(settings { $0.minRx = .milliseconds(3) }, jitter: 0.5))
        #expect(pair.sides[0].detectionTime == .milliseconds(50), "not before the poll has ended (6.8.3)")
        pair.pass(.milliseconds(30))
        #expect(pair.sent.contains { $0.side == 0 && $0.packet.isPoll })
        #expect(pair.sent.contains { $0.side == 1 && $0.packet.isFinal })
        #expect(!pair.sent.contains { $0.packet.isPoll && $0.packet.isFinal })
        #expect(pair.sides[0].detectionTime == .milliseconds(15))
        pair.sent.removeAll()
        pair.pass(.milliseconds(200))
        #expect(!pair.sent.contains { $0.packet.isPoll }, "the poll has ended")
        #expect(pair.states == [.up, .up])
    }

    @Test func `6.8.3: a longer interval for sending waits for the end of the poll`() {
        var pair = BFDPair.up()
        pair.isHeard[1] = false
        pair.handle(0, .configure(settings { $0.minTx = .milliseconds(200) }, jitter: 0.5))
        #expect(pair.sides[0].sendInterval == .milliseconds(10))
        pair.isHeard[1] = true
        pair.pass(.milliseconds(40))
        #expect(pair.sides[0].sendInterval == .milliseconds(200))
        pair.pass(.seconds(5))
        #expect(pair.changes.allSatisfy { $0.filter { $0 == .down }.isEmpty })
    }

    @Test func `6.1: a passive side is silent until it hears the neighbour`() {
        var pair = BFDPair(settings { $0.isPassive = true }, settings { $0.isPassive = true })
        pair.pass(.seconds(60))
        #expect(pair.sent.isEmpty && pair.sides[0].nextDeadline == nil)
        pair = BFDPair.up(settings { $0.isPassive = true })
        #expect(pair.states == [.up, .up])
        pair.isHeard = [false, false]
        pair.pass(.seconds(1))
        pair.sent.removeAll()
        pair.pass(.seconds(9))
        #expect(pair.sent.allSatisfy { $0.side == 1 }, "and again after it was lost")
    }

    @Test func `6.8.7: to a neighbour that wants none (rx 0) no packet is sent`() {
        var session = BFDSession(BFDSettings(), discriminator: 1)
        var actions: [BFDSession.Action] = []
        session.handle(.start(jitter: 0), at: Instant(nanoseconds: 1), into: &actions)
        var packet = BFDPacketTests.packet
        packet.yourDiscriminator = 0
        packet.isPoll = false
        packet.state = .down
        packet.requiredMinRx = 0
        session.handle(.received(packet, ttl: 255, jitter: 0), at: Instant(nanoseconds: 2), into: &actions)
        #expect(session.sendInterval == nil)
        #expect(!actions.contains { if case .send = $0 { true } else { false } })
    }

    @Test func `6.6: a neighbour's wish for demand mode is not granted`() {
        var pair = BFDPair.up()
        var packet = pair.sides[1].demandPacket(to: 11)
        packet.isDemand = true
        pair.handle(0, .received(packet, ttl: 255, jitter: 0))
        pair.pass(.seconds(1))
        #expect(pair.pauses(0).count > 50)
    }

    @Test func `RFC 5881 section 5: a packet from afar is dropped`() {
        var session = BFDSession(BFDSettings(), discriminator: 1)
        var actions: [BFDSession.Action] = []
        var packet = BFDPacketTests.packet
        packet.yourDiscriminator = 0
        packet.state = .down
        session.handle(.received(packet, ttl: 254, jitter: 0), at: Instant(nanoseconds: 2), into: &actions)
        #expect(actions == [.droppedForTTL(254)] && session.state == .down)
    }

    @Test func `6.8.6: a packet for another session is dropped`() {
        var pair = BFDPair.up()
        var packet = BFDPacketTests.packet
        packet.state = .down
        packet.yourDiscriminator = 99
        pair.handle(0, .received(packet, ttl: 255, jitter: 0))
        #expect(pair.states == [.up, .up])
    }

    @Test func `6.8.16: stopping tells the neighbour, which goes down at once`() {
        var pair = BFDPair.up()
        pair.handle(0, .stop)
        pair.pass(.milliseconds(1))
        #expect(pair.states == [.adminDown, .down])
        #expect(pair.sides[1].remoteDiagnostic == .administrativelyDown)
        #expect(pair.sides[0].nextDeadline == nil)
    }

    @Test func `Absurd intervals are bounded`() {
        let endless = settings {
            $0.minTx = .seconds(Int64.max)
            $0.minRx = .seconds(Int64.max)
            $0.idleTx = .seconds(Int64.max)
            $0.multiplier = 255
        }
        var pair = BFDPair(endless, endless)
        pair.pass(.seconds(100_000))
        #expect(pair.sides[0].detectionTime <= .seconds(255 * 4_295))
    }

    @Test func `A configuration without pauses doesn't use a whole CPU`() {
        let none = settings {
            $0.minTx = .zero
            $0.minRx = .zero
        }
        var pair = BFDPair.up(none, none)
        pair.pass(.milliseconds(10))
        #expect(pair.sent.count < 400)
    }
}

extension BFDSession {
    /// A packet as this session would send it while up.
    fileprivate func demandPacket(to other: UInt32) -> BFDPacket {
        var packet = BFDPacket()
        packet.state = .up
        packet.multiplier = 5
        packet.myDiscriminator = discriminator
        packet.yourDiscriminator = other
        packet.desiredMinTx = 10_000
        packet.requiredMinRx = 10_000
        return packet
    }
}
