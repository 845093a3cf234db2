internal import CShim
import Glibc
package import Linux

/// The controller's Unix socket: a client sends one line, a command, and gets one line of JSON back.
struct ControlServer: ~Copyable {
    private let socket: FileDescriptor
    private let path: String
    /// A client that says nothing for so long is dropped: there is one thread, and it has packets to care for.
    private static let patienceMilliseconds: Int32 = 200
    private static let commandLimit = 256

    /// Listens, mode 0600, in the place of a socket that a dead controller left: the instance's lock is ours.
    init(path: String) throws(SystemError) {
        self.path = path
        unlink(path)
        let descriptor = FileDescriptor(
            owning: try check("socket", path) { Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0) })
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
            guard let command = Self.readLine(client.rawValue) else { continue }
            try? client.writeAll(Array((answer(command) + "\n").utf8))
        }
    }

    private static func readLine(_ descriptor: Int32) -> String? {
        var line: [UInt8] = []
        while line.count < commandLimit {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, patienceMilliseconds) == 1 else { return nil }
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
            try check("connect", path, remedy: "is sluiced running? sluicectl needs its --instance name") {
                connect(number, address, size)
            }
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
