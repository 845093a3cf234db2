internal import Config
internal import Netlink
internal import Wire

// Routes and rules as the file has them, in the kernel's numbers.

/// RTPROT_* of all that VRRP makes, where the file doesn't say another.
private let ownProtocol: UInt8 = 18

extension NetworkPlan.PlacedRoute {
    init(_ route: RouteSpecification, _ names: inout RoutingNames) throws(RoutingNames.Unknown) {
        entry = RouteEntry(to: route.destination, routeProtocol: ownProtocol)
        if let maker = route.routeProtocol { entry.routeProtocol = try names.byte(maker, .maker) }
        entry.type = route.type.rawValue
        entry.source = route.source
        entry.table = try names.number(route.table, .table)
        if entry.table == 0 { entry.table = 254 }
        entry.priority = route.metric
        if let tos = route.tos { entry.tos = try names.byte(tos, .typeOfService) }
        if let scope = route.scope { entry.scope = try names.byte(scope, .scope) }
        entry.preferredSource = route.preferredSource
        interfaces = []
        for hop in route.hops {
            entry.hops.append(try RouteEntry.Hop(hop, &names))
            interfaces.append(hop.interface)
        }
        for attribute in route.attributes { try entry.apply(attribute, &names) }
    }
}

extension RouteSpecification {
    /// The one that `via` and `dev` make, or several; none where it leads nowhere.
    fileprivate var hops: [RouteNextHop] {
        guard nextHops.isEmpty else {
            return nextHops.map { hop in
                var hop = hop
                // `dev` of the whole route counts where a hop names none.
                hop.interface = hop.interface ?? interface
                return hop
            }
        }
        guard via != nil || interface != nil || encapsulation != nil else { return [] }
        var hop = RouteNextHop()
        hop.via = via
        hop.interface = interface
        hop.isOnlink = isOnlink
        hop.encapsulation = encapsulation
        return [hop]
    }
}

extension RouteEntry.Hop {
    fileprivate init(_ hop: RouteNextHop, _ names: inout RoutingNames) throws(RoutingNames.Unknown) {
        self.init(gateway: hop.via)
        weight = hop.weight
        isOnlink = hop.isOnlink
        realms = try hop.realms?.number(&names)
        encapsulation = try hop.encapsulation.map { (words) throws(RoutingNames.Unknown) in
            try words.resolved(&names)
        }
    }
}

extension RouteRealms {
    /// FROM << 16 | TO.
    fileprivate func number(_ names: inout RoutingNames) throws(RoutingNames.Unknown) -> UInt32 {
        let low = try names.number(to, .realm) & 0xffff
        guard let from else { return low }
        return (try names.number(from, .realm) & 0xffff) << 16 | low
    }
}

extension RouteEncapsulation {
    /// The words are checked when the file is read; a number that is none here is left out.
    fileprivate func resolved(_ names: inout RoutingNames) throws(RoutingNames.Unknown) -> RouteEntry.Encapsulation {
        switch kind {
        case .ip: .ipv4(try tunnel(&names))
        case .ip6: .ipv6(try tunnel(&names))
        case .mpls: .mpls((words.first ?? "").split(separator: "/").compactMap { Self.number($0) })
        case .ila:
            .ila((words.first ?? "").split(separator: ":").reduce(0) { $0 << 16 | (UInt64($1, radix: 16) ?? 0) })
        }
    }

    private func tunnel(_ names: inout RoutingNames) throws(RoutingNames.Unknown) -> RouteEntry.Tunnel {
        var tunnel = RouteEntry.Tunnel()
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            let value = words[place + 1]
            switch words[place] {
            case "id": tunnel.id = Self.number(value)
            case "dst": tunnel.destination = IPAddress(value)
            case "src": tunnel.source = IPAddress(value)
            case "flags": tunnel.flags = Self.number(value)
            case "ttl", "hoplimit": tunnel.ttl = Self.number(value)
            default:
                let number: UInt8? = Self.number(value)
                tunnel.tos = if let number { number } else { try names.byte(.codePoint(value), .typeOfService) }
            }
        }
        return tunnel
    }

    /// As C writes it.
    private static func number<Number: FixedWidthInteger>(_ word: some StringProtocol) -> Number? {
        if word.hasPrefix("0x") || word.hasPrefix("0X") { return Number(word.dropFirst(2), radix: 16) }
        return word.hasPrefix("0") ? Number(word, radix: 8) : Number(word)
    }
}

extension RouteEntry {
    /// RTAX_FEATURE_ECN.
    private static let congestionNotification: UInt32 = 1

    fileprivate mutating func apply(
        _ attribute: RouteAttribute, _ names: inout RoutingNames
    ) throws(RoutingNames.Unknown) {
        switch attribute.value {
        case .realms(let realms): self.realms = try realms.number(&names)
        case .number(let number): apply(attribute.name, number)
        // The kernel keeps round trips in eighths, their variation in quarters of a millisecond.
        case .milliseconds(let time):
            let unit: UInt32 =
                switch attribute.name {
                case .rtt: 8
                case .rttvar: 4
                default: 1
                }
            apply(attribute.name, time.multipliedReportingOverflow(by: unit).partialValue)
        case .word(let word): apply(attribute.name, word)
        }
        if attribute.isLocked, let kind = attribute.name.metric { lockedMetrics |= 1 << UInt32(kind) }
    }

    private mutating func apply(_ name: RouteAttribute.Name, _ number: UInt32) {
        if let kind = name.metric {
            metrics[kind] = number
        } else if name == .pref {
            preference = UInt8(clamping: number)
        } else if name == .expires {
            lifetimeSeconds = number
        }
    }

    private mutating func apply(_ name: RouteAttribute.Name, _ word: String) {
        switch name {
        case .congctl: congestionControl = word
        case .features: apply(name, Self.congestionNotification)
        case .propagatesTTL: propagatesTTL = word == "enabled"
        case .pref: preference = ["medium": 0, "high": 1, "low": 3][word]
        case .mtu, .hoplimit, .advmss, .rtt, .rttvar, .reordering, .window, .cwnd, .ssthresh, .realms, .initcwnd,
            .initrwnd, .quickack, .expires, .minimumTimeout, .opensWithoutCookie:
            break
        }
    }
}

extension RouteAttribute.Name {
    /// RTAX_*; nil for what the kernel has elsewhere.
    fileprivate var metric: UInt16? {
        switch self {
        case .mtu: 2
        case .window: 3
        case .rtt: 4
        case .rttvar: 5
        case .ssthresh: 6
        case .cwnd: 7
        case .advmss: 8
        case .reordering: 9
        case .hoplimit: 10
        case .initcwnd: 11
        case .features: 12
        case .minimumTimeout: 13
        case .initrwnd: 14
        case .quickack: 15
        case .congctl: 16
        case .opensWithoutCookie: 17
        case .realms, .pref, .expires, .propagatesTTL: nil
        }
    }
}

extension RuleEntry {
    init(_ rule: RuleSpecification, _ names: inout RoutingNames) throws(RoutingNames.Unknown) {
        self.init(
            rule.family, priority: rule.priority, action: try Action(rule.action, &names),
            ruleProtocol: rule.ruleProtocol ?? ownProtocol)
        isInverted = rule.isInverted
        source = rule.from
        destination = rule.to
        incomingInterface = rule.incomingInterface
        outgoingInterface = rule.outgoingInterface
        if let tos = rule.tos { self.tos = try names.byte(tos, .typeOfService) }
        mark = rule.mark?.value
        markMask = rule.mark?.mask
        userIDs = rule.userIDs
        if let word = rule.ipProtocol { ipProtocol = try names.byte(word, .ipProtocol) }
        sourcePorts = rule.sourcePorts
        destinationPorts = rule.destinationPorts
        tunnelID = rule.tunnelID
        realms = try rule.realms?.number(&names)
        suppressedPrefixLength = rule.suppressedPrefixLength
        if let group = rule.suppressedGroup { suppressedGroup = try names.number(group, .group) }
    }
}

extension RuleEntry.Action {
    fileprivate init(_ action: RuleAction, _ names: inout RoutingNames) throws(RoutingNames.Unknown) {
        self =
            switch action {
            case .lookup(let table): .lookup(try names.number(table, .table))
            case .goto(let target): .goto(target)
            case .lookupVRF: .lookupVRF
            case .nop: .nop
            case .blackhole: .blackhole
            case .prohibit: .prohibit
            case .unreachable: .unreachable
            }
    }
}
