import CLibNL
import CShim
import Glibc

/// A request socket to the kernel's routing tables (NETLINK_ROUTE), in the network namespace of the thread that made it:
/// it stays in that namespace wherever it is used later.
///
/// Every request blocks only as long as the kernel takes to answer from memory. Not thread-safe, which `mutating` enforces.
package struct NetlinkSocket: ~Copyable, @unchecked Sendable {
    private let socket: OpaquePointer
    private let callbacks: OpaquePointer

    /// Opens a socket in the calling thread's network namespace. Needs no privilege.
    package init() throws(NetlinkError) {
        guard let socket = nl_socket_alloc(), let callbacks = nl_cb_alloc(NL_CB_DEFAULT) else {
            preconditionFailure("out of memory for a netlink socket")
        }
        let status = nl_connect(socket, NETLINK_ROUTE)
        guard status >= 0 else {
            nl_socket_free(socket)
            nl_cb_put(callbacks)
            throw .failed(operation: "opening a netlink socket", errno: errno, reason: libraryText(status))
        }
        // Where the kernel can't, its errors come without words.
        _ = cshim_netlink_enable_error_text(nl_socket_get_fd(socket))
        self.socket = socket
        self.callbacks = callbacks
    }

    deinit {
        nl_cb_put(callbacks)
        nl_socket_free(socket)
    }

    /// Sends a request and hands each object of the answer to `each`, until the kernel says it is complete.
    ///
    /// `operation` is for errors. A dump that was interrupted by a change is repeated; `each` then sees objects again, so
    /// `restart` is called first.
    mutating func exchange(
        _ operation: @autoclosure () -> String, _ request: borrowing Request, restart: () -> Void = {},
        each: (OpaquePointer) -> Void = { _ in }
    ) throws(NetlinkError) {
        for _ in 0..<8 {
            let answer = try ask(operation(), request, each: each)
            switch answer {
            case .complete: return
            case .interrupted: restart()
            case .refused(let errno, let words): throw .answer(errno, words, operation())
            }
        }
        throw .failed(operation: operation(), errno: EAGAIN, reason: "the table changed during each of 8 readings")
    }

    private enum Answer {
        case complete
        case interrupted
        case refused(errno: Int32, words: String?)
    }

    private mutating func ask(
        _ operation: String, _ request: borrowing Request, each: (OpaquePointer) -> Void
    ) throws(NetlinkError) -> Answer {
        try withoutActuallyEscaping(each) { (each) throws(NetlinkError) -> Answer in
            let exchange = Exchange(each: each)
            let status = run(request, exchange)
            exchange.each = nil
            if let refusal = exchange.refusal { return .refused(errno: refusal.errno, words: refusal.words) }
            if status == -Int32(NLE_DUMP_INTR) { return .interrupted }
            guard status >= 0 else {
                throw .failed(operation: operation, errno: EIO, reason: libraryText(status))
            }
            return .complete
        }
    }

    /// One request and the messages of its answer. Zero, or a negative code of libnl.
    private func run(_ request: borrowing Request, _ exchange: Exchange) -> Int32 {
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, { Exchange.of($1).valid($0) }, context)
        nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, { _, context in Exchange.of(context).finish() }, context)
        nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, { _, context in Exchange.of(context).finish() }, context)
        nl_cb_err(callbacks, NL_CB_CUSTOM, { _, error, context in Exchange.of(context).refused(error) }, context)
        nlmsg_hdr(request.message).pointee.nlmsg_seq = UInt32(NL_AUTO_SEQ)
        var status = nl_send_auto(socket, request.message)
        while status >= 0 && !exchange.isFinished {
            status = nl_recvmsgs(socket, callbacks)
        }
        return status
    }
}

/// What libnl's callbacks collect during one request. Lives only as long as that.
private final class Exchange {
    var each: ((OpaquePointer) -> Void)?
    var isFinished = false
    var refusal: (errno: Int32, words: String?)?

    init(each: @escaping (OpaquePointer) -> Void) { self.each = each }

    static func of(_ context: UnsafeMutableRawPointer?) -> Exchange {
        guard let context else { preconditionFailure("libnl lost a callback's context") }
        return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    }

    func valid(_ message: OpaquePointer?) -> Int32 {
        if let message { withObject(of: message) { each?($0) } }
        return Int32(NL_OK.rawValue)
    }

    func finish() -> Int32 {
        isFinished = true
        return Int32(NL_STOP.rawValue)
    }

    func refused(_ error: UnsafeMutablePointer<nlmsgerr>?) -> Int32 {
        isFinished = true
        guard let error else { preconditionFailure("libnl reported an error without one") }
        let words = cshim_netlink_error_text(error).map { String(cString: $0) }
        refusal = (-error.pointee.error, words)
        return Int32(NL_STOP.rawValue)
    }
}

/// A message to the kernel, owned.
struct Request: ~Copyable {
    let message: OpaquePointer

    /// An empty message: `type` is one of RTM_*, `flags` some of NLM_F_*; then its fixed header (`struct rtmsg` and the like).
    init(_ type: Int, flags: Int32 = 0, header: some BitwiseCopyable) {
        guard let message = nlmsg_alloc_simple(Int32(type), flags) else { preconditionFailure("out of memory") }
        self.message = message
        withUnsafeBytes(of: header) { bytes in
            let status = nlmsg_append(message, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, 4)
            precondition(status >= 0, "a fixed header fits an empty message")
        }
    }

    /// Takes a message over that one of libnl's `build` functions made.
    init(owning message: OpaquePointer) { self.message = message }

    deinit { nlmsg_free(message) }

    /// Appends an attribute, `type` being the kernel's number of it.
    func put(_ type: Int, _ bytes: [UInt8]) {
        let status = nla_put(message, Int32(type), Int32(bytes.count), bytes)
        precondition(status >= 0, "a request of ours fits a page")
    }

    /// Appends a 32-bit attribute, in host byte order.
    func put(_ type: Int, _ value: UInt32) { put(type, withUnsafeBytes(of: value, Array.init)) }

    /// Appends an interface's name.
    func put(_ type: Int, _ text: String) { put(type, Array(text.utf8) + [0]) }
}

/// libnl's words for one of its codes, negative or not.
func libraryText(_ code: Int32) -> String { String(cString: nl_geterror(code)) }

/// Gives `body` libnl's object for a message (a link, an address, a route, a neighbour). Skips messages of no known kind, and
/// those of a bridge about its ports and stations, which come under the same types.
func withObject(of message: OpaquePointer, _ body: (OpaquePointer) -> Void) {
    // The family is the first byte of every fixed header of NETLINK_ROUTE. libnl calls a bridge itself AF_BRIDGE too.
    let family = nlmsg_data(nlmsg_hdr(message)).load(as: UInt8.self)
    guard Int32(family) != AF_BRIDGE else { return }
    withoutActuallyEscaping(body) { body in
        var body = body
        withUnsafeMutablePointer(to: &body) { pointer in
            _ = nl_msg_parse(
                message,
                { object, context in
                    guard let object, let context else { return }
                    context.assumingMemoryBound(to: ((OpaquePointer) -> Void).self).pointee(object)
                }, pointer)
        }
    }
}
