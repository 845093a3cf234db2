import Testing
import Wire

@testable import VRRP

@Suite struct TimingTests {
    @Test func r20_v3SkewIsAShareOfTheActiveInterval() {
        let skew = Timing.skew(version: .v3, priority: 100, activeInterval: .milliseconds(100))
        #expect(skew == .nanoseconds(60_937_500))
        let down = Timing.masterDown(version: .v3, priority: 100, activeInterval: .milliseconds(100))
        #expect(down == .nanoseconds(360_937_500))
    }

    @Test func r21_v2SkewIsAShareOfASecond() {
        for interval in [1, 2, 255] {
            let skew = Timing.skew(version: .v2, priority: 100, activeInterval: .seconds(interval))
            #expect(skew == .microseconds(609_375))
        }
        #expect(Timing.skew(version: .v2, priority: 255, activeInterval: .seconds(9)) == .nanoseconds(3_906_250))
    }
}
