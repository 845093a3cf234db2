internal import Config
internal import Linux
internal import Netlink
internal import Wire

/// What is in the kernel because the configuration asks for it, and the edits that keep it there.
///
/// Whether something is there is found by adding it: the kernel says so if it is. That costs one request each, however
/// large the kernel's own tables are.
struct NetworkHolder: ~Copyable {
    private typealias Entry = NetworkPlan.Entry
    private typealias Item = NetworkPlan.Item

    private var socket: NetlinkSocket
    private var links: [UInt32: Link]
    /// What is to be there, in the order in which it is added, none twice.
    private var wanted: [Entry] = []
    /// What is there, in the order in which it was added.
    private var present: [Entry] = []
    private var records: [Item: PutBackRecord] = [:]
    /// What failed, and it was said.
    private var failing: Set<Item> = []
    /// What the instances of the last plan had.
    private var known: Set<Item> = []
    private var saidProblems: Set<String> = []
    private var promotion: Promotion
    private let notes: NetworkNotes
    private var isFirst = true
    private let report: @Sendable (String, Bool) -> Void

    init(notes: NetworkNotes, report: @escaping @Sendable (String, Bool) -> Void) throws {
        var socket = try NetlinkSocket()
        links = Self.byIndex(try socket.links())
        self.socket = socket
        self.notes = notes
        self.report = report
        promotion = Promotion(alreadyOurs: notes.read().promoted)
    }

    private static func byIndex(_ links: [Link]) -> [UInt32: Link] {
        Dictionary(links.map { ($0.index, $0) }, uniquingKeysWith: { $1 })
    }

    private mutating func readLinks() throws(NetlinkError) {
        links = Self.byIndex(try socket.links())
    }

    // MARK: What is wanted

    /// Follows a new configuration. What an earlier run has left and nobody wants now goes, as do the routes and rules of
    /// instances that begin without serving.
    mutating func configure(_ plan: NetworkPlan, serving: Set<String>) {
        for problem in plan.problems where saidProblems.insert(problem).inserted { report(problem, true) }
        say(promotion.follow(plan.promoted))
        let all = plan.instances.values.flatMap { $0 }
        let left = isFirst ? notes.read().entries : []
        isFirst = false
        follow(plan, serving: serving)
        let stale = left.reversed() + all.reversed().filter { !known.contains($0.item) }
        let there = Set(present.map(\.item))
        for entry in stale where !there.contains(entry.item) { remove(entry, isOwed: false) }
        known = Set(all.map(\.item))
        note()
    }

    /// Makes the kernel's tables so: static things, and those of the instances that serve.
    mutating func follow(_ plan: NetworkPlan, serving: Set<String>) {
        var seen: Set<Item> = []
        let active = plan.instances.keys.sorted().filter { serving.contains($0) }
        wanted = (plan.statics + active.flatMap { plan.instances[$0] ?? [] }).filter { seen.insert($0.item).inserted }
        let gone = present.filter { !seen.contains($0.item) }
        for entry in gone.reversed() { remove(entry, isOwed: true) }
        present.removeAll { !seen.contains($0.item) }
        let there = Set(present.map(\.item))
        for entry in wanted where !there.contains(entry.item) {
            if add(entry) != nil { present.append(entry) }
        }
        records = records.filter { seen.contains($0.key) }
        failing.formIntersection(seen)
        note()
    }

    /// Nothing is wanted any more.
    mutating func withdraw() {
        follow(NetworkPlan(), serving: [])
        say(promotion.follow([]))
        note()
    }

    private func note() { say(notes.write(present, promoted: promotion.changed)) }

    private func say(_ problem: String?) { if let problem { report(problem, true) } }

    // MARK: What happens

    /// Takes an event in; whether something may be missing now.
    mutating func matters(_ event: NetlinkEvent) -> Bool {
        switch event {
        case .link(let link):
            let before = links.updateValue(link, forKey: link.index)
            if before == nil { say(promotion.renew(link.name)) }
            return before != link
        case .linkRemoved(let link):
            links[link.index] = nil
            return false
        case .overrun:
            try? readLinks()
            return true
        case .routeLost(_, let maker): return maker == 0 || wanted.contains { $0.routeProtocol == maker }
        case .ruleLost: return wanted.contains { $0.isRule }
        case .addressRemoved, .address: return true
        case .routes, .neighbour, .neighbourRemoved: return false
        }
    }

    /// Puts back what is missing.
    mutating func check(at now: Instant) {
        let there = Set(present.map(\.item))
        var isChanged = false
        for entry in wanted {
            let wasThere = there.contains(entry.item)
            // What is not tracked is added once; until then it is waited for.
            guard entry.isTracked || !wasThere, let isNew = add(entry) else { continue }
            if !wasThere {
                present.append(entry)
                isChanged = true
            } else if isNew, let more = records[entry.item, default: PutBackRecord()].say(at: now) {
                report("\(entry.words) was removed by something else: put back\(more)", true)
            }
        }
        if isChanged { note() }
    }

    // MARK: Edits

    /// True if it was not there, false if it was, nil if it can't be had; that is said once.
    private mutating func add(_ entry: Entry) -> Bool? {
        do throws(NetlinkError) {
            let isNew: Bool
            switch entry.item {
            case .address(let placed):
                isNew = try socket.add(
                    placed.address.address, prefixLength: placed.address.prefixLength,
                    to: try index(placed.interface), options: AddressOptions(placed.address))
            case .route(let route): isNew = try socket.add(try resolved(route))
            case .rule(let rule): isNew = try socket.add(rule)
            }
            if failing.remove(entry.item) != nil { report("\(entry.words): it is there now", false) }
            return isNew
        } catch {
            if failing.insert(entry.item).inserted { report("\(entry.words): \(error)", true) }
            return nil
        }
    }

    /// - Parameter isOwed: it was added; otherwise it may well be missing.
    private mutating func remove(_ entry: Entry, isOwed: Bool) {
        do throws(NetlinkError) {
            switch entry.item {
            case .address(let placed):
                try socket.remove(
                    placed.address.address, peer: placed.address.peer, prefixLength: placed.address.prefixLength,
                    from: try index(placed.interface))
            case .route(let route): try socket.remove(try resolved(route))
            case .rule(let rule): try socket.remove(rule)
            }
        } catch .noSuchInterface {
            // It took its addresses and routes with it.
        } catch {
            if isOwed { report("\(entry.words): \(error)", true) }
        }
    }

    private func index(_ interface: String) throws(NetlinkError) -> UInt32 {
        guard let link = links.values.first(where: { $0.name == interface }) else { throw .noSuchInterface(interface) }
        return link.index
    }

    private func resolved(_ route: NetworkPlan.PlacedRoute) throws(NetlinkError) -> RouteEntry {
        var entry = route.entry
        for (place, interface) in route.interfaces.enumerated() {
            if let interface { entry.hops[place].ifindex = try index(interface) }
        }
        return entry
    }
}

extension NetworkPlan.Entry {
    fileprivate var isRule: Bool {
        switch item {
        case .rule: true
        case .address, .route: false
        }
    }
}

extension AddressOptions {
    /// As the file says.
    init(_ address: VirtualAddress) {
        self.init(
            skipsDuplicateDetection: !address.flags.contains(.detectDuplicates),
            isDeprecated: address.preferredSeconds == 0, hasNoPrefixRoute: address.flags.contains(.noPrefixRoute),
            broadcast: address.broadcast, label: address.label)
        numberedScope = address.scope
        peer = address.peer
        preferredSeconds = address.preferredSeconds
        isHome = address.flags.contains(.home)
        managesTemporary = address.flags.contains(.manageTemporary)
        joinsGroup = address.flags.contains(.autoJoin)
    }
}
