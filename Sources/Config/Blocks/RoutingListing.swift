import Wire

// How routes and rules are listed: in words that would read back to the same.

extension RouteSpecification {
    /// The default route's destination.
    static func everything(_ family: IPAddress.Family) -> Prefix {
        let address: IPAddress =
            switch family {
            case .ipv4: .v4(IPv4Address(rawValue: 0))
            case .ipv6: .v6(IPv6Address(high: 0, low: 0))
            }
        guard let prefix = Prefix(address, length: 0) else { preconditionFailure("a prefix may have length 0") }
        return prefix
    }

    /// As a line of the file.
    package var words: [String] {
        var words = type == .unicast ? [] : ["\(type)"]
        words.append("\(destination)")
        func add<Value>(_ name: String, _ value: Value?) { if let value { words += [name, "\(value)"] } }
        add("via", via)
        add("dev", interface)
        add("from", source)
        add("src", preferredSource)
        if table != .number(254) { add("table", table) }
        add("metric", metric)
        add("scope", scope)
        add("tos", tos)
        add("protocol", routeProtocol)
        if isOnlink { words.append("onlink") }
        words += encapsulation?.listing ?? []
        for attribute in attributes { words += attribute.listing }
        if !isTracked { words.append("no_track") }
        add("track_group", trackGroup)
        return words + nextHops.flatMap(\.listing)
    }
}

extension RouteNextHop {
    fileprivate var listing: [String] {
        var words = ["nexthop"]
        if let via { words += ["via", "\(via)"] }
        if let interface { words += ["dev", interface] }
        words += ["weight", String(weight)]
        if isOnlink { words.append("onlink") }
        if let realms { words += ["realms", "\(realms)"] }
        return words + (encapsulation?.listing ?? [])
    }
}

extension RouteEncapsulation {
    fileprivate var listing: [String] { ["encap", kind.rawValue] + words }
}

extension RouteAttribute {
    fileprivate var listing: [String] {
        let text =
            switch value {
            case .number(let number): String(number)
            case .milliseconds(let time): "\(time)ms"
            case .realms(let realms): "\(realms)"
            case .word(let word): word
            }
        return [name.rawValue] + (isLocked ? ["lock"] : []) + [text]
    }
}

extension RuleSpecification {
    /// As a line of the file.
    package var words: [String] {
        var words = isInverted ? ["not"] : []
        func add<Value>(_ name: String, _ value: Value?) { if let value { words += [name, "\(value)"] } }
        if family == .ipv6, from == nil, to == nil { words.append("inet6") }
        add("from", from)
        add("to", to)
        add("iif", incomingInterface)
        add("oif", outgoingInterface)
        add("tos", tos)
        add("fwmark", mark.map { mark in mark.mask.map { "\(mark.value)/\($0)" } ?? "\(mark.value)" })
        add("uidrange", userIDs.map { "\($0.lowerBound)-\($0.upperBound)" })
        add("ipproto", ipProtocol)
        add("sport", sourcePorts.map { "\($0.lowerBound)-\($0.upperBound)" })
        add("dport", destinationPorts.map { "\($0.lowerBound)-\($0.upperBound)" })
        add("tunnel-id", tunnelID)
        add("priority", priority)
        words += action.listing
        add("realms", realms)
        add("suppress_prefixlength", suppressedPrefixLength)
        add("suppress_ifgroup", suppressedGroup)
        add("protocol", ruleProtocol)
        if !isTracked { words.append("no_track") }
        add("track_group", trackGroup)
        return words
    }
}

extension RuleAction {
    fileprivate var listing: [String] {
        switch self {
        case .lookup(let table): ["table", "\(table)"]
        case .goto(let target): ["goto", String(target)]
        case .lookupVRF: ["l3mdev"]
        case .nop: ["nop"]
        case .blackhole: ["blackhole"]
        case .prohibit: ["prohibit"]
        case .unreachable: ["unreachable"]
        }
    }
}
