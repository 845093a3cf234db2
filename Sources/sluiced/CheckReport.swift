import Config
import Director
import Glibc
import Linux

/// `--check` and keepalived's `--config-test`: reads a file, says what there is to say, and touches nothing.
struct CheckReport {
    private let path: String
    private let read: ConfigurationReading

    init(path: String, configID: String?) {
        self.path = path
        read = ConfigurationReader.readDisk(path, configID: configID)
    }

    /// Everything found, each with the line it is about, and one line that sums it up.
    var text: String {
        let remarks = read.diagnostics.map { PlainText.clean($0.rendered(), keepsLines: true) }
        return (remarks + [summary]).joined(separator: "\n") + "\n"
    }

    private var summary: String {
        guard let configuration = read.configuration else { return "\(path): refused" }
        let services = configuration.virtualServices
        let servers = services.reduce(0) { $0 + $1.realServers.count }
        return "\(path): \(services.count) virtual services, \(servers) real servers, \(warnings.count) warnings"
    }

    private var warnings: [Diagnostic] { read.diagnostics.filter { $0.severity == .warning } }

    /// 0 clean; 1 warnings, if they count; 2 errors.
    func status(strict: Bool) -> Int32 {
        if read.configuration == nil { return 2 }
        return strict && !warnings.isEmpty ? 1 : 0
    }

    /// keepalived's: see `ConfigurationReading.keepalivedStatus`.
    var keepalivedStatus: Int32 { read.keepalivedStatus }
}
