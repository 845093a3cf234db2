import Wire

extension Arguments {
    /// Takes what follows the name of an attribute; nil, with a warning, for what the route can do without.
    mutating func takeAttribute(_ name: RouteAttribute.Name) throws(Misfit) -> RouteAttribute? {
        let isLocked = name.mayBeLocked && take("lock")
        guard let value = try takeValue(of: name) else { return nil }
        return RouteAttribute(name: name, value: value, isLocked: isLocked)
    }

    private mutating func takeValue(of name: RouteAttribute.Name) throws(Misfit) -> RouteAttribute.Value? {
        switch name {
        case .mtu, .advmss, .reordering, .window, .cwnd, .ssthresh, .initcwnd, .initrwnd, .expires:
            return .number(try takeNumber(0...UInt32.max))
        case .hoplimit: return .number(try takeNumber(0...255))
        case .quickack, .opensWithoutCookie: return .number(try takeNumber(0...1))
        case .rtt: return try takeTime(upTo: .max / 8)
        case .rttvar: return try takeTime(upTo: .max / 4)
        case .minimumTimeout: return try takeTime(upTo: .max)
        case .realms: return .realms(try takeRealms())
        case .congctl: return .word(try take("the name of a congestion control") { $0 })
        case .features: return try takeWord(of: name, ["ecn"])
        case .propagatesTTL: return try takeWord(of: name, ["enabled", "disabled"])
        case .pref:
            let choices = ["low", "medium", "high"]
            if let word = next, choices.contains(word) { return try takeWord(of: name, choices) }
            return .number(try takeNumber(0...255))
        }
    }

    private mutating func takeWord(of name: RouteAttribute.Name, _ choices: [String]) throws(Misfit)
        -> RouteAttribute.Value?
    {
        let expected = choices.joined(separator: ", ")
        let word = try take(expected) { $0 }
        if choices.contains(word) { return .word(word) }
        warn("'\(word)' is not valid for '\(name.rawValue)': left out", hint: expected)
        return nil
    }

    /// A time in s or ms, rounded up to whole milliseconds, or a number in the kernel's unit.
    private mutating func takeTime(upTo limit: UInt32) throws(Misfit) -> RouteAttribute.Value {
        try take("a time such as 200ms or 1.5s, or a number") { word in
            let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Wording.timer(String(digits), in: 0...Double(UInt32.max)) else { return nil }
            let scale: Double
            switch word.dropFirst(digits.count) {
            case "s", "sec", "secs": scale = 1_000
            case "ms", "msec", "msecs": scale = 1
            case "": return number.rounded(.up) <= Double(limit) ? .number(UInt32(number.rounded(.up))) : nil
            default: return nil
            }
            let time = (number * scale).rounded(.up)
            return time <= Double(limit) ? .milliseconds(UInt32(time)) : nil
        }
    }

    /// Takes what follows `encap`.
    mutating func takeEncapsulation() throws(Misfit) -> RouteEncapsulation {
        let kind = try take("ip, ip6, mpls or ila") { RouteEncapsulation.Kind(rawValue: $0) }
        switch kind {
        case .ip: return RouteEncapsulation(kind: kind, words: try takeTunnelOptions(.ipv4))
        case .ip6: return RouteEncapsulation(kind: kind, words: try takeTunnelOptions(.ipv6))
        case .mpls: return RouteEncapsulation(kind: kind, words: [try take("labels, N[/N...]", MPLS.labels)])
        case .ila: return RouteEncapsulation(kind: kind, words: [try take("a locator, four groups", ILA.locator)])
        }
    }

    private mutating func takeTunnelOptions(_ family: IPAddress.Family) throws(Misfit) -> [String] {
        let start = self
        let names = family == .ipv4 ? (tos: "tos", ttl: "ttl") : (tos: "tc", ttl: "hoplimit")
        var words: [String] = []
        while let name = next, ["id", "dst", "src", "flags", names.tos, names.ttl].contains(name) {
            _ = take()
            let value = try take("a value of '\(name)'") { word in
                let isValid =
                    switch name {
                    case "id": (RoutingName.number(word) as UInt64?) != nil
                    case "dst", "src": IPAddress(word)?.family == family
                    case "flags": (RoutingName.number(word) as UInt16?) != nil
                    case names.tos: RoutingName(word, in: 0...255, names: RoutingName.codePoints) != nil
                    default: (RoutingName.number(word) as UInt8?) != nil
                    }
                return isValid ? word : nil
            }
            words += [name, value]
        }
        guard stride(from: 0, to: words.count, by: 2).contains(where: { ["dst", "id"].contains(words[$0]) }) else {
            throw start.misfit("dst ADDRESS or id N")
        }
        return words
    }
}

extension RouteAttribute.Name {
    /// Whether `lock` may stand before its value.
    fileprivate var mayBeLocked: Bool {
        switch self {
        case .mtu, .advmss, .rtt, .rttvar, .reordering, .cwnd, .ssthresh, .congctl, .minimumTimeout: true
        case .hoplimit, .window, .realms, .initcwnd, .initrwnd, .features, .quickack, .pref, .expires,
            .propagatesTTL, .opensWithoutCookie:
            false
        }
    }
}

private enum MPLS {
    /// As many as the kernel takes, each of 20 bits.
    static func labels(_ word: String) -> String? {
        let labels = word.split(separator: "/", omittingEmptySubsequences: false)
        let isValid = labels.allSatisfy { label in
            (RoutingName.number(String(label)) as UInt32?).map { $0 < 1 << 20 } ?? false
        }
        return isValid && labels.count <= 30 ? word : nil
    }
}

private enum ILA {
    static func locator(_ word: String) -> String? {
        let groups = word.split(separator: ":", omittingEmptySubsequences: false)
        let isValid = groups.allSatisfy { (1...4).contains($0.utf8.count) && $0.allSatisfy(\.isHexDigit) }
        return isValid && groups.count == 4 ? word : nil
    }
}
