extension VirtualRouter.State {
    /// What keepalived calls it in notifications; nil for a state that it doesn't have.
    package var notifyName: String? {
        switch self {
        case .initialize: "STOP"
        case .backup: "BACKUP"
        case .active: "MASTER"
        case .fault: "FAULT"
        case .leaving: nil
        }
    }
}
