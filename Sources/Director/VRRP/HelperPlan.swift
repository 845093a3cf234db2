internal import Config
internal import Linux
internal import VRRP

/// What the helper of the VRRP driver runs, reads and tells, as the configuration says.
struct HelperPlan: Hashable, Sendable {
    var scripts: [CheckScript] = []
    var files: [WatchedFile] = []
    var processes: [WatchedProcess] = []
    var notify = NotifyPlan()

    /// A `vrrp_script`.
    struct CheckScript: Hashable, Sendable {
        var name: String
        var call: ScriptCall
        var settings: ScriptTracker.Settings
    }

    /// A `track_file`.
    struct WatchedFile: Hashable, Sendable {
        var name: String
        var path: String
        var initial: TrackFile.Initial?
    }

    /// A `vrrp_track_process`.
    struct WatchedProcess: Hashable, Sendable {
        var name: String
        var pattern: ProcessPattern
        var settings: ProcessTracker.Settings
    }

    init() {}

    /// Of a configuration that was checked.
    ///
    /// - Parameter host: what this machine is called.
    init(_ configuration: Configuration, host: String = "localhost") {
        scripts = configuration.vrrpScripts.filter { !$0.command.isEmpty }.map { script in
            var settings = ScriptTracker.Settings()
            settings.interval = .seconds(script.intervalSeconds)
            settings.timeout = script.timeoutSeconds.map { .seconds($0) }
            settings.rise = script.rise
            settings.fall = script.fall
            settings.initFails = script.startsFailed
            let call = ScriptCall(script.command, owner: script.user, in: configuration.global.scripts)
            return CheckScript(name: script.name, call: call, settings: settings)
        }
        files = configuration.trackFiles.compactMap { file in
            file.path.map { WatchedFile(name: file.name, path: $0, initial: file.initial) }
        }
        processes = configuration.trackProcesses.compactMap { WatchedProcess($0) }
        notify = NotifyPlan(configuration.global, host: host)
    }
}

extension HelperPlan.WatchedProcess {
    /// nil without a program, as in no checked configuration.
    fileprivate init?(_ process: TrackProcess) {
        guard let program = process.command.first else { return nil }
        let parameters = Array(process.command.dropFirst())
        let match: ProcessPattern.Match =
            switch process.match {
            case nil: parameters.isEmpty ? .any : .exact
            case .exact: .exact
            case .initial: .prefix
            case .partial: .beginning
            }
        name = process.name
        pattern = ProcessPattern(
            name: program, parameters: parameters, match: match, comparesCommandLine: process.comparesCommandLine)
        settings = ProcessTracker.Settings()
        settings.quorum = process.quorum
        settings.quorumLimit = process.maximum ?? .max
        settings.riseDelay = .milliseconds(Int64(process.forkDelaySeconds * 1_000))
        settings.fallDelay = .milliseconds(Int64(process.terminateDelaySeconds * 1_000))
    }
}

extension NotifyPlan {
    /// As `global_defs` says.
    init(_ global: GlobalSettings, host: String) {
        let fifos = global.fifos
        // keepalived's own umask lets nobody else read, unless `umask` says otherwise.
        let mode = 0o644 & ~(global.$umask.origin == nil ? 0o177 : global.umask)
        func pipe(_ keyword: String, _ fifo: NotifyFIFO?, _ script: Script?, _ topics: Set<EventTopic>) -> PipePlan? {
            guard let fifo else { return nil }
            let owner = (fifo.owner ?? global.scripts.scriptUser).map {
                UserAndGroupName(user: $0.user, group: $0.group)
            }
            return PipePlan(
                keyword: keyword, path: fifo.path, owner: owner, mode: mode, topics: topics,
                script: script.map { ScriptCall($0, in: global.scripts) })
        }
        pipes = [
            pipe("notify_fifo", fifos.notifyFIFO, fifos.notifyFIFOScript, [.vrrp, .services]),
            pipe("vrrp_notify_fifo", fifos.vrrpNotifyFIFO, fifos.vrrpNotifyFIFOScript, [.vrrp]),
        ]
        .compactMap(\.self)
        guard let server = global.mail.smtpServer, !global.mail.notificationEmail.isEmpty else { return }
        mail = MailPlan(
            host: server.host, port: server.port, from: global.mail.notificationEmailFrom ?? "keepalived@\(host)",
            recipients: global.mail.notificationEmail.map(\.wrappedValue), helo: global.mail.smtpHeloName ?? host,
            routerID: global.routerID ?? host, patience: .seconds(global.mail.smtpConnectTimeout))
    }
}
