import Wire

/// How a real server is checked; the raw value is the keyword.
package enum CheckerKind: String, Sendable, CaseIterable {
    case tcp = "TCP_CHECK"
    case http = "HTTP_GET"
    case ssl = "SSL_GET"
    case misc = "MISC_CHECK"
    case dns = "DNS_CHECK"
    case smtp = "SMTP_CHECK"
    case udp = "UDP_CHECK"
    case ping = "PING_CHECK"
    case file = "FILE_CHECK"
    case bfd = "BFD_CHECK"
}

/// A checker of a real server: `TCP_CHECK { ... }` and its like.
package struct Checker: Equatable, Sendable {
    /// What it does.
    package var method: CheckMethod
    /// What all kinds have.
    package var common: CheckerCommon

    /// Its first line.
    package var location: SourceLocation { common.location }
}

/// What checkers of all kinds have.
package struct CheckerCommon: Equatable, Sendable {
    /// The checker's first line.
    package var location: SourceLocation
    /// Where it connects to, and from where; MISC_CHECK, FILE_CHECK and BFD_CHECK have no such options.
    package var connection = ConnectionOptions()
    /// When it runs, as far as the block says.
    package var timing = CheckTiming()
    /// `log_all_failures`: each failure is logged, not only changes.
    @Setting package var logsAllFailures = false

    init(at location: SourceLocation) { self.location = location }

    package static func == (left: CheckerCommon, right: CheckerCommon) -> Bool {
        left.connection == right.connection && left.timing == right.timing
            && left.logsAllFailures == right.logsAllFailures
    }
}

/// What a checker does, with what only its kind has.
package indirect enum CheckMethod: Equatable, Sendable {
    /// Connects, and closes.
    case tcp
    case http(HTTPCheck)
    /// As HTTP, in TLS.
    case ssl(HTTPCheck)
    case misc(MiscCheck)
    case dns(DNSCheck)
    case smtp(SMTPCheck)
    case udp(UDPCheck)
    /// An ICMP echo.
    case ping
    case file(FileCheck)
    case bfd(BFDCheck)

    /// Which it is.
    package var kind: CheckerKind {
        switch self {
        case .tcp: .tcp
        case .http: .http
        case .ssl: .ssl
        case .misc: .misc
        case .dns: .dns
        case .smtp: .smtp
        case .udp: .udp
        case .ping: .ping
        case .file: .file
        case .bfd: .bfd
        }
    }
}

/// Where a checker connects to, and from where.
package struct ConnectionOptions: Equatable, Sendable {
    /// `connect_ip`; nil: the real server's.
    @Setting package var address: IPAddress? = nil
    /// `connect_port`, 1 to 65535, host byte order; nil: the real server's.
    @Setting package var port: UInt16? = nil
    /// `bindto`: the source address; nil: the kernel chooses.
    @Setting package var sourceAddress: IPAddress? = nil
    /// `bind_port`: the source port, 1 to 65535, host byte order; nil: the kernel chooses.
    @Setting package var sourcePort: UInt16? = nil
    /// `bind_if`: the interface; link-local addresses need it.
    @Setting package var interface: String? = nil
    /// `fwmark`: the mark of the packets; 0: none.
    @Setting package var mark: UInt32 = 0

    init() {}
}
