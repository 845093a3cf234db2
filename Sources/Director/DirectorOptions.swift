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

/// Why a director can't start or go on.
package enum DirectorError: Error, CustomStringConvertible {
    /// The configuration is refused; the diagnostics have been logged.
    case configuration(path: String)
    /// Another process runs this instance.
    case instanceBusy(name: String, reason: String)
    /// There is no interface to attach to.
    case noInterface(String)

    package var description: String {
        switch self {
        case .configuration(let path): "\(path): refused, nothing is changed (see above)"
        case .instanceBusy(let name, let reason):
            "instance \"\(name)\" is already running (\(reason)): stop it, or choose another name with --instance"
        case .noInterface(let reason): reason
        }
    }
}
