internal import Wire

/// How often something was put back, so that neither the log nor the network is flooded where somebody removes it again
/// and again.
struct PutBackRecord {
    private var lastSaid: Instant?
    private var unsaid = 0
    private var lastAnnounced: Instant?

    /// Between two lines of the log.
    private static let quiet = Duration.seconds(10)
    /// Between two announcements.
    private static let announcementGap = Duration.milliseconds(20)

    /// What to add to the line about it; nil: not now.
    mutating func say(at now: Instant) -> String? {
        if let lastSaid, now - lastSaid < Self.quiet {
            unsaid += 1
            return nil
        }
        defer { unsaid = 0 }
        lastSaid = now
        return unsaid == 0 ? "" : " (and \(unsaid) times before that)"
    }

    /// Whether the network is to be told again.
    mutating func announces(at now: Instant) -> Bool {
        if let lastAnnounced, now - lastAnnounced < Self.announcementGap { return false }
        lastAnnounced = now
        return true
    }
}
