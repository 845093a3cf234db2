/// A small seeded generator (SplitMix64): the same numbers in every run.
struct ModelRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// 0..<limit.
    mutating func below(_ limit: Int) -> Int { Int(next() >> 1) % limit }

    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func of<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    /// One of the choices, as often as its share of all weights.
    mutating func weighted<Element>(_ choices: [(Int, Element)]) -> Element {
        var left = below(choices.reduce(0) { $0 + $1.0 })
        for (weight, choice) in choices {
            if left < weight { return choice }
            left -= weight
        }
        preconditionFailure("the weights add up to the limit that the number is below")
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) } }
}
