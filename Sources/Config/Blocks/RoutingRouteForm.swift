import Wire

extension Form where Value == RouteSpecification {
    /// A line of `virtual_routes`.
    static var route: Form { route(isStatic: false) }
    /// A line of `static_routes`, which may name a track group.
    static var staticRoute: Form { route(isStatic: true) }

    private static func route(isStatic: Bool) -> Form {
        Form(
            syntax: "[TYPE] DESTINATION [via ADDRESS] [dev INTERFACE] ..., as in ip route",
            parse: { (arguments) throws(Misfit) in
                var reader = RouteReader(arguments, isStatic: isStatic)
                defer { arguments = reader.arguments }
                return try reader.read()
            },
            json: { .array($0.words.map { .string($0) }) })
    }
}

/// Reads a route, word by word.
private struct RouteReader {
    private(set) var arguments: Arguments
    private let isStatic: Bool
    private var route = RouteSpecification(destination: RouteSpecification.everything(.ipv4))
    private var family = FamilyAgreement()
    private var hasDestination = false
    private var isDefault = false

    init(_ arguments: Arguments, isStatic: Bool) {
        self.arguments = arguments
        self.isStatic = isStatic
    }

    mutating func read() throws(Misfit) -> RouteSpecification {
        while let word = arguments.next {
            if word == "nexthop" {
                try readNextHops()
            } else if try !readPlace(word), try !readOption(word), try !readAttribute(word) {
                try readDestination()
            }
        }
        guard hasDestination else { throw arguments.misfit("a destination") }
        route.family = family.family ?? .ipv4
        if isDefault { route.destination = RouteSpecification.everything(route.family) }
        checkTracking()
        return route
    }

    private mutating func readDestination() throws(Misfit) {
        _ = arguments.take("to")
        if let type = arguments.next.flatMap({ RouteType(word: $0) }) {
            _ = arguments.take()
            route.type = type
        }
        let prefix = try arguments.takePrefix("a destination, or a keyword of ip route", &family)
        hasDestination = true
        isDefault = prefix == nil
        if let prefix { route.destination = prefix }
    }

    /// Reads where it leads; false if that is not what the word is about.
    private mutating func readPlace(_ word: String) throws(Misfit) -> Bool {
        switch word {
        case "inet", "inet6":
            _ = arguments.take()
            try family.agree(word == "inet" ? .ipv4 : .ipv6, arguments)
        case "via", "gw":
            _ = arguments.take()
            if word == "gw" { arguments.warn("'gw' is an old name", hint: "write 'via'") }
            route.via = try readGateway()
        case "dev", "oif":
            _ = arguments.take()
            route.interface = try arguments.takeInterface()
        case "src":
            _ = arguments.take()
            route.preferredSource = try arguments.takeAddress("an address", &family)
        case "from":
            _ = arguments.take()
            let source = try arguments.takePrefix("an IPv6 prefix", &family)
            guard source?.address.family != .ipv4 else {
                throw Misfit(index: arguments.taken - 1, expected: "an IPv6 prefix")
            }
            route.source = source
        case "or":
            _ = arguments.take()
            try readAlternative()
        default: return false
        }
        return true
    }

    private mutating func readGateway() throws(Misfit) -> IPAddress {
        for (word, stated) in [("inet", IPAddress.Family.ipv4), ("inet6", .ipv6)] where arguments.take(word) {
            try family.agree(stated, arguments)
        }
        return try arguments.takeAddress("the next hop's address", &family)
    }

    /// The old way to name a second gateway.
    private mutating func readAlternative() throws(Misfit) {
        arguments.warn("'or' is an old word", hint: "write 'nexthop via ADDRESS nexthop via ADDRESS'")
        let second = try arguments.takeAddress("the other gateway's address", &family)
        guard route.nextHops.isEmpty else { return arguments.warn("there may be two gateways: this one is ignored") }
        route.nextHops = [RouteNextHop(via: route.via), RouteNextHop(via: second)]
        route.via = nil
    }

    /// Reads what has a property of its own; false if that is not what the word is about.
    private mutating func readOption(_ word: String) throws(Misfit) -> Bool {
        let start = arguments
        _ = arguments.take()
        switch word {
        case "table": route.table = try arguments.takeTable()
        case "metric", "priority", "preference": route.metric = try arguments.takeNumber(0...UInt32.max)
        case "tos", "dsfield": route.tos = try arguments.takeTOS()
        case "scope":
            route.scope = try arguments.take("a scope, 0 to 255, or global, site, link, host, nowhere") {
                RoutingName($0, in: 0...255, names: RoutingName.scopes)
            }
        case "protocol":
            route.routeProtocol = try arguments.take("a protocol, 0 to 255, or a name") {
                RoutingName($0, in: 0...255, names: RoutingName.protocols)
            }
        case "onlink": route.isOnlink = true
        case "encap": route.encapsulation = try arguments.takeEncapsulation()
        case "no_track": route.isTracked = false
        case "track_group" where isStatic: route.trackGroup = try arguments.take("a track_group's name") { $0 }
        case "as":
            _ = arguments.take("to")
            _ = try arguments.take("an address") { $0 }
            arguments.warn("'as' is for MPLS alone: ignored")
        default:
            arguments = start
            return false
        }
        return true
    }

    private mutating func readAttribute(_ word: String) throws(Misfit) -> Bool {
        guard let name = RouteAttribute.Name(rawValue: word) else { return false }
        _ = arguments.take()
        if name == .realms { try family.agree(.ipv4, arguments) }
        if name == .pref || name == .expires { try family.agree(.ipv6, arguments) }
        guard let attribute = try arguments.takeAttribute(name) else { return true }
        if let index = route.attributes.firstIndex(where: { $0.name == name }) {
            route.attributes[index] = attribute
        } else {
            route.attributes.append(attribute)
        }
        return true
    }

    private mutating func readNextHops() throws(Misfit) {
        guard route.nextHops.isEmpty else { throw arguments.misfit("no nexthop after 'or'") }
        while arguments.take("nexthop") {
            var hop = RouteNextHop()
            while let word = arguments.next, word != "nexthop" { try read(word, of: &hop) }
            route.nextHops.append(hop)
        }
    }

    private mutating func read(_ word: String, of hop: inout RouteNextHop) throws(Misfit) {
        let start = arguments
        _ = arguments.take()
        switch word {
        case "via": hop.via = try readGateway()
        case "dev": hop.interface = try arguments.takeInterface()
        case "weight": hop.weight = Int(try arguments.takeNumber(1...256))
        case "onlink": hop.isOnlink = true
        case "encap": hop.encapsulation = try arguments.takeEncapsulation()
        case "realms":
            hop.realms = try arguments.takeRealms()
            try family.agree(.ipv4, arguments)
        default: throw start.misfit("via, dev, weight, onlink, encap or realms; nexthops stand last")
        }
    }

    /// A route without an interface can't be watched.
    private mutating func checkTracking() {
        guard route.isTracked else { return }
        let place = arguments.statement.location
        if let other = route.routeProtocol, other != .number(18) {
            arguments.log.warn(
                place, "a route that is tracked has protocol 18: '\(other)' is ignored", hint: "add 'no_track'")
            route.routeProtocol = nil
        }
        guard route.interface == nil else { return }
        arguments.log.warn(
            place, "a route without an interface is not tracked", hint: "add 'dev INTERFACE' or 'no_track'")
        route.isTracked = false
        if route.trackGroup != nil {
            arguments.log.warn(place, "a route without an interface has no track_group: it is left out")
            route.trackGroup = nil
        }
    }
}
