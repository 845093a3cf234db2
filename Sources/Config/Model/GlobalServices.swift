import Wire

/// The part of `global_defs` that is about mails.
package struct MailSettings: Equatable, Sendable {
    /// `notification_email { ADDRESS... }`: to whom; nothing is sent if it is empty.
    package var notificationEmail: [Setting<String>] = []
    /// `notification_email_from`; nil: keepalived@ and the host's name.
    @Setting package var notificationEmailFrom: String? = nil
    /// `smtp_server HOST [PORT]`; nil: nothing is sent.
    @Setting package var smtpServer: MailServer? = nil
    /// `smtp_helo_name`; nil: the host's name.
    @Setting package var smtpHeloName: String? = nil
    /// `smtp_connect_timeout`, in seconds, 1 to 4,294.
    @Setting package var smtpConnectTimeout = 30
    /// `smtp_alert`: of all that say nothing else; nil: real servers' changes are mailed, VRRP's are not.
    @Setting package var smtpAlert: Bool? = nil
    /// `smtp_alert_vrrp`: the same for VRRP alone; nil: `smtpAlert`.
    @Setting package var smtpAlertVRRP: Bool? = nil
    /// `smtp_alert_checker`: the same for virtual and real servers alone; nil: `smtpAlert`.
    @Setting package var smtpAlertChecker: Bool? = nil
    /// `no_checker_emails`: of a real server, only that it was added or removed is mailed.
    @Setting package var noCheckerEmails = false
    /// `no_email_faults`: FAULT is not mailed.
    @Setting package var noEmailFaults = false

    /// The defaults.
    package init() {}
}

/// Where mails are handed in.
package struct MailServer: Equatable, Sendable {
    /// A name or an address.
    package var host: String
    /// Host byte order, from 1.
    package var port: UInt16
}

/// The part of `global_defs` that is about scripts in general.
package struct GlobalScriptSettings: Equatable, Sendable {
    /// `enable_script_security`: what others than root may write does not run as root.
    @Setting package var enableScriptSecurity = false
    /// `script_user USER [GROUP]`; nil: keepalived_script if there is such a user, else root.
    @Setting package var scriptUser: UserAndGroup? = nil
    /// `set_supplementary_groups`: scripts also get the other groups of their user.
    @Setting package var setSupplementaryGroups = false
    /// `use_symlink_paths`: scripts are started by the path as written, symbolic links and all.
    @Setting package var useSymlinkPaths = false
    /// `startup_script`: runs before anything else.
    @Setting package var startupScript: Script? = nil
    /// `startup_script_timeout`, in seconds, 1 to 1,000.
    @Setting package var startupScriptTimeout = 10
    /// `shutdown_script`: runs after everything else.
    @Setting package var shutdownScript: Script? = nil
    /// `shutdown_script_timeout`, in seconds, 1 to 1,000.
    @Setting package var shutdownScriptTimeout = 10

    /// The defaults.
    package init() {}
}

/// A user and a group, by name or number.
package struct UserAndGroup: Hashable, Sendable {
    package var user: String
    /// nil: the user's own.
    package var group: String?
}

/// A script, its arguments, and as whom it runs.
package struct Script: Hashable, Sendable {
    /// The program and its arguments; never empty.
    package var command: [String]
    /// nil: `script_user`.
    package var owner: UserAndGroup?
}

/// The part of `global_defs` that is about pipes.
package struct FIFOSettings: Equatable, Sendable {
    /// `notify_fifo`: all events.
    @Setting package var notifyFIFO: NotifyFIFO? = nil
    /// `notify_fifo_script`: what reads them, started with the pipe's path as its last argument.
    @Setting package var notifyFIFOScript: Script? = nil
    /// `vrrp_notify_fifo`: those of VRRP.
    @Setting package var vrrpNotifyFIFO: NotifyFIFO? = nil
    /// `vrrp_notify_fifo_script`.
    @Setting package var vrrpNotifyFIFOScript: Script? = nil
    /// `lvs_notify_fifo`: those of virtual and real servers.
    @Setting package var lvsNotifyFIFO: NotifyFIFO? = nil
    /// `lvs_notify_fifo_script`.
    @Setting package var lvsNotifyFIFOScript: Script? = nil
    /// `vrrp_notify_priority_changes`: a change of priority is an event.
    @Setting package var notifyPriorityChanges = false
    /// `fifo_write_vrrp_states_on_reload`: a reload writes the states that did not change too.
    @Setting package var fifoWriteVrrpStatesOnReload = false

    /// The defaults.
    package init() {}
}

/// A pipe for events.
package struct NotifyFIFO: Hashable, Sendable {
    package var path: String
    /// Whose it is; nil: `script_user`.
    package var owner: UserAndGroup?
}

/// The part of `global_defs` that is about reading the configuration again.
package struct ReloadSettings: Equatable, Sendable {
    /// `reload_check_config [LOGFILE]`: a configuration with errors is not taken; where they go, or nil for no check.
    @Setting package var checkConfig: String? = nil
    /// `reload_time_file`: a file with the time of the next reload; nil: there is none.
    @Setting package var timeFile: String? = nil
    /// `reload_repeat`: the time counts every day, and is not deleted.
    @Setting package var repeats = false
    /// `reload_file [PATH]`: a file that is written while a reload is under way; nil: there is none.
    @Setting package var file: String? = nil

    /// The path that `reload_file` alone means.
    package static let defaultFile = "/run/keepalived.reload"

    /// The defaults.
    package init() {}
}

/// `lvs_sync_daemon INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]`.
package struct SyncDaemon: Equatable, Sendable {
    /// Which interface the copies are sent on.
    package var interface: String
    /// The VRRP instance whose master sends, the others receive; nil: all do both.
    package var instance: String?
    /// 0 to 255; nil: the instance's VRID.
    package var id: UInt8?
    /// The longest message in bytes, 1 to 65,507; nil: what the interface takes.
    package var maximumLength: Int?
    /// Host byte order, from 1.
    package var port: UInt16 = 8_848
    /// 1 to 255.
    package var ttl: UInt8 = 1
    /// A multicast address.
    package var group = IPAddress.v4(IPv4Address(rawValue: 0xe000_0051))
}
