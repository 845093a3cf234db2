internal import Datapath
internal import Logging

/// The network keeper as the director has it.
extension Director {
    /// The one there is, or a new one.
    ///
    /// - Parameter serving: instances that an earlier run left serving.
    func networkKeeper(_ serving: [String] = []) throws -> NetworkKeeper {
        if let keeper { return keeper }
        let log = self.log
        let new = try NetworkKeeper(
            serving: Set(serving), notes: NetworkNotes(path: options.instance.networkNotes)
        ) { text, isWarning in log.log(level: isWarning ? .warning : .notice, "network: \(text)") }
        keeper = new
        return new
    }

    /// Has the keeper follow the configuration; it is started when there is something to keep, or something left by an
    /// earlier run.
    func configureNetwork() throws {
        let plan = NetworkPlan(configuration)
        let notes = NetworkNotes(path: options.instance.networkNotes)
        if keeper == nil, plan.isEmpty, notes.isEmpty { return }
        try networkKeeper().configure(plan)
    }
}
