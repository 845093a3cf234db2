package import Datapath

/// How a director is run.
package struct DirectorOptions: Sendable {
    package var instance: Instance
    /// The configuration file, read at start and at each reload.
    package var path: String
    /// At a stop, programs, links and maps stay and go on forwarding.
    package var keepsForwarding: Bool

    package init(instance: Instance, path: String, keepsForwarding: Bool) {
        self.instance = instance
        self.path = path
        self.keepsForwarding = keepsForwarding
    }
}
