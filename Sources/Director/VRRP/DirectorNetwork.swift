internal import Datapath
internal import Logging

/// The network keeper as the director has it.
extension Director {
    /// A new one.
    ///
    /// - Parameter serving: instances that an earlier run left serving.
    static func networkKeeper(_ serving: [String], _ instance: Instance, _ log: Logger) throws -> NetworkKeeper {
        try NetworkKeeper(serving: Set(serving), notes: NetworkNotes(path: instance.networkNotes)) { text, isWarning in
            log.log(level: isWarning ? .warning : .notice, "network: \(text)")
        }
    }

    /// The one there is, or a new one.
    func networkKeeper() throws -> NetworkKeeper {
        if let keeper { return keeper }
        let new = try Self.networkKeeper([], options.instance, log)
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
