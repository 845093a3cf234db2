import Wire

extension Form {
    /// `NAME`, and nothing after it.
    static func named(
        _ make: @escaping @Sendable (String, SourceLocation) -> Value, name: @escaping @Sendable (Value) -> String
    ) -> Form {
        Form(
            syntax: "NAME", minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                let name = try arguments.take("NAME") { $0 }
                guard arguments.next == nil else { throw arguments.misfit("NAME, one word") }
                return make(name, arguments.statement.location)
            },
            json: { .string(name($0)) })
    }
}

extension Form where Value == String {
    /// `auth_pass`: eight bytes count.
    static var password: Form {
        Form(
            syntax: "a password of at most 8 bytes",
            parse: { (arguments) throws(Misfit) in
                let word = try arguments.take("a password") { $0 }
                let bytes = word.utf8.prefix(VRRPAuthentication.passwordBytes)
                guard bytes.count < word.utf8.count else { return word }
                arguments.warn(
                    "a password has 8 bytes: the rest of it counts for nothing",
                    hint: "shorten it to its first 8 bytes, here and on the other routers")
                return String(decoding: bytes, as: UTF8.self)
            },
            json: { .string($0) })
    }
}

extension Form where Value == UInt8 {
    /// `[PRIORITY]`, 254 if there is none.
    static var otherPriority: Form {
        var form = Form.byte(1...254).needing(0)
        let parse = form.parse
        form.syntax = "nothing, or the highest priority of the others, 1 to 254"
        form.parse = { (arguments) throws(Misfit) in arguments.next == nil ? 254 : try parse(&arguments) }
        return form
    }
}

extension Form where Value == OldUnicastChecksum {
    /// Nothing, or `never`.
    static var oldUnicastChecksum: Form {
        Form(
            syntax: "nothing, or 'never'", minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                if arguments.take("never") { return .never }
                guard arguments.next == nil else { throw arguments.misfit("nothing, or 'never'") }
                return .always
            },
            json: { $0 == .never ? .string("never") : .array([]) })
    }
}

extension Form where Value == IPAddress {
    /// A multicast group; of IPv6 one of the link.
    static var multicastGroup: Form {
        Form(
            syntax: "a multicast address; for IPv6 ff02::...",
            parse: { (arguments) throws(Misfit) in
                try arguments.take("a multicast address; for IPv6 ff02::...") { word in
                    switch IPAddress(word) {
                    case .v4(let address)? where address.rawValue >> 28 == 0xe: .v4(address)
                    case .v6(let address)? where address.high >> 48 == 0xff02: .v6(address)
                    case .v4, .v6, nil: nil
                    }
                }
            },
            json: { .string("\($0)") })
    }
}

extension Form where Value == UnicastPeer {
    /// `ADDRESS [min_ttl N] [max_ttl N]`.
    static var unicastPeer: Form {
        Form(
            syntax: "ADDRESS [min_ttl N] [max_ttl N]",
            parse: { (arguments) throws(Misfit) in
                var peer = UnicastPeer(address: try arguments.take("ADDRESS") { IPAddress($0) })
                var (lowest, highest): (UInt8?, UInt8?)
                while let word = arguments.next, word == "min_ttl" || word == "max_ttl" {
                    _ = arguments.take()
                    guard let text = arguments.take(), let limit = Wording.number(text, in: 0...255) else {
                        arguments.warn("'\(word)' lacks a valid value: ignored", hint: "0 to 255")
                        continue
                    }
                    if word == "min_ttl" { lowest = UInt8(limit) } else { highest = UInt8(limit) }
                }
                if lowest != nil || highest != nil {
                    let (low, high) = (lowest ?? 0, highest ?? 255)
                    if low > high { arguments.warn("min_ttl \(low) is more than max_ttl \(high): they change places") }
                    peer.timeToLive = min(low, high)...max(low, high)
                }
                return peer
            },
            json: { peer in
                guard let range = peer.timeToLive else { return .string("\(peer.address)") }
                return .array([
                    .string("\(peer.address)"), .string("min_ttl"), .int(Int(range.lowerBound)), .string("max_ttl"),
                    .int(Int(range.upperBound)),
                ])
            })
    }
}

extension Form where Value == Announcements.ExtraInterfaces {
    /// `[all] SECONDS`.
    static var extraInterfaces: Form {
        let syntax = "[all] SECONDS, 0 to 86400"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                var all = arguments.take("all")
                let seconds = try arguments.take(syntax) { Wording.number($0, in: 0...86_400) }
                all = arguments.take("all") || all
                return Announcements.ExtraInterfaces(all: all, seconds: seconds)
            },
            json: { $0.all ? .array([.string("all"), .int($0.seconds)]) : .int($0.seconds) })
    }
}

extension Form where Value == VMACSettings {
    /// `[[name] NAME] [MAC] [netlink_notify_msg] [group GROUP]`.
    static var vmac: Form {
        let syntax = "[NAME] [MAC] [netlink_notify_msg]"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                var vmac = VMACSettings()
                while let word = arguments.next {
                    if arguments.take("netlink_notify_msg") {
                        vmac.notifiesByNetlink = true
                    } else if word.utf8.contains(UInt8(ascii: ":")) {
                        vmac.hardwareAddress = arguments.hardwareAddress() ?? vmac.hardwareAddress
                    } else {
                        arguments.interfaceName(into: &vmac.name)
                    }
                }
                return vmac
            },
            json: { vmac in
                var words = vmac.name.map { [$0] } ?? []
                if let bytes = vmac.hardwareAddress {
                    words.append(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":"))
                }
                if vmac.notifiesByNetlink { words.append("netlink_notify_msg") }
                return .array(words.map { .string($0) })
            })
    }
}

extension Form where Value == IPVLANSettings {
    /// `[[name] NAME] [ADDRESS[/LENGTH]] [bridge|private|vepa] [group GROUP]`.
    static var ipvlan: Form {
        let syntax = "[NAME] [ADDRESS[/LENGTH]] [bridge|private|vepa]"
        return Form(
            syntax: syntax, minimumArguments: 0,
            parse: { (arguments) throws(Misfit) in
                var ipvlan = IPVLANSettings()
                var mode: IPVLANSettings.Mode?
                while let word = arguments.next {
                    if let named = IPVLANSettings.Mode(rawValue: word) {
                        _ = arguments.take()
                        if mode != nil { arguments.warn("there is a mode already: '\(word)' is ignored") }
                        mode = mode ?? named
                    } else if IPAddress(word.prefix { $0 != "/" }) != nil {
                        let (address, length) = try arguments.addressAndLength()
                        if ipvlan.address != nil { arguments.warn("there is an address already: '\(word)' is ignored") }
                        ipvlan.prefixLength = ipvlan.prefixLength ?? length
                        ipvlan.address = ipvlan.address ?? address
                    } else {
                        arguments.interfaceName(into: &ipvlan.name)
                    }
                }
                ipvlan.mode = mode ?? .bridge
                return ipvlan
            },
            json: { ipvlan in
                let address = ipvlan.address.map { "\($0)" + (ipvlan.prefixLength.map { "/\($0)" } ?? "") }
                return .array([ipvlan.name, address, ipvlan.mode.rawValue].compactMap { $0 }.map { .string($0) })
            })
    }
}

extension Arguments {
    /// Takes `[name] NAME`, or passes over `group GROUP`; the first name counts.
    fileprivate mutating func interfaceName(into name: inout String?) {
        if take("group") {
            let group = take() ?? ""
            warn("interface groups are not set: 'group \(group)' is ignored")
            return
        }
        let isNamed = take("name")
        guard let word = take() else {
            if isNamed { warn("'name' lacks a name: ignored") }
            return
        }
        if name != nil {
            warn("there is a name already: '\(word)' is ignored")
        } else if Wording.isInterfaceName(word) {
            name = word
        } else {
            warn("'\(word)' is no interface's name: ignored", hint: "1 to 15 bytes, no slash, no colon")
        }
    }

    /// Takes six bytes, or five with the VRID to come; nil, with a warning, if it is not one's own to use.
    fileprivate mutating func hardwareAddress() -> [UInt8]? {
        guard let word = take() else { return nil }
        var parts = word.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 6, parts[5].isEmpty { parts.removeLast() }
        let bytes = parts.compactMap { (1...2).contains($0.utf8.count) ? UInt8($0, radix: 16) : nil }
        if bytes.count != parts.count || !(5...6).contains(bytes.count) {
            warn("'\(word)' is no MAC address: ignored", hint: "six bytes, or five and the VRID is the sixth")
        } else if bytes[0] & 1 != 0 {
            warn("'\(word)' is a multicast address: ignored")
        } else if bytes.starts(with: [0, 0, 0x5e, 0]), bytes[4] == 1 || bytes[4] == 2 {
            warn("'\(word)' is an address that VRRP gives by itself: ignored")
        } else {
            return bytes
        }
        return nil
    }
}
