internal import CShim
import Glibc
package import Linux

/// The controller's Unix socket: a client sends one line, a command, and gets one line of JSON back.
struct ControlServer: ~Copyable {
    private let socket: FileDescriptor
    private let path: String
    /// A client that has not said its command, or taken the answer, after so long is dropped: there is one thread, and
    /// it has packets to care for.
    private static let patienceSeconds = 0.2
    private static let commandLimit = 256

    /// Listens, mode 0600, in the place of a socket that a dead controller left: the instance's lock is ours.
    init(path: String) throws(SystemError) {
        self.path = path
        unlink(path)
        let descriptor = FileDescriptor(
            owning: try check("socket", path) {
                Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
            })
        let number = descriptor.rawValue
        let mask = umask(0o177)
        defer { umask(mask) }
        try withUnixAddress(path) { address, size throws(SystemError) in
            try check("bind", path) { bind(number, address, size) }
        }
        try check("listen", path) { listen(number, 16) }
        socket = descriptor
    }

    deinit { unlink(path) }

    var descriptor: Int32 { socket.rawValue }

    /// Answers those who wait.
    func serve(_ answer: (String) -> String) {
        while true {
            let number = cshim_accept(socket.rawValue)
            guard number >= 0 else { return }
            let client = FileDescriptor(owning: number)
            var patience = timeval(tv_sec: 0, tv_usec: Int(Self.patienceSeconds * 1e6))
            setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            guard let command = Self.readLine(client.rawValue) else { continue }
            try? client.writeAll(Array((answer(command) + "\n").utf8))
        }
    }

    private static func readLine(_ descriptor: Int32) -> String? {
        var line: [UInt8] = []
        let deadline = SystemClock.monotonicSeconds + patienceSeconds
        while line.count < commandLimit {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let left = Int32(((deadline - SystemClock.monotonicSeconds) * 1_000).rounded(.up))
            guard left > 0, Glibc.poll(&poll, 1, left) == 1 else { return nil }
            var byte: UInt8 = 0
            guard read(descriptor, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}

/// The tools' side of the control socket.
package enum ControlClient {
    /// Sends a command and returns the answer, a line of JSON.
    ///
    /// - Throws: `SystemError`; ENOENT or ECONNREFUSED when no controller runs.
    package static func ask(_ command: String, path: String) throws(SystemError) -> String {
        let socket = FileDescriptor(
            owning: try check("socket", path) { Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0) })
        let number = socket.rawValue
        try withUnixAddress(path) { address, size throws(SystemError) in
            guard connect(number, address, size) != 0 else { return }
            let code = errno
            let isAbsent = [ENOENT, ECONNREFUSED].contains(code)
            throw SystemError(
                "connect", errno: code, context: path,
                remedy: isAbsent ? "is sluiced running? sluicectl needs its --instance name" : nil)
        }
        try socket.writeAll(Array((command + "\n").utf8))
        let answer = String(decoding: try socket.readAll(), as: UTF8.self)
        return answer.hasSuffix("\n") ? String(answer.dropLast()) : answer
    }
}

private func withUnixAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Void
) throws(SystemError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard bytes.count < room else { throw SystemError("socket", errno: ENAMETOOLONG, context: path) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    var result: Result<Void, SystemError> = .success(())
    withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            do throws(SystemError) {
                try body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            } catch {
                result = .failure(error)
            }
        }
    }
    try result.get()
}
