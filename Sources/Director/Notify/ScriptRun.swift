internal import Config
import Glibc
internal import Linux
internal import Logging

/// `startup_script` and `shutdown_script`: before everything and after everything, waited for.
extension Director {
    /// Runs the script to its end, or until it has had its time; a failure is logged and nothing more.
    func run(_ script: Script?, _ keyword: String, seconds: Int) {
        guard let script else { return }
        do throws(SystemError) {
            let child = try ScriptCall(script, in: configuration.global.scripts).start()
            var deadline = SystemClock.monotonicNanoseconds + UInt64(seconds) * 1_000_000_000
            var polls = PollSet()
            polls.add(child.descriptor)
            var isKilled = false
            while true {
                polls.wait(until: deadline)
                if let status = child.reap() {
                    if status != 0, !isKilled { log.warning("\(keyword): exit status \(status)") }
                    return
                }
                guard SystemClock.monotonicNanoseconds >= deadline else { continue }
                if isKilled { return }
                log.warning("\(keyword): takes more than \(seconds) s: ended")
                child.signalGroup(SIGKILL)
                isKilled = true
                deadline += 1_000_000_000
            }
        } catch {
            log.error("\(keyword) not run: \(error)")
        }
    }
}
