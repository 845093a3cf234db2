import Testing

@testable import Director

@Suite struct ScheduleTests {
    @Test func `A lone event is reconciled at once, a stream of them every 20 ms`() {
        var schedule = Schedule(now: 100)
        schedule.request(at: 101)
        #expect(schedule.nextReconcile == 101)
        schedule.reconciled(.done, at: 101)
        #expect(schedule.nextReconcile == .infinity)
        schedule.request(at: 101.001)
        schedule.request(at: 101.015)
        #expect(schedule.nextReconcile == 101.02)
        schedule.reconciled(.done, at: 101.02)
        schedule.request(at: 102)
        #expect(schedule.nextReconcile == 102)
    }

    @Test func `What failed is tried again after a second, every time`() {
        var schedule = Schedule(now: 0)
        for now in [1.0, 2, 3] {
            schedule.reconciled(.failed, at: now)
            #expect(schedule.nextReconcile == now + 1)
        }
    }

    @Test func `What is incomplete is tried less and less often, until it is complete`() {
        var schedule = Schedule(now: 0)
        var waits: [Double] = []
        for _ in 0..<7 {
            schedule.reconciled(.incomplete, at: 10)
            waits.append(schedule.nextReconcile - 10)
        }
        #expect(waits == [1, 2, 4, 8, 16, 20, 20])
        schedule.reconciled(.done, at: 10)
        schedule.reconciled(.incomplete, at: 10)
        #expect(schedule.nextReconcile == 11)
    }

    @Test func `Sweeps that free nothing become rarer, and newly removed servers bring the next one near`() {
        var schedule = Schedule(now: 0)
        #expect(schedule.nextSweep == 20)
        schedule.retired(2, at: 10)
        #expect(schedule.nextSweep == 13)
        var waits: [Double] = []
        for _ in 0..<5 {
            schedule.swept(freed: false, retired: 2, at: 20)
            waits.append(schedule.nextSweep - 20)
        }
        #expect(waits == [6, 12, 20, 20, 20])
        schedule.retired(2, at: 21)
        #expect(schedule.nextSweep == 40)
        schedule.retired(3, at: 22)
        #expect(schedule.nextSweep == 25)
        schedule.swept(freed: true, retired: 1, at: 25)
        #expect(schedule.nextSweep == 28)
        schedule.swept(freed: true, retired: 0, at: 28)
        #expect(schedule.nextSweep == 48)
    }
}

@Suite struct PlainTextTests {
    @Test func `Control characters can't reach a terminal`() {
        #expect(PlainText.clean("a\u{1b}[2Jb\r\nc\u{7f}\tä") == "a?[2Jb??c??ä")
        #expect(PlainText.clean("a\r\nb\nc", keepsLines: true) == "a?\nb\nc")
    }
}
