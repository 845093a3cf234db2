import Glibc
internal import Linux
internal import Wire

/// Delivers notices, on the thread of whoever has it: scripts, pipes, mails. Nothing waits here but for what `interests`
/// says. VRRP's notices come through it, and those of health checks can.
final class NotifyDesk {
    /// How many notify scripts may run at a time; a notice's script beyond that is not started.
    static let scriptLimit = 512
    /// How long a script that was told STOP may take, and a mail under way at the end.
    static let lastWords = Duration.seconds(1)

    private struct Told {
        let child: ChildProcess
        var limit: Instant?
    }

    private let say: (_ text: String, _ isWarning: Bool) -> Void
    private var pipes: [EventPipe] = []
    private let mails: MailSender
    private var told: [Told] = []
    private var ending = EndingChildren()
    private var hasComplained = false

    /// - Parameters:
    ///   - wake: what wakes the thread.
    ///   - say: something for the log.
    init(waking wake: WakeDescriptor, say: @escaping (_ text: String, _ isWarning: Bool) -> Void) {
        self.say = say
        mails = MailSender(waking: wake, say: say)
    }

    // MARK: Configuration

    /// At the start and at each reload. Pipes that stay are not made anew; their readers are.
    func configure(_ plan: NotifyPlan, at now: Instant) {
        mails.configure(plan.mail)
        let kept = pipes.filter { pipe in plan.pipes.contains { $0.path == pipe.plan.path } }
        for pipe in pipes where !kept.contains(where: { $0 === pipe }) { remove(pipe, at: now) }
        pipes = plan.pipes.compactMap { wanted in
            do throws(SystemError) {
                if let pipe = kept.first(where: { $0.plan.path == wanted.path }) {
                    ending.end(pipe.takeReader(), at: now)
                    try pipe.restart(wanted)
                    return pipe
                }
                return try open(wanted)
            } catch {
                say("\(error)", true)
                return kept.first { $0.plan.path == wanted.path }
            }
        }
    }

    /// A pipe whose script can't run is a pipe all the same.
    private func open(_ plan: PipePlan) throws(SystemError) -> EventPipe {
        let pipe = try EventPipe(plan)
        do throws(SystemError) {
            try pipe.startReader()
        } catch {
            say("\(plan.keyword)_script not run: \(error)", true)
        }
        return pipe
    }

    private func remove(_ pipe: EventPipe, at now: Instant) {
        pipe.remove()
        ending.end(pipe.takeReader(), at: now)
    }

    // MARK: Notices

    /// Starts the scripts, writes the line, puts the mail in its queue. Scripts are not waited for: two that are told of
    /// one instance may run at the same time, as with keepalived.
    func deliver(_ notice: Notice, at now: Instant) {
        for call in notice.calls { start(call, at: now) }
        if let line = notice.line {
            for pipe in pipes where pipe.plan.topics.contains(notice.topic) {
                if let text = pipe.write(line) { say(text, true) }
            }
        }
        if let mail = notice.mail { mails.send(mail) }
    }

    private func start(_ call: ScriptCall, at now: Instant) {
        guard told.count < Self.scriptLimit else {
            if !hasComplained { say("\(told.count) notify scripts run: \(call.command[0]) is not started", true) }
            hasComplained = true
            return
        }
        hasComplained = false
        do throws(SystemError) {
            let child = try call.start()
            told.append(Told(child: child, limit: call.limit.map { now + $0 }))
        } catch {
            say("script not run: \(error)", true)
        }
    }

    // MARK: Time

    /// Adds what is waited for to a set.
    func wait(in polls: inout PollSet) {
        for told in told { polls.add(told.child.descriptor) }
        for child in pipes.compactMap(\.child) { polls.add(child.descriptor) }
        ending.wait(in: &polls)
        if let interest = mails.interest { polls.add(interest.descriptor, writing: interest.writes) }
    }

    /// When `attend` is due at the latest.
    var deadline: Instant? { (told.compactMap(\.limit) + [mails.deadline, ending.deadline].compactMap(\.self)).min() }

    /// Does what can be done now.
    func attend(at now: Instant) {
        ending.attend(at: now)
        told.removeAll { $0.child.reap() != nil }
        for index in told.indices {
            guard let limit = told[index].limit, limit <= now else { continue }
            told[index].child.signalGroup(SIGKILL)
            told[index].limit = nil
        }
        for pipe in pipes {
            guard let status = pipe.reap() else { continue }
            let how = status < 256 ? "exit status \(status)" : "signal \(status - 256)"
            say("\(pipe.plan.keyword)_script has ended (\(how)): it is started again by the next reload", true)
        }
        mails.attend(at: now)
    }

    // MARK: The end

    /// Whether something is still under way that the end may wait for, shortly.
    var isBusy: Bool { mails.isBusy || told.contains { $0.limit != nil } }

    /// Kills a process of somebody who has no more use for it, and waits for its end.
    func kill(_ child: ChildProcess?) { ending.kill(child) }

    /// The pipes go; scripts that had a limit are ended. Waits for the end of those that were told to, for a second.
    func close(at now: Instant) {
        for told in told where told.limit != nil { ending.kill(told.child) }
        told = []
        for pipe in pipes { remove(pipe, at: now) }
        pipes = []
        ending.finish()
    }
}
