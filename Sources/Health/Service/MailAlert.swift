/// A mail alert of a real server or a virtual service; `smtp_alert`.
package struct MailAlert: Hashable, Sendable {
    /// What happened.
    package enum Cause: Hashable, Sendable {
        /// A checker, by the label of its settings, passed (nil) or failed.
        case checker(String, CheckFailure?)
        /// The quorum was gained or lost.
        case quorum(QuorumFigures)
        /// The director is stopping.
        case stopping
        /// A reload removed the server or the service.
        case removed
    }

    /// Of whom.
    package var subject: Notice.Subject
    /// What it is now.
    package var isUp: Bool
    /// What happened.
    package var cause: Cause

    /// The mail's subject: `[ROUTER] Realserver [..]:tcp:80 of virtual server [..]:tcp:80 - DOWN`.
    package func subjectLine(routerName: String, service: ServiceName) -> String {
        switch subject {
        case .server(let place):
            "[\(routerName)] Realserver \(service.words(for: place)) of virtual server \(service.words)"
                + " - \(stateWord(isUp))"
        case .service: "[\(routerName)] Virtualserver \(service.words) - \(stateWord(isUp))"
        }
    }

    /// The mail's text, one line.
    package var body: String {
        switch cause {
        case .checker(let label, nil): "=> \(label) succeed on service <="
        case .checker(let label, let failure?): "=> \(label) failed on service : \(failure) <="
        case .quorum(let figures): "=> \(figures.words) <="
        case .stopping: "=> Shutting down <="
        case .removed: "=> Removing <="
        }
    }
}
