import Glibc
internal import Linux
internal import Wire

/// Hands mails in, one after the other, on the thread of whoever has it: nothing here waits. Names are looked up by a thread
/// of their own.
final class MailSender {
    /// How many mails wait at most; the oldest goes for one more, as the newest says how things are.
    static let queueLimit = 64

    private let say: (_ text: String, _ isWarning: Bool) -> Void
    private let wake: WakeDescriptor
    private var plan: MailPlan?
    private var queue: [Mail] = []
    private var dropped = 0
    private var current: (session: SMTPSession, socket: MailSocket)?
    private var lookup = MailServerLookup()

    /// - Parameters:
    ///   - wake: signalled when a name has been looked up.
    ///   - say: something for the log.
    init(waking wake: WakeDescriptor, say: @escaping (_ text: String, _ isWarning: Bool) -> Void) {
        self.wake = wake
        self.say = say
    }

    /// From the next mail on.
    func configure(_ new: MailPlan?) {
        if new?.host != plan?.host || new?.port != plan?.port { lookup = MailServerLookup() }
        plan = new
    }

    /// Mails wait, or one is under way.
    var isBusy: Bool { current != nil || !queue.isEmpty }

    /// Puts a mail at the end; nothing happens if nobody is to get mails.
    func send(_ text: MailText) {
        guard let plan else { return }
        if queue.count >= Self.queueLimit {
            queue.removeFirst()
            dropped += 1
            if dropped == 1 { say("\(plan.host) is too slow for the mails: the oldest are dropped", true) }
        }
        queue.append(
            Mail(
                from: plan.from, to: plan.recipients, subject: "[\(plan.routerID)] \(text.subject)", body: text.body,
                date: Self.date()))
    }

    // MARK: What is waited for

    /// The descriptor to poll, and whether for writing; nil while no connection is under way.
    var interest: (descriptor: Int32, writes: Bool)? {
        current.map { ($0.socket.number, $0.session.step == .connection || !$0.session.output.isEmpty) }
    }

    /// When `attend` is due at the latest.
    var deadline: Instant? { current?.session.deadline ?? lookup.deadline }

    /// Does what can be done now.
    func attend(at now: Instant) {
        if current != nil { exchange(at: now) }
        // What fails at once must not keep the thread: one attempt each time.
        if current == nil, !queue.isEmpty { begin(at: now) }
    }

    // MARK: The connection

    private func begin(at now: Instant) {
        guard let plan else {
            queue = []
            return
        }
        switch lookup.state(of: plan.host, plan.port, patience: plan.patience, waking: wake, at: now) {
        case .waiting: return
        case .failed(let why):
            say("mail not sent: \(plan.host): \(why)", true)
            queue.removeFirst()
        case .found(let address):
            let mail = queue.removeFirst()
            do throws(SystemError) {
                let socket = try MailSocket(connecting: address)
                current = (SMTPSession(mail, helo: plan.helo, patience: plan.patience, at: now), socket)
            } catch {
                say("mail not sent: \(plan.host): \(error)", true)
                lookup = MailServerLookup()
            }
        }
        if !queue.isEmpty, current == nil { wake.signal() }
    }

    private func exchange(at now: Instant) {
        guard let current else { return }
        var session = current.session
        let socket = current.socket
        if session.step == .connection { socket.finishConnecting(&session, at: now) }
        if session.step != .connection { socket.exchange(&session, at: now) }
        session.timer(at: now)
        guard let outcome = session.outcome else {
            self.current = (session, socket)
            return
        }
        // What is left is QUIT alone: a server that doesn't read it has the mail all the same.
        self.current = nil
        report(outcome)
        if !queue.isEmpty { wake.signal() }
    }

    private func report(_ outcome: SMTPSession.Outcome) {
        let host = plan?.host ?? "the server"
        switch outcome {
        case .delivered(let refused):
            if dropped > 0 { say("\(dropped) mails were dropped while \(host) was slow", true) }
            dropped = 0
            if !refused.isEmpty { say("mail refused by \(host) for \(refused.joined(separator: "; "))", true) }
        case .failed(let why):
            say("mail not sent: \(host): \(why)", true)
            lookup = MailServerLookup()
        }
    }

    private static func date() -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S %z", &parts)
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
