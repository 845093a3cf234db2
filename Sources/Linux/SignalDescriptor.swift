import CShim
import Glibc

/// Signals as something to poll: they are blocked for the process and read from a descriptor instead of interrupting it.
///
/// Make it before any other thread is started, since threads inherit what is blocked.
package struct SignalDescriptor: ~Copyable {
    private let file: FileDescriptor

    /// - Parameter signals: e.g. `SIGTERM`, `SIGHUP`.
    package init(_ signals: [Int32]) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        try check("sigprocmask") { sigprocmask(SIG_BLOCK, &set, nil) }
        file = FileDescriptor(owning: try check("signalfd") { cshim_signalfd(&set) })
    }

    /// Readable when a signal has come.
    package var descriptor: Int32 { file.rawValue }

    /// The next signal that has come; nil if none is left. Never waits.
    package func next() -> Int32? {
        let signal = cshim_read_signal(file.rawValue)
        return signal > 0 ? signal : nil
    }
}
