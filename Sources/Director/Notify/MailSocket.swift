internal import CShim
import Glibc
internal import Linux
import Synchronization
internal import Wire

/// An address as the system's calls take it.
struct SocketAddress: Hashable, Sendable {
    var bytes: [UInt8]

    /// The first that a name stands for; may take as long as the resolver's patience unless `isNumeric`.
    static func find(_ host: String, _ port: UInt16, isNumeric: Bool) -> Result<SocketAddress, SystemError> {
        var hints = addrinfo()
        hints.ai_socktype = cshim_stream_type()
        hints.ai_flags = isNumeric ? AI_NUMERICHOST | AI_NUMERICSERV : AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0, let first = list?.pointee, let address = first.ai_addr else {
            let reason = code == EAI_SYSTEM ? errno : ENOENT
            let text = String(cString: gai_strerror(code))
            return .failure(SystemError("getaddrinfo", errno: reason, context: "\(host) (\(text))", remedy: nil))
        }
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(first.ai_addrlen))
        return .success(SocketAddress(bytes: Array(bytes)))
    }
}

/// Looks the mail server's name up, without anybody waiting.
struct MailServerLookup {
    enum State {
        case waiting
        case failed(String)
        case found(SocketAddress)
    }

    private final class Answer: Sendable {
        let result = Mutex<Result<SocketAddress, SystemError>?>(nil)
    }

    private var known: SocketAddress?
    private var answer: Answer?
    /// When to give the look-up up; nil while there is none.
    private(set) var deadline: Instant?

    /// What is known now; begins to look if nothing is.
    mutating func state(
        of host: String, _ port: UInt16, patience: Duration, waking wake: WakeDescriptor, at now: Instant
    ) -> State {
        if let known { return .found(known) }
        if case .success(let address) = SocketAddress.find(host, port, isNumeric: true) {
            known = address
            return .found(address)
        }
        if let answer {
            switch answer.result.withLock({ $0 }) {
            case nil:
                guard let deadline, deadline <= now else { return .waiting }
                // The thread goes on to its end by itself, and nobody looks at what it finds.
                return end(.failed("its address was not found in time"))
            case .success(let address):
                known = address
                return end(.found(address))
            case .failure(let error): return end(.failed("\(error)"))
            }
        }
        let answer = Answer()
        self.answer = answer
        deadline = now + patience
        do throws(SystemError) {
            let thread = try Thread.start {
                let result = SocketAddress.find(host, port, isNumeric: false)
                answer.result.withLock { $0 = result }
                wake.signal()
            }
            pthread_detach(thread)
        } catch {
            return end(.failed("\(error)"))
        }
        return .waiting
    }

    private mutating func end(_ state: State) -> State {
        answer = nil
        deadline = nil
        return state
    }
}

/// A connection that doesn't block, and what it does for a session.
final class MailSocket {
    private let file: FileDescriptor
    var number: Int32 { file.rawValue }

    /// Begins to connect.
    init(connecting address: SocketAddress) throws(SystemError) {
        let number = try check("connect") {
            address.bytes.withUnsafeBytes { cshim_stream_connect($0.baseAddress, $0.count) }
        }
        file = FileDescriptor(owning: number)
    }

    /// Whether the connection has come about, or will not.
    func finishConnecting(_ session: inout SMTPSession, at now: Instant) {
        var poll = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        guard Glibc.poll(&poll, 1, 0) > 0 else { return }
        var failure: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &size)
        if failure == 0 { session.connected(at: now) } else { session.broke(SystemError.text(failure)) }
    }

    /// Reads and writes what goes without waiting, and no more than a few pieces of it.
    func exchange(_ session: inout SMTPSession, at now: Instant) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        for _ in 0..<16 where session.outcome == nil {
            let output = session.output
            if !output.isEmpty {
                let count = send(number, output, output.count, Int32(MSG_NOSIGNAL))
                if count < 0, errno != EAGAIN, errno != EINTR { return session.broke(SystemError.text(errno)) }
                session.sent(count)
            }
            let count = recv(number, &buffer, buffer.count, 0)
            if count < 0 {
                if errno != EAGAIN, errno != EINTR { session.broke(SystemError.text(errno)) }
                break
            }
            session.receive(buffer.prefix(count), at: now)
        }
        let output = session.output
        if !output.isEmpty { session.sent(send(number, output, output.count, Int32(MSG_NOSIGNAL))) }
    }
}
