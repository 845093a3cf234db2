/// MISC_CHECK: a script; exit status 0 is success.
package struct MiscCheck: Equatable, Sendable {
    /// `misc_path`: the program and its arguments; a checker without one is dropped.
    @Setting package var command: [String]? = nil
    /// `misc_timeout`: how long it may run, in seconds, 0 to 4294; 0: until the next check is due.
    @Setting package var timeoutSeconds = 0
    /// `misc_dynamic`: exit status 2 to 255 is success too, and sets the weight to two less.
    @Setting package var setsWeight = false
    /// `user USER [GROUP]`: as whom it runs; nil: the default user of scripts.
    @Setting package var user: UserAndGroup? = nil

    init() {}
}

/// DNS_CHECK: a query that must be answered without an error.
package struct DNSCheck: Equatable, Sendable {
    /// `name`; nil: the root, ".".
    @Setting package var name: String? = nil
    /// `type`.
    @Setting package var type = DNSRecordType.soa

    init() {}
}

/// What `type` takes.
package enum DNSRecordType: String, Sendable, CaseIterable {
    case a = "A"
    case ns = "NS"
    case cname = "CNAME"
    case soa = "SOA"
    case mx = "MX"
    case txt = "TXT"
    case aaaa = "AAAA"
    case rrsig = "RRSIG"
    case dnskey = "DNSKEY"
}

/// SMTP_CHECK: a greeting, HELO, QUIT.
package struct SMTPCheck: Equatable, Sendable {
    /// `helo_name`; nil: `defaultHeloName`.
    @Setting package var heloName: String? = nil
    /// `host` blocks: each is checked too, besides what the block itself says.
    package var hosts: [ConnectionOptions] = []

    /// What is said to the server if nothing is set.
    package static let defaultHeloName = "smtpchecker.keepalived.org"

    init() {}
}

/// UDP_CHECK: a datagram; an ICMP error is a failure.
package struct UDPCheck: Equatable, Sendable {
    /// `payload`; nil: what the checker chooses.
    @Setting package var payload: [UInt8]? = nil
    /// `require_reply`: silence is a failure too; `reply` is what must come.
    @Setting package var requiresReply = false
    /// What the reply must begin with; nil: anything.
    @Setting package var reply: HexPattern? = nil
    /// `min_reply_length`: bytes, 0 to 65535.
    @Setting package var minimumReplyLength = 0
    /// `max_reply_length`: bytes, 0 to 65535.
    @Setting package var maximumReplyLength = 255

    init() {}
}

/// Bytes of which some bits don't matter.
package struct HexPattern: Hashable, Sendable {
    /// What is wanted.
    package var bytes: [UInt8]
    /// As many bytes; a bit that is 1 matters.
    package var mask: [UInt8]

    /// Both of the same length.
    package init(bytes: [UInt8], mask: [UInt8]) {
        self.bytes = bytes
        self.mask = mask
    }

    /// Whether data begins with it, as far as the data goes.
    package func matches(_ data: some Collection<UInt8>) -> Bool {
        zip(data, zip(bytes, mask)).allSatisfy { ($0 ^ $1.0) & $1.1 == 0 }
    }
}

/// FILE_CHECK: the number in a tracked file.
package struct FileCheck: Equatable, Sendable {
    /// `track_file`: the name of a `track_file` block; a checker without one is dropped.
    @Setting package var file: String? = nil
    /// `weight`: what the file's number is multiplied by, -2147483647 to 2147483647; 0: the file's own.
    @Setting package var weight = FileWeight()

    init() {}
}

/// `weight NUMBER [reverse|noreverse]` of a file.
package struct FileWeight: Hashable, Sendable {
    /// -2147483647 to 2147483647.
    package var value = 0
    /// The result's sign is turned around.
    package var isReversed = false

    /// 0 is the file's own weight.
    package init(value: Int = 0, isReversed: Bool = false) {
        self.value = value
        self.isReversed = isReversed
    }
}

/// BFD_CHECK: the state of a BFD session.
package struct BFDCheck: Equatable, Sendable {
    /// `name` of a `bfd_instance`; a checker without one is dropped.
    @Setting package var name: String? = nil

    init() {}
}
