import Wire

extension Form where Value == RuleSpecification {
    /// A line of `virtual_rules`.
    static var rule: Form { rule(isStatic: false) }
    /// A line of `static_rules`, which may name a track group.
    static var staticRule: Form { rule(isStatic: true) }

    private static func rule(isStatic: Bool) -> Form {
        Form(
            syntax: "[from PREFIX] [to PREFIX] ... table TABLE priority N, as in ip rule",
            parse: { (arguments) throws(Misfit) in
                var reader = RuleReader(arguments, isStatic: isStatic)
                defer { arguments = reader.arguments }
                return try reader.read()
            },
            json: { .array($0.words.map { .string($0) }) })
    }
}

/// Reads a rule, word by word.
private struct RuleReader {
    private(set) var arguments: Arguments
    private let isStatic: Bool
    private var rule = RuleSpecification(action: .nop)
    private var family = FamilyAgreement()
    private var hasAction = false
    private var priority: UInt32?

    init(_ arguments: Arguments, isStatic: Bool) {
        self.arguments = arguments
        self.isStatic = isStatic
    }

    mutating func read() throws(Misfit) -> RuleSpecification {
        while let word = arguments.next {
            let start = arguments
            _ = arguments.take()
            guard try !readAddress(word), try !readSelector(word), try !readOption(word), try !readModifier(word) else {
                continue
            }
            guard let action = try readAction(word) else { throw start.misfit("a keyword of ip rule") }
            guard !hasAction else {
                throw start.misfit("one of table, goto, nop, l3mdev, blackhole, prohibit and unreachable")
            }
            rule.action = action
            hasAction = true
        }
        rule.family = family.family ?? .ipv4
        try checkAction()
        return rule
    }

    private mutating func readAddress(_ word: String) throws(Misfit) -> Bool {
        switch word {
        case "inet": try family.agree(.ipv4, arguments)
        case "inet6": try family.agree(.ipv6, arguments)
        case "from": rule.from = try arguments.takePrefix("a prefix", &family)
        case "to": rule.to = try arguments.takePrefix("a prefix", &family)
        default: return false
        }
        return true
    }

    private mutating func readSelector(_ word: String) throws(Misfit) -> Bool {
        switch word {
        case "not": rule.isInverted = true
        case "iif", "dev": rule.incomingInterface = try arguments.takeInterface()
        case "oif": rule.outgoingInterface = try arguments.takeInterface()
        case "tos", "dsfield": rule.tos = try arguments.takeTOS()
        case "fwmark": rule.mark = try arguments.take("MARK[/MASK]") { FirewallMark($0) }
        case "uidrange": rule.userIDs = try takeRange("two users' numbers, FIRST-LAST")
        case "ipproto":
            rule.ipProtocol = try arguments.take("a protocol above IP, 0 to 255, or its name") {
                RoutingName($0, in: 0...255, names: RoutingName.ipProtocols)
            }
        case "sport": rule.sourcePorts = try takePorts()
        case "dport": rule.destinationPorts = try takePorts()
        case "tunnel-id": rule.tunnelID = try arguments.take("a number") { RoutingName.number($0) }
        default: return false
        }
        return true
    }

    private mutating func readOption(_ word: String) throws(Misfit) -> Bool {
        switch word {
        case "priority", "preference", "order": priority = try arguments.take("a number") { RoutingName.number($0) }
        case "protocol":
            rule.ruleProtocol = try arguments.take("a protocol, 0 to 255") { word in
                Wording.integer(word, in: 0...255).map(UInt8.init)
            }
        case "no_track": rule.isTracked = false
        case "track_group" where isStatic: rule.trackGroup = try arguments.take("a track_group's name") { $0 }
        default: return false
        }
        return true
    }

    /// What only counts where a table is looked up.
    private mutating func readModifier(_ word: String) throws(Misfit) -> Bool {
        switch word {
        case "realms":
            rule.realms = try arguments.takeRealms()
            try family.agree(.ipv4, arguments)
        case "suppress_prefixlength", "sup_pl":
            rule.suppressedPrefixLength = try arguments.takeNumber(0...UInt32(Int32.max))
        case "suppress_ifgroup", "sup_group":
            rule.suppressedGroup = try arguments.take("a group of interfaces, by number or name") {
                RoutingName($0, in: 0...UInt32.max, names: ["default": 0])
            }
        default: return false
        }
        return true
    }

    private mutating func readAction(_ word: String) throws(Misfit) -> RuleAction? {
        switch word == "type" ? arguments.take() ?? "" : word {
        case "table", "lookup": .lookup(try arguments.takeTable(from: 1))
        case "goto": .goto(try arguments.take("a rule's priority") { RoutingName.number($0) })
        case "l3mdev": .lookupVRF
        case "nop": .nop
        case "blackhole": .blackhole
        case "prohibit": .prohibit
        case "unreachable": .unreachable
        default: nil
        }
    }

    private mutating func takePorts() throws(Misfit) -> ClosedRange<UInt16> {
        if let port = arguments.next.flatMap(Wording.port) {
            _ = arguments.take()
            return port...port
        }
        return try takeRange("a port, or FIRST-LAST")
    }

    private mutating func takeRange<Number: FixedWidthInteger & Sendable>(_ expected: String) throws(Misfit)
        -> ClosedRange<Number>
    {
        try arguments.take(expected) { word in
            let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { end -> Number? in
                end.utf8.allSatisfy(\.isDigit) ? Number(end) : nil
            }
            guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else { return nil }
            return first...last
        }
    }

    private mutating func checkAction() throws(Misfit) {
        guard hasAction else {
            throw arguments.misfit("table, goto, nop, l3mdev, blackhole, prohibit or unreachable")
        }
        let hasModifier = rule.realms != nil || rule.suppressedPrefixLength != nil || rule.suppressedGroup != nil
        switch rule.action {
        case .lookup: break
        case .goto(let target):
            guard let priority, priority < target, !hasModifier else {
                throw arguments.misfit("a priority below the rule that goto leads to, and no realms or suppress_...")
            }
        case .lookupVRF, .nop, .blackhole, .prohibit, .unreachable:
            if hasModifier { throw arguments.misfit("a table: realms and suppress_... only go with one") }
        }
        if let priority {
            rule.priority = priority
        } else {
            arguments.log.warn(
                arguments.statement.location, "the rule has no priority: \(rule.priority) is used",
                hint: "say where it stands with 'priority N'")
        }
        if rule.isTracked, let other = rule.ruleProtocol, other != 18 {
            arguments.log.warn(
                arguments.statement.location, "a rule that is tracked has protocol 18: '\(other)' is ignored",
                hint: "add 'no_track'")
            rule.ruleProtocol = nil
        }
    }
}

extension FirewallMark {
    init?(_ word: String) {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let value: UInt32 = RoutingName.number(parts[0]) else { return nil }
        self.value = value
        guard parts.count == 2 else { return }
        // keepalived takes nothing after the slash for 0.
        guard let mask: UInt32 = parts[1].isEmpty ? 0 : RoutingName.number(parts[1]) else { return nil }
        self.mask = mask
    }
}
