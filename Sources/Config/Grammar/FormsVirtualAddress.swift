import Wire

extension Form where Value == VirtualAddress {
    /// `ADDRESS[/LENGTH] [OPTION]...` of `virtual_ipaddress` and the like; `isStatic` for `static_ipaddress`.
    static func virtualAddress(isStatic: Bool = false) -> Form {
        Form(
            syntax: VirtualAddressReader.syntax(isStatic: isStatic),
            parse: { (arguments) throws(Misfit) in
                let reader = try VirtualAddressReader(&arguments, isStatic: isStatic)
                return reader.address
            },
            json: { address in
                let words = address.words
                return words.count == 1 ? .string(words[0]) : .array(words.map { .string($0) })
            })
    }
}

/// Reads a line of addresses.
private struct VirtualAddressReader {
    private(set) var address: VirtualAddress
    private let isStatic: Bool
    private var wantsAllOnes: Bool?

    static func syntax(isStatic: Bool) -> String {
        "ADDRESS[/LENGTH] [dev INTERFACE] [brd ADDRESS|+|-] [scope SCOPE] [label LABEL] [peer ADDRESS] [home] [-nodad] "
            + "[mngtmpaddr] [noprefixroute] [autojoin] [no_track] [preferred_lft SECONDS|forever] "
            + (isStatic ? "[track_group NAME]" : "[use_vmac]")
    }

    init(_ arguments: inout Arguments, isStatic: Bool) throws(Misfit) {
        self.isStatic = isStatic
        let (first, length) = try arguments.addressAndLength()
        address = VirtualAddress(first, prefixLength: length)
        var hasLifetime = false
        while let word = arguments.take() {
            switch word {
            case "preferred_lft": hasLifetime = try readLifetime(&arguments) || hasLifetime
            case "dev", "scope", "brd", "broadcast", "label", "peer": try readPair(word, &arguments)
            case "track_group" where isStatic: address.trackGroup = try arguments.take("the group's name") { $0 }
            default: readFlag(word, arguments)
            }
        }
        finish(arguments, hasLifetime: hasLifetime)
    }

    private mutating func readPair(_ word: String, _ arguments: inout Arguments) throws(Misfit) {
        switch word {
        case "dev":
            guard address.interface == nil else { throw arguments.misfit("one 'dev'") }
            address.interface = try arguments.take("an interface's name") { Wording.isInterfaceName($0) ? $0 : nil }
        case "label":
            address.label = String(decoding: try arguments.take("a label") { $0 }.utf8.prefix(15), as: UTF8.self)
        case "scope":
            let text = try arguments.take("a scope") { $0 }
            guard let scope = Self.scope(text) else {
                arguments.warn(
                    "'\(text)' is no scope: global is used", hint: "global, site, link, host, nowhere or 0 to 255")
                return
            }
            address.scope = scope
        case "peer": try readPeer(&arguments)
        default: try readBroadcast(&arguments)
        }
    }

    private mutating func readBroadcast(_ arguments: inout Arguments) throws(Misfit) {
        guard case .v4 = address.address else { throw arguments.misfit("no broadcast for IPv6") }
        if arguments.take("+") {
            wantsAllOnes = true
        } else if arguments.take("-") {
            wantsAllOnes = false
        } else {
            address.broadcast = try arguments.take("an IPv4 address, + or -") { IPv4Address($0) }
        }
    }

    private mutating func readPeer(_ arguments: inout Arguments) throws(Misfit) {
        let start = arguments
        guard let text = arguments.take() else { throw start.misfit("the peer's address") }
        guard address.peer == nil else {
            arguments.warn("there is a peer already: '\(text)' is ignored")
            return
        }
        guard let peer = IPAddress(text), peer.family == address.address.family else {
            arguments.warn("'\(text)' is no peer: ignored", hint: "an address of the same family, without length")
            return
        }
        if address.prefixLength != peer.family.bits {
            arguments.warn("an address with a peer has no length of its own: '/\(address.prefixLength)' is ignored")
        }
        address.peer = peer
        address.prefixLength = peer.family.bits
    }

    private mutating func readLifetime(_ arguments: inout Arguments) throws(Misfit) -> Bool {
        let text = try arguments.take("seconds or forever") { $0 }
        guard let seconds = text == "forever" ? VirtualAddress.forever : UInt32(text) else {
            arguments.warn("'\(text)' is no lifetime: ignored", hint: "seconds, 0 to 4294967295, or forever")
            return false
        }
        address.preferredSeconds = seconds
        return true
    }

    private mutating func readFlag(_ word: String, _ arguments: Arguments) {
        if let flag = VirtualAddress.Flag(rawValue: word) {
            address.flags.insert(flag)
        } else if word == "no_track" {
            address.isTracked = false
        } else if word == "use_vmac", !isStatic {
            address.usesVMAC = true
        } else {
            arguments.warn("'\(word)' is no option of an address: ignored", hint: Self.syntax(isStatic: isStatic))
        }
    }

    /// Works out what depends on all of the line.
    private mutating func finish(_ arguments: Arguments, hasLifetime: Bool) {
        if address.peer != nil, address.broadcast != nil || wantsAllOnes != nil {
            arguments.warn("an address has a peer or a broadcast address: the latter is ignored")
            address.broadcast = nil
        } else if let wantsAllOnes, case .v4(let own) = address.address {
            if address.prefixLength > 30 {
                arguments.warn(
                    "a prefix of /\(address.prefixLength) has no broadcast address: ignored", hint: "/30 or shorter")
            } else {
                let hosts = UInt32.max >> UInt32(address.prefixLength)
                address.broadcast = IPv4Address(rawValue: wantsAllOnes ? own.rawValue | hosts : own.rawValue & ~hosts)
            }
        }
        guard address.address.family == .ipv6 else { return }
        if address.scope != 0 { arguments.warn("an IPv6 address has its scope by itself: 'scope' is ignored") }
        if address.label != nil { arguments.warn("an IPv6 address has no label: ignored") }
        address.scope = 0
        address.label = nil
        if !hasLifetime, address.prefixLength == 128 { address.preferredSeconds = 0 }
    }

    private static func scope(_ word: String) -> UInt8? {
        switch word {
        case "global": 0
        case "site": 200
        case "link": 253
        case "host": 254
        case "nowhere": 255
        default: Wording.number(word, in: 0...255).map(UInt8.init)
        }
    }
}

extension Arguments {
    /// Takes `ADDRESS[/LENGTH]`; a length out of range is a full one, with a warning.
    mutating func addressAndLength() throws(Misfit) -> (IPAddress, Int) {
        let parts = (next ?? "").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { throw misfit("ADDRESS[/LENGTH]") }
        _ = take()
        let bits = address.family.bits
        guard parts.count == 2 else { return (address, bits) }
        guard let length = Wording.number(String(parts[1]), in: 0...bits) else {
            warn("'/\(parts[1])' is no length: /\(bits) is used", hint: "/0 to /\(bits)")
            return (address, bits)
        }
        return (address, length)
    }
}

extension VirtualAddress {
    /// As a line of the file says it.
    fileprivate var words: [String] {
        var words = [peer == nil && prefixLength < address.family.bits ? "\(address)/\(prefixLength)" : "\(address)"]
        if let broadcast { words += ["brd", "\(broadcast)"] }
        if let interface { words += ["dev", interface] }
        if scope != 0 { words += ["scope", "\(scope)"] }
        if let label { words += ["label", label] }
        if let peer { words += ["peer", "\(peer)"] }
        words += Flag.allCases.filter(flags.contains).map(\.rawValue)
        if !isTracked { words.append("no_track") }
        if usesVMAC { words.append("use_vmac") }
        if preferredSeconds != Self.forever { words += ["preferred_lft", "\(preferredSeconds)"] }
        if let trackGroup { words += ["track_group", trackGroup] }
        return words
    }
}
