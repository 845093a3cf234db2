import Wire

extension GlobalSettings {
    /// What all of it shares.
    static let commonFields: [Field<GlobalSettings>] = [
        .value("router_id", \.$routerID, .word("a name").tolerant),
        .value("umask", \.$umask, .umask),
        .value("random_seed", \.$randomSeed, .unsigned(0...UInt32.max)),
        .value("iproute_etc_dir", \.$iprouteEtcDir, .word("a directory").tolerant),
        .value("iproute_usr_dir", \.$iprouteUsrDir, .word("a directory").tolerant),
        .once("lvs_sync_daemon", \.$lvsSyncDaemon, .syncDaemon),
        .value("rs_init_notifies", \.$rsInitNotifies, .flag),
        .value("checker_log_all_failures", \.$checkerLogAllFailures, .flag),
    ]

    /// Mails.
    static let mailFields: [Field<GlobalSettings>] = [
        .wordList("notification_email", \.mail.notificationEmail, of: "addresses"),
        .value("notification_email_from", \.mail.$notificationEmailFrom, .word("an address").tolerant),
        .value("smtp_server", \.mail.$smtpServer, .mailServer),
        .value("smtp_helo_name", \.mail.$smtpHeloName, .word("a name").tolerant),
        .value(
            "smtp_connect_timeout", \.mail.$smtpConnectTimeout, .integer(0...4_294, clampedTo: 1...4_294, "seconds")),
        .value("smtp_alert", \.mail.$smtpAlert, .flag),
        .value("smtp_alert_vrrp", \.mail.$smtpAlertVRRP, .flag),
        .value("smtp_alert_checker", \.mail.$smtpAlertChecker, .flag),
        .value("no_checker_emails", \.mail.$noCheckerEmails, .flag),
        .value("no_email_faults", \.mail.$noEmailFaults, .nothing),
    ]

    /// Scripts.
    static let scriptFields: [Field<GlobalSettings>] = [
        .value("enable_script_security", \.scripts.$enableScriptSecurity, .nothing),
        .value("script_user", \.scripts.$scriptUser, .userAndGroup),
        .value("set_supplementary_groups", \.scripts.$setSupplementaryGroups, .flag),
        .value("use_symlink_paths", \.scripts.$useSymlinkPaths, .flag),
        .once("startup_script", \.scripts.$startupScript, .script),
        .value("startup_script_timeout", \.scripts.$startupScriptTimeout, .integer(1...1_000, "seconds").tolerant),
        .once("shutdown_script", \.scripts.$shutdownScript, .script),
        .value("shutdown_script_timeout", \.scripts.$shutdownScriptTimeout, .integer(1...1_000, "seconds").tolerant),
    ]

    /// Pipes.
    static let fifoFields: [Field<GlobalSettings>] = [
        .once("notify_fifo", \.fifos.$notifyFIFO, .fifo),
        .once("notify_fifo_script", \.fifos.$notifyFIFOScript, .script),
        .once("vrrp_notify_fifo", \.fifos.$vrrpNotifyFIFO, .fifo),
        .once("vrrp_notify_fifo_script", \.fifos.$vrrpNotifyFIFOScript, .script),
        .once("lvs_notify_fifo", \.fifos.$lvsNotifyFIFO, .fifo),
        .once("lvs_notify_fifo_script", \.fifos.$lvsNotifyFIFOScript, .script),
        .value("vrrp_notify_priority_changes", \.fifos.$notifyPriorityChanges, .flag),
        .value("fifo_write_vrrp_states_on_reload", \.fifos.$fifoWriteVrrpStatesOnReload, .nothing),
    ]

    /// Reading the configuration again.
    static let reloadFields: [Field<GlobalSettings>] = [
        .value("reload_check_config", \.reload.$checkConfig, .word("nothing, or a file", otherwise: "/dev/null")),
        .value("reload_time_file", \.reload.$timeFile, .word("a file").tolerant),
        .value("reload_repeat", \.reload.$repeats, .nothing),
        .value("reload_file", \.reload.$file, .word("nothing, or a file", otherwise: ReloadSettings.defaultFile)),
    ]
}

extension Form where Value == String {
    /// A word; what it is if there is none.
    fileprivate static func word(_ syntax: String, otherwise: String) -> Form {
        var form = Form.word(syntax).tolerant
        form.parse = { arguments in arguments.take() ?? otherwise }
        return form
    }
}

extension Form where Value == MailServer {
    fileprivate static var mailServer: Form {
        Form(
            syntax: "HOST [PORT]",
            parse: { (arguments) throws(Misfit) in
                let host = try arguments.take("a name or an address") { $0.isEmpty ? nil : $0 }
                let port: UInt16 =
                    arguments.next == nil
                    ? 25
                    : try arguments.take("a port, 1 to 65535") { Wording.integer($0, in: 1...65_535).map(UInt16.init) }
                return MailServer(host: host, port: port)
            },
            json: { .array([.string($0.host), .int(Int($0.port))]) })
    }
}

extension Form where Value == NotifyFIFO {
    fileprivate static var fifo: Form {
        Form(
            syntax: "PATH [USER [GROUP]]", minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                let path = try arguments.take("PATH [USER [GROUP]]") { $0.isEmpty ? nil : $0 }
                let owner = arguments.next == nil ? nil : try Form<UserAndGroup>.userAndGroup.parse(&arguments)
                return NotifyFIFO(path: path, owner: owner)
            },
            json: { fifo in
                guard let owner = fifo.owner else { return .string(fifo.path) }
                return .array([fifo.path, owner.user, owner.group].compactMap { $0.map { .string($0) } })
            })
    }
}

extension Form where Value == UInt32 {
    /// `NUMBER`, octal, hexadecimal or decimal as in C, or names of bits.
    fileprivate static var umask: Form {
        let syntax = "a number, 0 to 0777, or bits such as IWGRP|IWOTH"
        return Form(
            syntax: syntax,
            parse: { (arguments) throws(Misfit) in
                if let first = arguments.next?.utf8.first, first.isDigit {
                    return try arguments.take(syntax, UmaskWording.number)
                }
                var text = ""
                let start = arguments
                while let word = arguments.take() { text += word }
                guard let bits = UmaskWording.bits(text) else { throw start.misfit(syntax) }
                return bits
            },
            json: { .string("0" + String($0, radix: 8)) })
    }
}

/// How a umask is written.
private enum UmaskWording {
    static func number(_ word: String) -> UInt32? {
        let value: UInt32? = RoutingName.number(word)
        return value.flatMap { $0 <= 0o777 ? $0 : nil }
    }

    static func bits(_ text: String) -> UInt32? {
        var bits: UInt32 = 0
        for name in text.split(separator: "|", omittingEmptySubsequences: false) {
            guard let bit = names.firstIndex(of: String(name)) else { return nil }
            bits |= 1 << UInt32(bit)
        }
        return bits
    }

    /// From the lowest bit.
    private static let names = ["IXOTH", "IWOTH", "IROTH", "IXGRP", "IWGRP", "IRGRP", "IXUSR", "IWUSR", "IRUSR"]
}
