internal import Config
internal import Netlink
internal import VRRP
internal import Wire

/// What the network keeper is to have in the kernel: what is there always, and what goes with the role of an instance.
/// All names are resolved but those of interfaces.
struct NetworkPlan: Hashable, Sendable {
    /// `static_ipaddress`, `static_routes`, `static_rules`, in this order.
    var statics: [Entry] = []
    /// `virtual_routes`, then `virtual_rules`, by instance.
    var instances: [String: [Entry]] = [:]
    /// `promote_secondaries`: interfaces of such instances.
    var promoted: Set<String> = []
    /// What can't be had, once each.
    var problems: [String] = []

    /// Something in the kernel's tables.
    enum Item: Hashable, Sendable {
        case address(VRRPPlan.PlacedAddress)
        case route(PlacedRoute)
        case rule(RuleEntry)
    }

    /// An item as the file has it.
    struct Entry: Hashable, Sendable {
        var item: Item
        /// For the log.
        var words: String
        /// As a line of a static block.
        var line: String
        /// Put back if something else removes it.
        var isTracked: Bool
    }

    /// A route, and the interfaces of its hops by name, nil where the kernel chooses.
    struct PlacedRoute: Hashable, Sendable {
        var entry: RouteEntry
        var interfaces: [String?]
    }

    /// Nothing.
    init() {}

    /// Of a configuration that was checked.
    init(_ configuration: Configuration) {
        let global = configuration.global
        var names = RoutingNames(etc: global.iprouteEtcDir, usr: global.iprouteUsrDir)
        statics = configuration.staticAddresses.map(\.wrappedValue).map { address in
            let interface = address.interface ?? global.vrrp.defaultInterface
            let placed = VRRPPlan.PlacedAddress(address: address, interface: interface)
            let words = "static address \(address.address)/\(address.prefixLength) on \(interface)"
            return Entry(item: .address(placed), words: words, line: placed.line, isTracked: address.isTracked)
        }
        statics += entries(configuration.staticRoutes, configuration.staticRules, "static", &names)
        for instance in configuration.vrrpInstances {
            let entries = entries(instance.routes, instance.rules, "\(instance.name): virtual", &names)
            if !entries.isEmpty { instances[instance.name] = entries }
            if instance.promotesSecondaries, let interface = instance.interface { promoted.insert(interface) }
        }
    }

    /// Nothing to do now or later.
    var isEmpty: Bool { statics.isEmpty && instances.isEmpty && promoted.isEmpty }

    private mutating func entries(
        _ routes: [Setting<RouteSpecification>], _ rules: [Setting<RuleSpecification>], _ kind: String,
        _ names: inout RoutingNames
    ) -> [Entry] {
        var entries: [Entry] = []
        for var route in routes.map(\.wrappedValue) {
            route.trackGroup = nil
            let line = route.words.joined(separator: " ")
            let words = "\(kind) route \(line)"
            do throws(RoutingNames.Unknown) {
                let item = Item.route(try PlacedRoute(route, &names))
                entries.append(Entry(item: item, words: words, line: line, isTracked: route.isTracked))
            } catch {
                problems.append("\(words) is left out: \(error)")
            }
        }
        for var rule in rules.map(\.wrappedValue) {
            rule.trackGroup = nil
            let line = rule.words.joined(separator: " ")
            let words = "\(kind) rule \(line)"
            do throws(RoutingNames.Unknown) {
                let item = Item.rule(try RuleEntry(rule, &names))
                entries.append(Entry(item: item, words: words, line: line, isTracked: rule.isTracked))
            } catch {
                problems.append("\(words) is left out: \(error)")
            }
        }
        return entries
    }
}

extension NetworkPlan.Entry {
    /// RTPROT_* of a route; nil of others.
    var routeProtocol: UInt8? {
        guard case .route(let route) = item else { return nil }
        return route.entry.routeProtocol
    }
}

extension VRRPPlan.PlacedAddress {
    /// As far as it matters for its removal. With a peer there is no length.
    fileprivate var line: String {
        guard let peer = address.peer else { return "\(address.address)/\(address.prefixLength) dev \(interface)" }
        return "\(address.address) dev \(interface) peer \(peer)"
    }
}

extension RouteSpecification {
    /// An instance is in FAULT without these: its own interface, but not those of several hops, as in keepalived.
    var trackedInterfaces: [String] { isTracked ? [interface].compactMap { $0 } : [] }
}

extension RuleSpecification {
    /// As for a route.
    var trackedInterfaces: [String] {
        isTracked ? [incomingInterface, outgoingInterface].compactMap { $0 } : []
    }
}

extension Configuration {
    /// Interfaces of static things whose track group has this instance.
    func staticInterfaces(trackedBy name: String) -> [String] {
        let groups = trackGroups.filter { $0.members.contains { $0.wrappedValue == name } }.map(\.name)
        func isMeant(_ group: String?) -> Bool { group.map(groups.contains) ?? false }
        let addresses = staticAddresses.map(\.wrappedValue).filter { isMeant($0.trackGroup) }
        let routes = staticRoutes.map(\.wrappedValue).filter { isMeant($0.trackGroup) }
        let rules = staticRules.map(\.wrappedValue).filter { isMeant($0.trackGroup) }
        return addresses.map { $0.interface ?? global.vrrp.defaultInterface } + routes.flatMap(\.trackedInterfaces)
            + rules.flatMap(\.trackedInterfaces)
    }
}
