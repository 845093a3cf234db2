package import Datapath

/// How a director is run.
package struct DirectorOptions: Sendable {
    package var instance: Instance
    /// The configuration file, read at start and at each reload.
    package var path: String
    /// At a stop, programs, links and maps stay and go on forwarding.
    package var keepsForwarding: Bool
    /// A configuration with warnings is refused.
    package var isStrict: Bool
    /// What `@ID` lines are kept for; nil: the host's name.
    package var configID: String?

    package init(
        instance: Instance, path: String, keepsForwarding: Bool, isStrict: Bool = false, configID: String? = nil
    ) {
        self.instance = instance
        self.path = path
        self.keepsForwarding = keepsForwarding
        self.isStrict = isStrict
        self.configID = configID
    }
}
