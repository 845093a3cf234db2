internal import Wire

/// What is told of one event, to whom: keepalived's order is scripts, pipe, mail.
struct Notice: Hashable, Sendable {
    var calls: [ScriptCall] = []
    /// Without the line's end; nil: nothing.
    var line: String?
    var topic = EventTopic.vrrp
    var mail: MailText?

    /// Nobody is told anything.
    var isEmpty: Bool { calls.isEmpty && line == nil && mail == nil }
}

/// How notices are delivered.
struct NotifyPlan: Hashable, Sendable {
    var pipes: [PipePlan] = []
    var mail: MailPlan?
}
