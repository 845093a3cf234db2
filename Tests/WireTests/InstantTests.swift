import Testing

@testable import Wire

@Suite struct InstantTests {
    @Test func addsAndSubtracts() {
        let start = Instant(nanoseconds: 5_000_000_000)
        #expect(start + .milliseconds(1500) == Instant(nanoseconds: 6_500_000_000))
        #expect(start - .seconds(2) == Instant(nanoseconds: 3_000_000_000))
        #expect(start - Instant(nanoseconds: 1) == .nanoseconds(4_999_999_999))
        #expect(Instant(nanoseconds: 1) - start == .nanoseconds(-4_999_999_999))
    }

    @Test func stopsAtTheEnds() {
        #expect(Instant(nanoseconds: 1) - .seconds(1) == Instant(nanoseconds: 0))
        #expect(Instant(nanoseconds: .max) + .seconds(1) == Instant(nanoseconds: .max))
        #expect(Instant(nanoseconds: .max) - Instant(nanoseconds: 0) == .nanoseconds(Int64.max))
        #expect(Duration.seconds(Int64.max).nanosecondsClamped == .max)
        #expect(Duration.seconds(Int64.min).nanosecondsClamped == .min)
        #expect(Duration.seconds(9_223_372_036).nanosecondsClamped == 9_223_372_036_000_000_000)
    }
}
