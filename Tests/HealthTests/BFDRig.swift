import Testing
import Wire

@testable import Health

/// Two BFD neighbours and the wire between them, with a clock that the test moves.
struct BFDPair {
    var sides: [BFDSession]
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// Packets from a side arrive.
    var isHeard = [true, true]
    /// How many of a side's packets are lost next.
    var losses = [0, 0]
    var jitter = 0.5
    /// All packets, with their sender and time.
    var sent: [(side: Int, at: Instant, packet: BFDPacket)] = []
    var changes: [[BFDState]] = [[], []]
    private var queue: [(to: Int, packet: BFDPacket)] = []

    init(_ first: BFDSettings = BFDSettings(), _ second: BFDSettings = BFDSettings()) {
        sides = [BFDSession(first, discriminator: 11), BFDSession(second, discriminator: 22)]
        for side in 0...1 { handle(side, .start(jitter: jitter)) }
    }

    mutating func handle(_ side: Int, _ event: BFDSession.Event) {
        var actions: [BFDSession.Action] = []
        sides[side].handle(event, at: now, into: &actions)
        for action in actions {
            switch action {
            case .send(let packet):
                sent.append((side, now, packet))
                if losses[side] > 0 {
                    losses[side] -= 1
                } else if isHeard[side] {
                    queue.append((1 - side, packet))
                }
            case .changed(_, let state, _): changes[side].append(state)
            case .droppedForTTL: break
            }
        }
    }

    mutating func pass(_ duration: Duration) {
        let end = now + duration
        while true {
            while !queue.isEmpty {
                let (to, packet) = queue.removeFirst()
                handle(to, .received(packet, ttl: 255, jitter: jitter))
            }
            guard let due = sides.compactMap(\.nextDeadline).min(), due <= end else { break }
            now = max(now, due)
            for side in 0...1 where sides[side].nextDeadline.map({ $0 <= now }) == true {
                handle(side, .timer(jitter: jitter))
            }
        }
        now = end
    }

    var states: [BFDState] { sides.map(\.state) }

    /// Up, and the negotiation over.
    static func up(_ first: BFDSettings = BFDSettings(), _ second: BFDSettings = BFDSettings()) -> BFDPair {
        var pair = BFDPair(first, second)
        pair.pass(.seconds(5))
        pair.sent.removeAll()
        return pair
    }

    /// The pauses between a side's packets so far.
    func pauses(_ side: Int) -> [Duration] {
        let times = sent.filter { $0.side == side }.map(\.at)
        return zip(times.dropFirst(), times).map { $0 - $1 }
    }
}
