import CShim
import Glibc

/// A network namespace to run code in.
///
/// The code gets a thread of its own, which ends with it, so no other thread is ever moved. It must be synchronous: anything that
/// hops to another thread is in the process' own namespace again. Child processes started by the code are in the namespace too.
package enum NetworkNamespace: Hashable, Sendable {
    /// One that is made for the run, with `lo` up, and goes away with it.
    case fresh
    /// One that `ip netns add` knows, /run/netns/NAME.
    case named(String)
    /// One by any path that refers to it, e.g. /proc/PID/ns/net.
    case path(String)

    /// Runs `body` in the namespace while the caller waits without blocking a thread of the cooperative pool.
    ///
    /// - Throws: `SystemError` if the namespace cannot be made or entered; else what `body` throws.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try Thread.start { continuation.resume(with: self.perform(body)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// As `run`, but the calling thread blocks.
    package func runBlocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        let outcome = Outcome<Result>()
        try Thread.join(Thread.start { outcome.value = self.perform(body) })
        guard let value = outcome.value else { preconditionFailure("a joined thread has left its result") }
        return try value.get()
    }

    private func perform<R>(_ body: () throws -> R) -> Swift.Result<R, any Error> {
        Swift.Result {
            try enter()
            return try body()
        }
    }

    /// Moves the calling thread, for good.
    private func enter() throws(SystemError) {
        switch self {
        case .fresh:
            try check("unshare(CLONE_NEWNET)") { cshim_unshare_network() }
            try check("ioctl(SIOCSIFFLAGS)", "lo") { cshim_link_up("lo") }
        case .named(let name): try Self.enter(path: "/run/netns/\(name)")
        case .path(let path): try Self.enter(path: path)
        }
    }

    private static func enter(path: String) throws(SystemError) {
        let file = try FileDescriptor(path: path)
        try check("setns", path) { cshim_enter_network(file.rawValue) }
    }
}

/// Where a thread leaves its result; written before and read after the join.
private final class Outcome<Value>: @unchecked Sendable {
    var value: Swift.Result<Value, any Error>?
}

/// A POSIX thread that runs one closure.
package enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a joinable thread.
    ///
    /// - Throws: `SystemError` if the system has no thread left.
    @discardableResult
    package static func start(_ run: @escaping @Sendable () -> Void) throws(SystemError) -> pthread_t {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { preconditionFailure("a thread is started with its body") }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        if code != 0 {
            body.release()
            throw SystemError("pthread_create", errno: code)
        }
        return thread
    }

    /// Waits until a thread has ended.
    package static func join(_ thread: pthread_t) throws(SystemError) {
        let code = pthread_join(thread, nil)
        if code != 0 { throw SystemError("pthread_join", errno: code) }
    }
}
